/*
 * jwksig.c - signatures checked by OpenSSL with a key that was made ready.
 *
 * Owns the contexts, one an algorithm, which OpenSSL lets one use again and
 * again (EVP_PKEY_verify(3)), and the forms of signatures (RFC 7518 3, RFC 8037
 * 3.1).  Leaves nothing in OpenSSL's queue of errors.
 */
#include "base/jwksig.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/crypto.h"
#include "common/err.h"

#define P256_BYTES 32

/* Ed25519 has none: it hashes for itself, and twice (RFC 8032 5.1.7). */
enum { CONTEXT_RS256, CONTEXT_PS256, CONTEXT_ES256, CONTEXT_COUNT };
static const enum jwk_alg context_algs[CONTEXT_COUNT] = {
    JWK_ALG_RS256, JWK_ALG_PS256, JWK_ALG_ES256};

struct jwksig {
	EVP_PKEY *pkey;
	bool is_eddsa;
	EVP_PKEY_CTX *contexts[CONTEXT_COUNT]; /* NULL: not for this */
};

DEFINE_CLEANUP(BIGNUM, bignum, BN_free)
DEFINE_CLEANUP(ECDSA_SIG, ecdsa, ECDSA_SIG_free)
DEFINE_CLEANUP(EVP_MD_CTX, digest_context, EVP_MD_CTX_free)
DEFINE_CLEANUP(EVP_PKEY_CTX, pkey_context, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(struct jwksig, jwksig, jwksig_free)

static bool
set_pss(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) ==
	    1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
	    1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

static EVP_PKEY_CTX *
context_new(EVP_PKEY *pkey, enum jwk_alg alg)
{
	EVP_PKEY_CTX *context CLEANUP(pkey_context_cleanup) =
	    EVP_PKEY_CTX_new(pkey, NULL);

	if (context == NULL || EVP_PKEY_verify_init(context) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1 ||
	    (alg == JWK_ALG_PS256 && !set_pss(context)))
		return NULL;
	return TAKE(context);
}

int
jwksig_new(struct evp_pkey_st *pkey, unsigned int algs, struct jwksig **ret_sig)
{
	struct jwksig *sig CLEANUP(jwksig_cleanup) = calloc(1, sizeof(*sig));

	if (sig == NULL || EVP_PKEY_up_ref(pkey) != 1)
		return ERR_NO_MEMORY;
	sig->pkey = pkey;
	sig->is_eddsa = (algs & JWK_ALG_EDDSA) != 0;
	for (size_t i = 0; i < CONTEXT_COUNT; i++) {
		if ((algs & context_algs[i]) == 0)
			continue;
		sig->contexts[i] = context_new(pkey, context_algs[i]);
		if (sig->contexts[i] == NULL)
			return ERR_INTERNAL;
	}
	*ret_sig = TAKE(sig);
	return 0;
}

void
jwksig_free(struct jwksig *sig)
{
	if (sig == NULL)
		return;
	for (size_t i = 0; i < CONTEXT_COUNT; i++)
		EVP_PKEY_CTX_free(sig->contexts[i]);
	EVP_PKEY_free(sig->pkey);
	free(sig);
}

/* r||s of fixed length (RFC 7518 3.4) to the DER that OpenSSL wants. */
static int
ecdsa_to_der(const struct buf *signature, struct buf *der)
{
	unsigned char *bytes = NULL;

	if (signature->len != 2 * P256_BYTES)
		return ERR_TOKEN_SIGNATURE;
	ECDSA_SIG *pair CLEANUP(ecdsa_cleanup) = ECDSA_SIG_new();
	BIGNUM *r CLEANUP(bignum_cleanup) =
	    BN_bin2bn(signature->bytes, P256_BYTES, NULL);
	BIGNUM *s CLEANUP(bignum_cleanup) =
	    BN_bin2bn(signature->bytes + P256_BYTES, P256_BYTES, NULL);
	if (pair == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(pair, r, s) != 1)
		return ERR_NO_MEMORY;
	r = NULL;
	s = NULL;
	int len = i2d_ECDSA_SIG(pair, &bytes);
	if (len <= 0)
		return ERR_NO_MEMORY;
	buf_put(der, bytes, (size_t)len);
	OPENSSL_free(bytes);
	return buf_fault(der);
}

/* NULL: the key is not for this algorithm. */
static EVP_PKEY_CTX *
context_of(const struct jwksig *sig, enum jwk_alg alg)
{
	for (size_t i = 0; i < CONTEXT_COUNT; i++)
		if (context_algs[i] == alg)
			return sig->contexts[i];
	return NULL;
}

static int
verify_eddsa(const struct jwksig *sig, const void *input, size_t len,
    const struct buf *signature)
{
	EVP_MD_CTX *context CLEANUP(digest_context_cleanup) = EVP_MD_CTX_new();

	if (!sig->is_eddsa)
		return ERR_TOKEN_KEY_UNFIT;
	if (context == NULL ||
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, sig->pkey) != 1)
		return ERR_NO_MEMORY;
	return EVP_DigestVerify(
		   context, signature->bytes, signature->len, input, len) == 1
	    ? 0
	    : ERR_TOKEN_SIGNATURE;
}

static int
verify_digest(EVP_PKEY_CTX *context, const void *input, size_t len,
    const struct buf *signature)
{
	uint8_t digest[CRYPTO_SHA256_BYTES];

	if (context == NULL)
		return ERR_TOKEN_KEY_UNFIT;
	int r = crypto_sha256(input, len, digest);
	if (r < 0)
		return r;
	return EVP_PKEY_verify(context, signature->bytes, signature->len,
		   digest, sizeof(digest)) == 1
	    ? 0
	    : ERR_TOKEN_SIGNATURE;
}

static int
verify(const struct jwksig *sig, enum jwk_alg alg, const void *input,
    size_t len, const struct buf *signature)
{
	struct buf der BUF_AUTO = {.limit = 80};

	if (signature->len == 0)
		return ERR_TOKEN_SIGNATURE;
	if (alg == JWK_ALG_EDDSA)
		return verify_eddsa(sig, input, len, signature);
	if (alg != JWK_ALG_ES256)
		return verify_digest(
		    context_of(sig, alg), input, len, signature);
	int r = ecdsa_to_der(signature, &der);
	if (r < 0)
		return r;
	return verify_digest(context_of(sig, alg), input, len, &der);
}

int
jwksig_verify(const struct jwksig *sig, enum jwk_alg alg, const void *input,
    size_t len, const struct buf *signature)
{
	int r = verify(sig, alg, input, len, signature);

	if (r < 0)
		ERR_clear_error();
	return r;
}
