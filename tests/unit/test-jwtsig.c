/*
 * test-jwtsig.c - libjwt behind its fence: it agrees with OpenSSL on what it
 * knows, and what it would accept by itself (M1) does not get through.
 */
#include "base/jwtsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/jws.h"
#include "common/err.h"
#include "tests/unit/vectors.h"

struct fixture {
	struct jwk_set *set;
	const struct jwk *rsa;
	const struct jwk *ec;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.set = vectors_keys();
	assert_int_equal(
	    jwk_set_find(f.set, "rsa-1", JWK_ALG_RS256, &f.rsa), 0);
	assert_int_equal(jwk_set_find(f.set, "ec-1", JWK_ALG_ES256, &f.ec), 0);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	jwk_set_free(f->set);
	return 0;
}

static int
verify_file(const char *path, enum jwk_alg alg, const char *pem)
{
	size_t len = 0;
	char *token = vectors_read(path, &len);

	int r = jwtsig_verify(token, alg, pem);
	free(token);
	return r;
}

static void
good_signatures_pass(void **state)
{
	const struct fixture *f = *state;

	assert_true(jwtsig_knows(JWK_ALG_RS256));
	assert_true(jwtsig_knows(JWK_ALG_ES256));
	assert_int_equal(verify_file("tokens/ok--t1-rs256.jwt", JWK_ALG_RS256,
			     jwk_pem(f->rsa)),
	    0);
	assert_int_equal(verify_file("tokens/ok--t1-es256.jwt", JWK_ALG_ES256,
			     jwk_pem(f->ec)),
	    0);
}

static void
what_libjwt_does_not_know_is_refused(void **state)
{
	const struct fixture *f = *state;

	assert_false(jwtsig_knows(JWK_ALG_PS256));
	assert_false(jwtsig_knows(JWK_ALG_EDDSA));
	assert_false(jwtsig_knows(JWK_ALG_NONE));
	assert_int_equal(verify_file("tokens/ok--t1-ps256.jwt", JWK_ALG_PS256,
			     jwk_pem(f->rsa)),
	    ERR_TOKEN_SIGNATURE);
	assert_int_equal(verify_file("tokens/ok--t1-rs256.jwt", JWK_ALG_NONE,
			     jwk_pem(f->rsa)),
	    ERR_TOKEN_SIGNATURE);
}

/* libjwt itself says yes to each of these. */
static void
t1_t2_what_libjwt_accepts_by_itself_is_refused(void **state)
{
	static const char *const files[] = {
	    "tokens/token-algorithm--t1-hs256-keyed-with-pem.jwt",
	    "tokens/token-algorithm--t1-hs384-keyed-with-pem.jwt",
	    "tokens/token-algorithm--t1-hs512-keyed-with-pem.jwt",
	    "tokens/token-algorithm--t2-none-none-unsigned.jwt"};
	const struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		assert_int_equal(
		    verify_file(files[i], JWK_ALG_RS256, jwk_pem(f->rsa)),
		    ERR_TOKEN_SIGNATURE);
		assert_int_equal(verify_file(files[i], JWK_ALG_RS256, NULL),
		    ERR_TOKEN_SIGNATURE);
		assert_int_equal(verify_file(files[i], JWK_ALG_RS256, ""),
		    ERR_TOKEN_SIGNATURE);
	}
}

static void
t2_no_key_means_no(void **state)
{
	static const char good[] = "tokens/ok--t1-rs256.jwt";

	assert_int_equal(
	    verify_file(good, JWK_ALG_RS256, NULL), ERR_TOKEN_SIGNATURE);
	assert_int_equal(
	    verify_file(good, JWK_ALG_RS256, ""), ERR_TOKEN_SIGNATURE);
	assert_int_equal(
	    verify_file(good, JWK_ALG_RS256, "x"), ERR_TOKEN_SIGNATURE);
	assert_int_equal(
	    jwtsig_verify(NULL, JWK_ALG_RS256, "x"), ERR_TOKEN_SIGNATURE);
}

static void
the_wrong_key_or_algorithm_means_no(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(verify_file("tokens/ok--t1-rs256.jwt", JWK_ALG_RS256,
			     jwk_pem(f->ec)),
	    ERR_TOKEN_SIGNATURE);
	assert_int_equal(verify_file("tokens/ok--t1-es256.jwt", JWK_ALG_ES256,
			     jwk_pem(f->rsa)),
	    ERR_TOKEN_SIGNATURE);
	assert_int_equal(verify_file("tokens/ok--t1-es256.jwt", JWK_ALG_RS256,
			     jwk_pem(f->ec)),
	    ERR_TOKEN_SIGNATURE);
}

/* 16 MiB would overflow libjwt's stack. */
static void
a_token_too_long_is_not_handed_over(void **state)
{
	const struct fixture *f = *state;
	size_t len = (size_t)16 * 1024 * 1024;
	char *token = malloc(len + 1);

	assert_non_null(token);
	memset(token, 'A', len);
	token[len] = '\0';
	assert_int_equal(jwtsig_verify(token, JWK_ALG_RS256, jwk_pem(f->rsa)),
	    ERR_TOKEN_SIGNATURE);
	free(token);
}

static void
refuse_bad_signature(const struct vector *vector, void *data)
{
	const struct fixture *f = data;
	bool is_rsa = strstr(vector->name, "rs256") != NULL;

	int r =
	    jwtsig_verify(vector->bytes, is_rsa ? JWK_ALG_RS256 : JWK_ALG_ES256,
		jwk_pem(is_rsa ? f->rsa : f->ec));
	if (r != vector->expected)
		fail_msg("%s: got %s", vector->name, err_name(r));
}

static void
t3_bad_signatures_are_refused_as_by_openssl(void **state)
{
	vectors_each("tokens", "token-signature--t3-rs256", 8,
	    refuse_bad_signature, *state);
	vectors_each("tokens", "token-signature--t3-es256", 8,
	    refuse_bad_signature, *state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_signatures_pass),
	    cmocka_unit_test(what_libjwt_does_not_know_is_refused),
	    cmocka_unit_test(t1_t2_what_libjwt_accepts_by_itself_is_refused),
	    cmocka_unit_test(t2_no_key_means_no),
	    cmocka_unit_test(the_wrong_key_or_algorithm_means_no),
	    cmocka_unit_test(a_token_too_long_is_not_handed_over),
	    cmocka_unit_test(t3_bad_signatures_are_refused_as_by_openssl),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
