/*
 * crypto.h - hashing, randomness and base64url over OpenSSL.  Pure; a failing
 * library is ERR_INTERNAL.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_SHA512_BYTES 64

MUST_CHECK int crypto_random(void *out, size_t len);
MUST_CHECK int crypto_sha256(
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
MUST_CHECK int crypto_sha512(
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA512_BYTES]);
/*
 * Strict base64url without padding (RFC 7515 2): text that is not exactly what
 * an encoder writes is ERR_MALFORMED.  Appends to out, nothing on a fault.
 */
MUST_CHECK int crypto_base64url_decode(
    const char *text, size_t len, struct buf *out);
