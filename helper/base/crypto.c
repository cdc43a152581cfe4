/*
 * crypto.c - randomness, digests and sealing from OpenSSL, and base64url of our
 * own.
 *
 * The decoder is ours because libraries skip what they do not know (padding,
 * blanks, stray bits), and then two texts are one signature.  Knows nothing of
 * keys or tokens.
 */
#include "base/crypto.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "common/err.h"
#include "common/secret.h"

int
crypto_random(void *out, size_t len)
{
	if (len > INT_MAX)
		return ERR_INVALID_ARGUMENT;
	return RAND_bytes(out, (int)len) == 1 ? 0 : ERR_INTERNAL;
}

int
crypto_sha256(const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES])
{
	if (EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL) != 1)
		return ERR_INTERNAL;
	return 0;
}

int
crypto_sha512(const void *bytes, size_t len, uint8_t out[CRYPTO_SHA512_BYTES])
{
	if (EVP_Digest(bytes, len, out, NULL, EVP_sha512(), NULL) != 1)
		return ERR_INTERNAL;
	return 0;
}

struct crypto_hasher {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
};

int
crypto_hasher_new(struct crypto_hasher **ret_hasher)
{
	struct crypto_hasher *hasher = calloc(1, sizeof(*hasher));

	if (hasher == NULL)
		return ERR_NO_MEMORY;
	hasher->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	hasher->context = EVP_MD_CTX_new();
	if (hasher->algorithm == NULL || hasher->context == NULL) {
		crypto_hasher_free(hasher);
		return ERR_NO_MEMORY;
	}
	*ret_hasher = hasher;
	return 0;
}

void
crypto_hasher_free(struct crypto_hasher *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MD_CTX_free(hasher->context);
	EVP_MD_free(hasher->algorithm);
	free(hasher);
}

int
crypto_hasher_sha256(struct crypto_hasher *hasher, const void *bytes,
    size_t len, uint8_t out[CRYPTO_SHA256_BYTES])
{
	EVP_MD_CTX *context = hasher->context;

	return EVP_DigestInit_ex2(context, hasher->algorithm, NULL) == 1 &&
		EVP_DigestUpdate(context, bytes, len) == 1 &&
		EVP_DigestFinal_ex(context, out, NULL) == 1
	    ? 0
	    : ERR_INTERNAL;
}

int
crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, uint8_t out[CRYPTO_SHA256_BYTES])
{
	if (key_len > INT_MAX)
		return ERR_INVALID_ARGUMENT;
	if (HMAC(EVP_sha256(), key, (int)key_len, bytes, len, out, NULL) ==
	    NULL)
		return ERR_INTERNAL;
	return 0;
}

int
crypto_scrypt(const struct buf *secret, const struct buf *salt,
    const struct crypto_scrypt_cost *cost, void *out, size_t len)
{
	uint64_t n = UINT64_C(1) << (cost->log2n & 63);

	/* No limit but the cost itself, which is the caller's. */
	if (EVP_PBE_scrypt((const char *)secret->bytes, secret->len,
		salt->bytes, salt->len, n, cost->r, cost->p, UINT64_MAX, out,
		len) != 1)
		return ERR_INTERNAL;
	return 0;
}

/* The alphabet of RFC 4648 5: a letter's value plus one, 0 for what is none. */
static const uint8_t places[UCHAR_MAX + 1] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 0, 0, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0, 0, 0, 0, 64, 0, 27, 28, 29, 30,
    31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
    50, 51, 52, 0, 0, 0, 0, 0};

static uint8_t
sextet(char letter)
{
	return (uint8_t)(places[(unsigned char)letter] - 1);
}

static bool
all_sextets(const char *text, size_t len)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < len; i++)
		seen |= sextet(text[i]);
	return seen < 64;
}

/* The last, broken group of two or three letters. */
static void
decode_rest(const char *text, size_t len, uint8_t *to)
{
	uint8_t second = sextet(text[1]);

	to[0] = (uint8_t)(sextet(text[0]) << 2 | second >> 4);
	if (len == 3)
		to[1] = (uint8_t)(second << 4 | sextet(text[2]) >> 2);
}

int
crypto_base64url_decode(const char *text, size_t len, struct buf *out)
{
	size_t rest = len % 4;

	if (rest == 1 || !all_sextets(text, len))
		return ERR_MALFORMED;
	/* The last letter of a broken group carries two or four bits too many,
	 * which must be zero. */
	if (rest == 2 && (sextet(text[len - 1]) & 0xf) != 0)
		return ERR_MALFORMED;
	if (rest == 3 && (sextet(text[len - 1]) & 0x3) != 0)
		return ERR_MALFORMED;
	uint8_t *to = buf_extend(out, len * 3 / 4);
	if (to == NULL)
		return buf_fault(out);
	for (; len >= 4; len -= 4, text += 4, to += 3) {
		uint32_t bits = (uint32_t)sextet(text[0]) << 18 |
		    (uint32_t)sextet(text[1]) << 12 |
		    (uint32_t)sextet(text[2]) << 6 | sextet(text[3]);
		to[0] = (uint8_t)(bits >> 16);
		to[1] = (uint8_t)(bits >> 8);
		to[2] = (uint8_t)bits;
	}
	if (rest != 0)
		decode_rest(text, rest, to);
	return 0;
}

void
crypto_base64url_encode(const void *bytes, size_t len, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const uint8_t *at = bytes;
	uint32_t bits = 0;
	unsigned int count = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | at[i];
		for (count += 8; count >= 6; count -= 6)
			buf_put_u8(
			    out, (uint8_t)letters[bits >> (count - 6) & 63]);
	}
	if (count > 0)
		buf_put_u8(out, (uint8_t)letters[bits << (6 - count) & 63]);
}

#define NONCE_BYTES 12
#define TAG_BYTES (CRYPTO_SEAL_BYTES - NONCE_BYTES)

static void
cipher_cleanup(EVP_CIPHER_CTX **cipher)
{
	EVP_CIPHER_CTX_free(*cipher);
}
#define CIPHER_AUTO CLEANUP(cipher_cleanup)

/* Ready for the bytes: key, nonce and aad are in. */
static EVP_CIPHER_CTX *
cipher_new(const uint8_t *key, const uint8_t *nonce, const struct buf *aad,
    bool sealing)
{
	EVP_CIPHER_CTX *cipher CIPHER_AUTO = EVP_CIPHER_CTX_new();
	int done = 0;

	if (cipher == NULL ||
	    EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce,
		sealing ? 1 : 0) != 1 ||
	    EVP_CipherUpdate(cipher, NULL, &done, aad->bytes, (int)aad->len) !=
		1)
		return NULL;
	return TAKE(cipher);
}

/* Where len bytes of secrets are made before they are known to be good. */
struct workspace {
	uint8_t *bytes;
	size_t len;
};

static void
workspace_done(struct workspace *work)
{
	if (work->bytes != NULL)
		secret_wipe(work->bytes, work->len);
	free(work->bytes);
}
#define WORKSPACE_AUTO CLEANUP(workspace_done)

int
crypto_seal(const uint8_t key[CRYPTO_KEY_BYTES], const struct buf *aad,
    const void *bytes, size_t len, struct buf *out)
{
	EVP_CIPHER_CTX *cipher CIPHER_AUTO = NULL;
	struct workspace work WORKSPACE_AUTO = {.len = len + CRYPTO_SEAL_BYTES};
	int done = 0;
	int r = ERR_OK;

	if (len > INT_MAX - CRYPTO_SEAL_BYTES || aad->len > INT_MAX)
		return ERR_TOO_LARGE;
	work.bytes = malloc(work.len);
	if (work.bytes == NULL)
		return ERR_NO_MEMORY;
	r = crypto_random(work.bytes, NONCE_BYTES);
	if (r != 0)
		return r;
	cipher = cipher_new(key, work.bytes, aad, true);
	if (cipher == NULL ||
	    EVP_CipherUpdate(cipher, work.bytes + NONCE_BYTES, &done, bytes,
		(int)len) != 1 ||
	    EVP_CipherFinal_ex(cipher, work.bytes + NONCE_BYTES + len, &done) !=
		1 ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES,
		work.bytes + NONCE_BYTES + len) != 1)
		return ERR_INTERNAL;
	buf_put(out, work.bytes, work.len);
	return buf_fault(out);
}

int
crypto_unseal(const uint8_t key[CRYPTO_KEY_BYTES], const struct buf *aad,
    const void *sealed, size_t len, struct buf *out)
{
	EVP_CIPHER_CTX *cipher CIPHER_AUTO = NULL;
	struct workspace work WORKSPACE_AUTO = {0};
	const uint8_t *from = sealed;
	uint8_t tag[TAG_BYTES];
	int done = 0;

	if (len < CRYPTO_SEAL_BYTES || len > INT_MAX || aad->len > INT_MAX)
		return ERR_MALFORMED;
	work.len = len - CRYPTO_SEAL_BYTES;
	work.bytes = malloc(work.len + 1);
	cipher = cipher_new(key, from, aad, false);
	if (work.bytes == NULL || cipher == NULL)
		return ERR_NO_MEMORY;
	memcpy(tag, from + len - TAG_BYTES, TAG_BYTES);
	if (EVP_CipherUpdate(cipher, work.bytes, &done, from + NONCE_BYTES,
		(int)work.len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) != 1)
		return ERR_INTERNAL;
	if (EVP_CipherFinal_ex(cipher, work.bytes + work.len, &done) != 1)
		return ERR_MALFORMED;
	buf_put(out, work.bytes, work.len);
	return buf_fault(out);
}
