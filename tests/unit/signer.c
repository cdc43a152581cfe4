/*
 * signer.c - signs what a test says.
 */
#include "tests/unit/signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/crypto.h"

#define ED25519_KEY_BYTES 32
#define ED25519_SIGNATURE_BYTES 64

struct signer {
	const char *kid;
	EVP_PKEY *pkey;
};

struct signer *
signer_new(const char *kid)
{
	struct signer *signer = calloc(1, sizeof(*signer));

	assert_non_null(signer);
	signer->kid = kid;
	signer->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	assert_non_null(signer->pkey);
	return signer;
}

void
signer_free(struct signer *signer)
{
	EVP_PKEY_free(signer->pkey);
	free(signer);
}

static void
put_base64url(struct buf *out, const void *bytes, size_t len)
{
	unsigned char text[4096];

	assert_true(len <= sizeof(text) / 4 * 3 - 3);
	int text_len = EVP_EncodeBlock(text, bytes, (int)len);
	for (int i = 0; i < text_len && text[i] != '='; i++) {
		char c = (char)text[i];

		if (c == '+')
			c = '-';
		if (c == '/')
			c = '_';
		buf_put(out, &c, 1);
	}
}

void
signer_put_keys(const struct signer *signer, struct buf *out)
{
	uint8_t point[ED25519_KEY_BYTES];
	size_t len = sizeof(point);

	assert_int_equal(
	    EVP_PKEY_get_raw_public_key(signer->pkey, point, &len), 1);
	buf_put_format(out,
	    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\","
	    "\"x\":\"",
	    signer->kid);
	put_base64url(out, point, len);
	buf_put_text(out, "\"}]}");
}

/* The part of a token that is signed; where it starts in out is returned. */
static size_t
put_input(struct buf *out, const char *header, const char *claims)
{
	size_t start = out->len;

	put_base64url(out, header, strlen(header));
	buf_put_text(out, ".");
	put_base64url(out, claims, strlen(claims));
	return start;
}

void
signer_put_token(
    const struct signer *signer, const char *claims, struct buf *out)
{
	struct buf header BUF_AUTO = {.limit = 256};
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[ED25519_SIGNATURE_BYTES];
	size_t len = sizeof(signature);

	buf_put_format(
	    &header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", signer->kid);
	size_t start = put_input(out, buf_text(&header), claims);
	assert_int_equal(
	    EVP_DigestSignInit(context, NULL, NULL, NULL, signer->pkey), 1);
	assert_int_equal(EVP_DigestSign(context, signature, &len,
			     out->bytes + start, out->len - start),
	    1);
	EVP_MD_CTX_free(context);
	buf_put_text(out, ".");
	put_base64url(out, signature, len);
}

void
signer_put_mac_token(const char *secret, const char *claims, struct buf *out)
{
	uint8_t mac[CRYPTO_SHA256_BYTES];
	size_t start = put_input(out, "{\"alg\":\"HS256\"}", claims);

	assert_int_equal(crypto_hmac_sha256(secret, strlen(secret),
			     out->bytes + start, out->len - start, mac),
	    0);
	buf_put_text(out, ".");
	put_base64url(out, mac, sizeof(mac));
}
