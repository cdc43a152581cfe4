/*
 * test-jwk.c - key sets good and bad (tests/vectors/keysets), which key is
 * found for which token, and that an unfit key verifies nothing.
 */
#include "base/jwk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "common/err.h"
#include "tests/unit/vectors.h"

static void
check_set(const struct vector *vector, void *data)
{
	struct jwk_set *set JWK_SET_AUTO = NULL;

	int r = jwk_set_parse(vector->bytes, vector->len, &set);
	if (r != vector->expected)
		fail_msg("%s: got %s", vector->name, err_name(r));
	assert_true((set != NULL) == (r == 0));
	if (set != NULL)
		assert_true(jwk_set_count(set) > 0);
}

static void
t9_t10_key_sets_are_taken_as_named(void **state)
{
	vectors_each("keysets", NULL, 36, check_set, NULL);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
t11_a_giant_set_is_refused(void **state)
{
	char *bytes = malloc(JWK_SET_MAX_BYTES + 1);
	struct jwk_set *set = NULL;

	assert_non_null(bytes);
	memset(bytes, ' ', JWK_SET_MAX_BYTES + 1);
	memcpy(bytes, "{\"keys\":[]}", 11);
	assert_int_equal(
	    jwk_set_parse(bytes, JWK_SET_MAX_BYTES + 1, &set), ERR_TOO_LARGE);
	assert_int_equal(
	    jwk_set_parse(bytes, JWK_SET_MAX_BYTES, &set), ERR_TOKEN_KEY_UNFIT);
	free(bytes);
}

static void
t10_of_the_vector_set_only_the_good_keys_are_usable(void **state)
{
	struct jwk_set *set JWK_SET_AUTO = vectors_keys();

	assert_int_equal(jwk_set_count(set), 5);
}

static void
keys_are_found_by_kid_and_algorithm(void **state)
{
	static const struct {
		const char *kid;
		unsigned int algs;
	} cases[] = {{"rsa-1", JWK_ALG_RS256 | JWK_ALG_PS256},
	    {"rsa-2", JWK_ALG_PS256}, {"rsa-3", JWK_ALG_RS256},
	    {"ec-1", JWK_ALG_ES256}, {"ed-1", JWK_ALG_EDDSA}, {"twin", 0},
	    {"oct-1", 0}, {"rsa-1024-bits", 0}};
	struct jwk_set *set JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (unsigned int alg = 1; alg <= JWK_ALG_ALL; alg <<= 1) {
			const struct jwk *key = NULL;
			int r = jwk_set_find(set, cases[i].kid, alg, &key);
			bool fits = (cases[i].algs & alg) != 0;
			assert_int_equal(r, fits ? 0 : ERR_TOKEN_KEY_UNFIT);
			assert_true(fits == (key != NULL));
		}
}

static void
t4_strange_kids_find_nothing(void **state)
{
	static const char *const kids[] = {
	    "", "RSA-1", "rsa-1 ", "rsa", "../rsa-1", "*"};
	struct jwk_set *set JWK_SET_AUTO = vectors_keys();
	const struct jwk *key = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(kids); i++)
		assert_int_equal(
		    jwk_set_find(set, kids[i], JWK_ALG_RS256, &key),
		    ERR_TOKEN_KEY_UNKNOWN);
	assert_int_equal(jwk_set_find(set, "rsa-1", JWK_ALG_NONE, &key),
	    ERR_TOKEN_KEY_UNFIT);
	assert_null(key);
}

static void
without_a_kid_only_the_one_that_fits_is_found(void **state)
{
	struct jwk_set *set JWK_SET_AUTO = vectors_keys();
	const struct jwk *key = NULL;

	assert_int_equal(jwk_set_find(set, NULL, JWK_ALG_RS256, &key),
	    ERR_TOKEN_KEY_UNKNOWN);
	assert_int_equal(
	    jwk_set_find(set, NULL, JWK_ALG_NONE, &key), ERR_TOKEN_KEY_UNKNOWN);
	assert_null(key);
	assert_int_equal(jwk_set_find(set, NULL, JWK_ALG_ES256, &key), 0);
	assert_non_null(key);
}

static void
the_pem_is_a_public_key(void **state)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----\n";
	struct jwk_set *set JWK_SET_AUTO = vectors_keys();
	const struct jwk *key = NULL;

	assert_int_equal(jwk_set_find(set, "rsa-1", JWK_ALG_RS256, &key), 0);
	assert_memory_equal(jwk_pem(key), begin, sizeof(begin) - 1);
}

/* RFC 8032 7.1, test 2: one byte signed with Ed25519. */
static void
verification_matches_rfc_8032(void **state)
{
	static const char keys[] =
	    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
	    "\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"}]}";
	static const uint8_t signature[] = {0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4,
	    0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40, 0xa2,
	    0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23,
	    0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
	    0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b,
	    0x2e, 0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12,
	    0xbb, 0x0c, 0x00};
	static const uint8_t input[] = {0x72};
	struct buf mark BUF_AUTO = {.limit = 64};
	struct jwk_set *set JWK_SET_AUTO = NULL;
	const struct jwk *key = NULL;

	assert_int_equal(jwk_set_parse(keys, sizeof(keys) - 1, &set), 0);
	assert_int_equal(jwk_set_find(set, NULL, JWK_ALG_EDDSA, &key), 0);
	buf_put(&mark, signature, sizeof(signature));
	assert_int_equal(
	    jwk_verify(key, JWK_ALG_EDDSA, input, sizeof(input), &mark), 0);
	assert_int_equal(
	    jwk_verify(key, JWK_ALG_RS256, input, sizeof(input), &mark),
	    ERR_TOKEN_KEY_UNFIT);
	mark.bytes[0] ^= 1;
	assert_int_equal(
	    jwk_verify(key, JWK_ALG_EDDSA, input, sizeof(input), &mark),
	    ERR_TOKEN_SIGNATURE);
	buf_reset(&mark);
	assert_int_equal(
	    jwk_verify(key, JWK_ALG_EDDSA, input, sizeof(input), &mark),
	    ERR_TOKEN_SIGNATURE);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
algorithm_names_are_exact(void **state)
{
	assert_int_equal(jwk_alg_from_name("RS256"), JWK_ALG_RS256);
	assert_int_equal(jwk_alg_from_name("ES256"), JWK_ALG_ES256);
	assert_int_equal(jwk_alg_from_name("EdDSA"), JWK_ALG_EDDSA);
	assert_int_equal(jwk_alg_from_name("PS256"), JWK_ALG_PS256);
	assert_int_equal(jwk_alg_from_name("rs256"), JWK_ALG_NONE);
	assert_int_equal(jwk_alg_from_name("HS256"), JWK_ALG_NONE);
	assert_int_equal(jwk_alg_from_name("none"), JWK_ALG_NONE);
	assert_int_equal(jwk_alg_from_name(""), JWK_ALG_NONE);
	assert_int_equal(jwk_alg_from_name(NULL), JWK_ALG_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t9_t10_key_sets_are_taken_as_named),
	    cmocka_unit_test(t11_a_giant_set_is_refused),
	    cmocka_unit_test(
		t10_of_the_vector_set_only_the_good_keys_are_usable),
	    cmocka_unit_test(keys_are_found_by_kid_and_algorithm),
	    cmocka_unit_test(t4_strange_kids_find_nothing),
	    cmocka_unit_test(without_a_kid_only_the_one_that_fits_is_found),
	    cmocka_unit_test(the_pem_is_a_public_key),
	    cmocka_unit_test(verification_matches_rfc_8032),
	    cmocka_unit_test(algorithm_names_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
