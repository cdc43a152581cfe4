/*
 * test-jws.c - from the text of a token to its payload: every change of a good
 * token is refused, the policy is obeyed, and the self-check sees a library
 * that has changed.
 */
#include "base/jws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "common/err.h"
#include "tests/unit/vectors.h"

static const struct jws_policy everything = {.algs = JWK_ALG_ALL};
static const char *const reference_tokens[] = {"tokens/ok--t1-rs256.jwt",
    "tokens/ok--t1-es256.jwt", "tokens/ok--t1-eddsa.jwt",
    "tokens/ok--t1-ps256.jwt"};

/* What the two verifiers below jws.c are made to say; 1: the truth. */
static int openssl_says = 1;
static int libjwt_says = 1;
static int libjwt_says_of_macs = 1;
static bool mac_ignores_key;
static unsigned int libjwt_asked;

int __real_jwk_verify(const struct jwk *key, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
int __wrap_jwk_verify(const struct jwk *key, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
int __real_jwtsig_verify(const char *token, enum jwk_alg alg, const char *pem);
int __wrap_jwtsig_verify(const char *token, enum jwk_alg alg, const char *pem);
int __real_jwtsig_verify_secret(const char *token, const char *secret);
int __wrap_jwtsig_verify_secret(const char *token, const char *secret);
int __real_crypto_hmac_sha256(const void *key, size_t key_len,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
int __wrap_crypto_hmac_sha256(const void *key, size_t key_len,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);

int
__wrap_jwk_verify(const struct jwk *key, enum jwk_alg alg, const void *input,
    size_t len, const struct buf *signature)
{
	if (openssl_says != 1)
		return openssl_says;
	return __real_jwk_verify(key, alg, input, len, signature);
}

int
__wrap_jwtsig_verify(const char *token, enum jwk_alg alg, const char *pem)
{
	libjwt_asked++;
	if (libjwt_says != 1)
		return libjwt_says;
	return __real_jwtsig_verify(token, alg, pem);
}

int
__wrap_jwtsig_verify_secret(const char *token, const char *secret)
{
	libjwt_asked++;
	if (libjwt_says_of_macs != 1)
		return libjwt_says_of_macs;
	return __real_jwtsig_verify_secret(token, secret);
}

int
__wrap_crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, uint8_t out[CRYPTO_SHA256_BYTES])
{
	/* A library that ignores the key. */
	return __real_crypto_hmac_sha256(
	    key, mac_ignores_key ? 0 : key_len, bytes, len, out);
}

static int
verify(const char *token, size_t len, const struct jwk_set *keys,
    const struct jws_policy *policy)
{
	struct json *payload = NULL;

	int r = jws_verify(token, len, keys, policy, &payload);
	assert_true((r == 0) == (payload != NULL));
	json_free(payload);
	return r;
}

static void
the_payload_is_what_was_signed(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++) {
		struct json *payload JSON_AUTO = NULL;
		size_t len = 0;
		char *token = vectors_read(reference_tokens[i], &len);
		assert_int_equal(
		    jws_verify(token, len, keys, &everything, &payload), 0);
		assert_string_equal(
		    json_string(json_get(json_root(payload), "sub")), "u-17");
		free(token);
	}
}

static void
t3_every_flipped_bit_is_refused(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++) {
		size_t len = 0;
		char *token = vectors_read(reference_tokens[i], &len);
		for (size_t bit = 0; bit < len * 8; bit++) {
			token[bit / 8] ^= (char)(1 << bit % 8);
			if (verify(token, len, keys, &everything) == 0)
				fail_msg(
				    "%s: bit %zu", reference_tokens[i], bit);
			token[bit / 8] ^= (char)(1 << bit % 8);
		}
		assert_int_equal(verify(token, len, keys, &everything), 0);
		free(token);
	}
}

/* Puts each byte of letters at each place of the token. */
static void
insert_everywhere(const char *token, size_t len, const char *letters,
    size_t letter_count, const struct jwk_set *keys)
{
	char *longer = malloc(len + 1);

	assert_non_null(longer);
	for (size_t at = 0; at <= len; at++) {
		memcpy(longer, token, at);
		memcpy(longer + at + 1, token + at, len - at);
		for (size_t i = 0; i < letter_count; i++) {
			longer[at] = letters[i];
			if (verify(longer, len + 1, keys, &everything) == 0)
				fail_msg("byte %d at %zu", letters[i], at);
		}
	}
	free(longer);
}

static void
t3_every_inserted_byte_is_refused(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();
	char letters[256];

	for (size_t i = 0; i < sizeof(letters); i++)
		letters[i] = (char)i;
	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++) {
		size_t len = 0;
		char *token = vectors_read(reference_tokens[i], &len);
		insert_everywhere(token, len, letters, sizeof(letters), keys);
		free(token);
	}
}

static void
t3_every_truncation_is_refused(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++) {
		size_t len = 0;
		char *token = vectors_read(reference_tokens[i], &len);
		for (size_t n = 0; n < len; n++) {
			assert_int_not_equal(
			    verify(token, n, keys, &everything), 0);
			assert_int_not_equal(
			    verify(token + len - n, n, keys, &everything), 0);
		}
		free(token);
	}
}

static void
t1_only_the_algorithms_of_the_policy_are_taken(void **state)
{
	static const unsigned int algs[] = {
	    JWK_ALG_RS256, JWK_ALG_ES256, JWK_ALG_EDDSA, JWK_ALG_PS256};
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++) {
		size_t len = 0;
		char *token = vectors_read(reference_tokens[i], &len);
		struct jws_policy policy = {.algs = algs[i]};
		assert_int_equal(verify(token, len, keys, &policy), 0);
		policy.algs = JWK_ALG_ALL & ~algs[i];
		assert_int_equal(
		    verify(token, len, keys, &policy), ERR_TOKEN_ALGORITHM);
		policy.algs = 0;
		assert_int_equal(
		    verify(token, len, keys, &policy), ERR_TOKEN_ALGORITHM);
		free(token);
	}
}

/* The usual key set, with this issuer said by each key; NULL: by none. */
static struct jwk_set *
keys_of(const char *issuer)
{
	struct jwk_set *set = NULL;
	struct buf text BUF_AUTO = {.limit = JWK_SET_MAX_BYTES};
	size_t len = 0;
	char *bytes = vectors_read("keys.json", &len);
	const char *at = bytes;

	for (char *said = strstr(bytes, "\"issuer\""); said != NULL;
	     said = strstr(said, "\"issuer\""))
		memcpy(said, "\"before\"", strlen("\"before\""));
	for (;;) {
		const char *key = strstr(at, "\"kty\"");

		if (key == NULL)
			break;
		buf_put(&text, at, (size_t)(key - at));
		if (issuer != NULL)
			buf_put_format(&text, "\"issuer\":%s,", issuer);
		buf_put_text(&text, "\"kty\"");
		at = key + strlen("\"kty\"");
	}
	buf_put_text(&text, at);
	free(bytes);
	assert_non_null(buf_text(&text));
	assert_int_equal(jwk_set_parse(text.bytes, text.len, &set), 0);
	return set;
}

static void
t6_a_key_of_another_tenant_signs_nothing_for_us(void **state)
{
	static const char *const ours[] = {"https://t/1", "https://t/{id}"};
	static const struct {
		const char *issuer; /* as JSON text */
		int r;
	} cases[] = {
	    {"\"https://t/1\"", 0},
	    {"\"https://t/{id}\"", 0},
	    {"\"https://t/2\"", ERR_TOKEN_KEY_UNFIT},
	    {"\"https://t/1/\"", ERR_TOKEN_KEY_UNFIT},
	    {"\"https://T/1\"", ERR_TOKEN_KEY_UNFIT},
	    {"\"\"", ERR_TOKEN_KEY_UNFIT},
	};
	const struct jws_policy policy = {
	    .algs = JWK_ALG_ALL,
	    .key_issuers = ours,
	    .key_issuer_count = ARRAY_SIZE(ours),
	};
	struct jwk_set *silent JWK_SET_AUTO = keys_of(NULL);
	size_t len = 0;
	char *token = vectors_read(reference_tokens[0], &len);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct jwk_set *keys JWK_SET_AUTO = keys_of(cases[i].issuer);

		assert_int_equal(verify(token, len, keys, &policy), cases[i].r);
		/* Who pins no issuer does not look. */
		assert_int_equal(verify(token, len, keys, &everything), 0);
	}
	assert_int_equal(verify(token, len, silent, &policy), 0);
	free(token);
}

static void
t5_an_access_token_is_taken_only_where_asked_for(void **state)
{
	static const char *const files[] = {
	    "tokens/token-type--t5-typ-access-token.jwt",
	    "tokens/token-type--t5-typ-access-token-as-media-type.jwt"};
	static const char *const asked[] = {
	    "at+jwt", "AT+JWT", "application/at+jwt"};
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t len = 0;
		char *token = vectors_read(files[i], &len);
		struct jws_policy policy = {.algs = JWK_ALG_ALL, .typ = "x"};
		assert_int_equal(
		    verify(token, len, keys, &policy), ERR_TOKEN_TYPE);
		for (size_t k = 0; k < ARRAY_SIZE(asked); k++) {
			policy.typ = asked[k];
			assert_int_equal(verify(token, len, keys, &policy), 0);
		}
		free(token);
	}
}

static void
t3_a_nul_inside_is_refused(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();
	size_t len = 0;
	char *token = vectors_read(reference_tokens[0], &len);

	/* vectors_read() left a NUL behind the token. */
	assert_int_equal(
	    verify(token, len + 1, keys, &everything), ERR_TOKEN_MALFORMED);
	free(token);
}

static int
verify_file(const char *path, const struct jwk_set *keys)
{
	size_t len = 0;
	char *token = vectors_read(path, &len);

	int r = verify(token, len, keys, &everything);
	free(token);
	return r;
}

static void
a_sign_in_asks_openssl_alone(void **state)
{
	struct jwk_set *keys JWK_SET_AUTO = vectors_keys();

	libjwt_asked = 0;
	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++)
		assert_int_equal(verify_file(reference_tokens[i], keys), 0);
	assert_int_equal(libjwt_asked, 0);
	openssl_says = ERR_TOKEN_SIGNATURE;
	for (size_t i = 0; i < ARRAY_SIZE(reference_tokens); i++)
		assert_int_equal(verify_file(reference_tokens[i], keys),
		    ERR_TOKEN_SIGNATURE);
	openssl_says = 1;
}

static void
check_that_it_is_seen(int *says, int lie)
{
	*says = lie;
	assert_int_equal(jws_self_check(), ERR_INTERNAL);
	*says = 1;
	assert_int_equal(jws_self_check(), 0);
}

static void
t123_self_check_sees_a_changed_library(void **state)
{
	assert_int_equal(jws_self_check(), 0);
	check_that_it_is_seen(&openssl_says, 0);
	check_that_it_is_seen(&openssl_says, ERR_TOKEN_SIGNATURE);
	check_that_it_is_seen(&libjwt_says, 0);
	check_that_it_is_seen(&libjwt_says, ERR_TOKEN_SIGNATURE);
	check_that_it_is_seen(&libjwt_says_of_macs, 0);
	check_that_it_is_seen(&libjwt_says_of_macs, ERR_TOKEN_SIGNATURE);
	openssl_says = libjwt_says = 0;
	assert_int_equal(jws_self_check(), ERR_INTERNAL);
	openssl_says = libjwt_says = 1;
	mac_ignores_key = true;
	assert_int_equal(jws_self_check(), ERR_INTERNAL);
	mac_ignores_key = false;
	assert_int_equal(jws_self_check(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_payload_is_what_was_signed),
	    cmocka_unit_test(t3_every_flipped_bit_is_refused),
	    cmocka_unit_test(t3_every_inserted_byte_is_refused),
	    cmocka_unit_test(t3_every_truncation_is_refused),
	    cmocka_unit_test(t1_only_the_algorithms_of_the_policy_are_taken),
	    cmocka_unit_test(t6_a_key_of_another_tenant_signs_nothing_for_us),
	    cmocka_unit_test(t5_an_access_token_is_taken_only_where_asked_for),
	    cmocka_unit_test(t3_a_nul_inside_is_refused),
	    cmocka_unit_test(a_sign_in_asks_openssl_alone),
	    cmocka_unit_test(t123_self_check_sees_a_changed_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
