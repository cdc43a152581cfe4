/*
 * crypto.c - randomness and digests from OpenSSL, and base64url of our own.
 *
 * The decoder is ours because libraries skip what they do not know (padding,
 * blanks, stray bits), and then two texts are one signature.  Knows nothing of
 * keys or tokens.
 */
#include "base/crypto.h"

#include <limits.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "common/err.h"

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

/* The six bits of a letter (RFC 4648 5), or -1. */
static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

static bool
all_sextets(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (sextet(text[i]) < 0)
			return false;
	return true;
}

int
crypto_base64url_decode(const char *text, size_t len, struct buf *out)
{
	uint32_t bits = 0;

	if (len % 4 == 1 || !all_sextets(text, len))
		return ERR_MALFORMED;
	/* The last letter of a broken group carries two or four bits too many,
	 * which must be zero. */
	if (len % 4 == 2 && (sextet(text[len - 1]) & 0xf) != 0)
		return ERR_MALFORMED;
	if (len % 4 == 3 && (sextet(text[len - 1]) & 0x3) != 0)
		return ERR_MALFORMED;
	for (size_t i = 0; i < len; i++) {
		bits = bits << 6 | (uint32_t)sextet(text[i]);
		if (i % 4 != 0)
			buf_put_u8(out, (uint8_t)(bits >> (6 - 2 * (i % 4))));
	}
	return buf_fault(out);
}
