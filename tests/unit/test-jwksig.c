/*
 * test-jwksig.c - a key that was made ready says the same each time, whatever
 * it was asked before, and only for the algorithms it was made ready for.
 */
#include "base/jwksig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "common/err.h"

#define TEXT "what was signed"
#define OTHER "what was not..."

struct fixture {
	EVP_PKEY *rsa;
	EVP_PKEY *ed;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	f.ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	*state = &f;
	return f.rsa == NULL || f.ed == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	EVP_PKEY_free(f->rsa);
	EVP_PKEY_free(f->ed);
	return 0;
}

static void
sign(EVP_PKEY *pkey, enum jwk_alg alg, struct buf *out)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL;
	uint8_t bytes[256];
	size_t len = sizeof(bytes);
	const char *digest = alg == JWK_ALG_EDDSA ? NULL : "SHA256";

	assert_int_equal(EVP_DigestSignInit_ex(context, &settings, digest, NULL,
			     NULL, pkey, NULL),
	    1);
	if (alg == JWK_ALG_PS256) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(
				     settings, RSA_PKCS1_PSS_PADDING),
		    1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(
				     settings, RSA_PSS_SALTLEN_DIGEST),
		    1);
	}
	assert_int_equal(EVP_DigestSign(context, bytes, &len,
			     (const uint8_t *)TEXT, strlen(TEXT)),
	    1);
	EVP_MD_CTX_free(context);
	buf_init(out, sizeof(bytes));
	buf_put(out, bytes, len);
}

static void
no_answer_depends_on_the_one_before(void **state)
{
	struct fixture *f = *state;
	const struct {
		EVP_PKEY *pkey;
		enum jwk_alg alg;
	} cases[] = {{f->rsa, JWK_ALG_RS256}, {f->rsa, JWK_ALG_PS256},
	    {f->ed, JWK_ALG_EDDSA}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf good BUF_AUTO = {0};
		struct buf bad BUF_AUTO = {.limit = 256};
		struct jwksig *sig = NULL;

		sign(cases[i].pkey, cases[i].alg, &good);
		buf_put(&bad, good.bytes, good.len);
		bad.bytes[good.len / 2] ^= 1;
		assert_int_equal(
		    jwksig_new(cases[i].pkey, cases[i].alg, &sig), 0);
		for (int round = 0; round < 20; round++) {
			assert_int_equal(jwksig_verify(sig, cases[i].alg, TEXT,
					     strlen(TEXT), &good),
			    0);
			assert_int_equal(jwksig_verify(sig, cases[i].alg, TEXT,
					     strlen(TEXT), &bad),
			    ERR_TOKEN_SIGNATURE);
			assert_int_equal(jwksig_verify(sig, cases[i].alg, OTHER,
					     strlen(OTHER), &good),
			    ERR_TOKEN_SIGNATURE);
			assert_int_equal(ERR_peek_error(), 0);
		}
		jwksig_free(sig);
	}
}

static void
t1_a_key_checks_nothing_that_it_was_not_made_ready_for(void **state)
{
	struct fixture *f = *state;
	struct buf signature BUF_AUTO = {0};
	struct jwksig *rsa = NULL;
	struct jwksig *ed = NULL;

	sign(f->rsa, JWK_ALG_PS256, &signature);
	assert_int_equal(jwksig_new(f->rsa, JWK_ALG_RS256, &rsa), 0);
	assert_int_equal(jwksig_new(f->ed, JWK_ALG_EDDSA, &ed), 0);
	assert_int_equal(
	    jwksig_verify(rsa, JWK_ALG_PS256, TEXT, strlen(TEXT), &signature),
	    ERR_TOKEN_KEY_UNFIT);
	assert_int_equal(
	    jwksig_verify(rsa, JWK_ALG_EDDSA, TEXT, strlen(TEXT), &signature),
	    ERR_TOKEN_KEY_UNFIT);
	assert_int_equal(
	    jwksig_verify(ed, JWK_ALG_RS256, TEXT, strlen(TEXT), &signature),
	    ERR_TOKEN_KEY_UNFIT);
	assert_int_equal(
	    jwksig_verify(rsa, JWK_ALG_NONE, TEXT, strlen(TEXT), &signature),
	    ERR_TOKEN_KEY_UNFIT);
	jwksig_free(rsa);
	jwksig_free(ed);
	jwksig_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_answer_depends_on_the_one_before),
	    cmocka_unit_test(
		t1_a_key_checks_nothing_that_it_was_not_made_ready_for),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
