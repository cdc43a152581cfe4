/*
 * crypto.h - hashing, sealing, randomness and base64url over OpenSSL.  Pure; a
 * failing library is ERR_INTERNAL.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_SHA512_BYTES 64
#define CRYPTO_KEY_BYTES 32
#define CRYPTO_SEAL_BYTES 28 /* how much longer what is sealed is */

MUST_CHECK int crypto_random(void *out, size_t len);
MUST_CHECK int crypto_sha256(
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);

/* The same many times over: the algorithm is looked for once. */
struct crypto_hasher;
MUST_CHECK int crypto_hasher_new(struct crypto_hasher **ret_hasher);
void crypto_hasher_free(struct crypto_hasher *hasher);
MUST_CHECK int crypto_hasher_sha256(struct crypto_hasher *hasher,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
MUST_CHECK int crypto_sha512(
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA512_BYTES]);
/* RFC 2104 over SHA-256. */
MUST_CHECK int crypto_hmac_sha256(const void *key, size_t key_len,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
/* RFC 7914: N is 2^log2n.  Takes 128 * 2^log2n * r bytes of memory for as long
 * as it runs; may run in any thread. */
struct crypto_scrypt_cost {
	uint8_t log2n;
	uint8_t r;
	uint8_t p;
};
MUST_CHECK int crypto_scrypt(const struct buf *secret, const struct buf *salt,
    const struct crypto_scrypt_cost *cost, void *out, size_t len);
/*
 * Strict base64url without padding (RFC 7515 2): text that is not exactly what
 * an encoder writes is ERR_MALFORMED.  Appends to out, nothing on a fault.
 */
MUST_CHECK int crypto_base64url_decode(
    const char *text, size_t len, struct buf *out);
/* The same text from bytes. */
void crypto_base64url_encode(const void *bytes, size_t len, struct buf *out);
/*
 * AES-256-GCM (NIST SP 800-38D) with a fresh random nonce of 96 bits, which
 * stands before the bytes; the tag of 128 bits stands behind them.  aad is
 * bound to it and not part of it.  Appends to out, nothing on a fault.  Fewer
 * than 2^32 sealings may be made with one key (8.3 there).
 */
MUST_CHECK int crypto_seal(const uint8_t key[CRYPTO_KEY_BYTES],
    const struct buf *aad, const void *bytes, size_t len, struct buf *out);
/* ERR_MALFORMED: not sealed with this key and this aad, or changed since. */
MUST_CHECK int crypto_unseal(const uint8_t key[CRYPTO_KEY_BYTES],
    const struct buf *aad, const void *sealed, size_t len, struct buf *out);
