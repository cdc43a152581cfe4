/*
 * test-token.c - every token of tests/vectors meets exactly the fate that its
 * name says, and what is read from a good one is what was signed.
 */
#include "services/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "common/err.h"
#include "tests/unit/vectors.h"

#define LIMIT ((size_t)64 * 1024)

/* The last line that was logged, and how many there were. */
static struct {
	enum log_level level;
	char text[1024];
	int64_t off_s;
	unsigned int count;
} said;

void __wrap_log_write(
    enum log_level level, const char *message, const struct log_field *fields);

void
__wrap_log_write(
    enum log_level level, const char *message, const struct log_field *fields)
{
	int len = snprintf(said.text, sizeof(said.text), "%s", message);

	said.level = level;
	said.count++;
	for (; fields->key != NULL; fields++) {
		if (strcmp(fields->key, "off_s") == 0)
			said.off_s = fields->number;
		len += snprintf(said.text + len,
		    sizeof(said.text) - (size_t)len, " %s=%s", fields->key,
		    fields->text == NULL ? "" : fields->text);
		assert_true((size_t)len < sizeof(said.text));
	}
}

static int
setup(void **state)
{
	*state = vectors_keys();
	return 0;
}

static int
teardown(void **state)
{
	jwk_set_free(*state);
	return 0;
}

static void
check_vector(const struct vector *vector, void *keys)
{
	const struct token_policy policy = vectors_policy();
	struct token token TOKEN_AUTO = {0};

	int r = token_verify(vector->bytes, keys, &policy,
	    (struct wall_time){VECTORS_NOW}, &token);
	if (r != vector->expected)
		fail_msg("%s: got %s", vector->name, err_name(r));
	assert_true((token.payload != NULL) == (r == 0));
}

static void
t1_macs_keyed_with_public_data(void **state)
{
	vectors_each("tokens", "--t1-", 30, check_vector, *state);
}

static void
t2_no_algorithm_and_strange_ones(void **state)
{
	vectors_each("tokens", "--t2-", 50, check_vector, *state);
}

static void
t3_other_spellings_and_signatures(void **state)
{
	vectors_each("tokens", "--t3-", 70, check_vector, *state);
}

static void
t4_keys_that_the_token_names_or_brings(void **state)
{
	vectors_each("tokens", "--t4-", 40, check_vector, *state);
}

static void
t5_other_kinds_of_tokens(void **state)
{
	vectors_each("tokens", "--t5-", 25, check_vector, *state);
}

static void
t6_issuers_that_look_like_ours(void **state)
{
	vectors_each("tokens", "--t6-", 25, check_vector, *state);
}

static void
t7_tokens_made_for_others(void **state)
{
	vectors_each("tokens", "--t7-", 25, check_vector, *state);
}

static void
t8_times_missing_strange_and_at_the_edge(void **state)
{
	vectors_each("tokens", "--t8-", 70, check_vector, *state);
}

static void
t9_texts_that_two_readers_read_in_two_ways(void **state)
{
	vectors_each("tokens", "--t9-", 80, check_vector, *state);
}

static void
t10_keys_that_must_not_be_used(void **state)
{
	vectors_each("tokens", "--t10-", 50, check_vector, *state);
}

static int
verify_file(const char *path, const struct jwk_set *keys, bool spoiled)
{
	const struct token_policy policy = vectors_policy();
	struct token token TOKEN_AUTO = {0};
	size_t len = 0;
	char *text = vectors_read(path, &len);

	if (spoiled)
		text[len - 10] = text[len - 10] == 'A' ? 'B' : 'A';
	memset(&said, 0, sizeof(said));
	int r = token_verify(
	    text, keys, &policy, (struct wall_time){VECTORS_NOW}, &token);
	free(text);
	return r;
}

static void
t8_a_clock_that_is_off_is_told_in_seconds_and_no_forgery_is(void **state)
{
	static const struct {
		const char *path;
		int reason;
		int64_t off_s;
	} cases[] = {
	    {"tokens/token-expired--t8-clock-an-hour-behind.jwt",
		ERR_TOKEN_EXPIRED, 3600},
	    {"tokens/token-expired--t8-exp-60-s-ago.jwt", ERR_TOKEN_EXPIRED,
		60},
	    {"tokens/token-not-yet-valid--t8-clock-an-hour-ahead.jwt",
		ERR_TOKEN_NOT_YET_VALID, 3600},
	    {"tokens/token-not-yet-valid--t8-nbf-in-61-s.jwt",
		ERR_TOKEN_NOT_YET_VALID, 61},
	    {"tokens/token-stale--t8-iat-61-s-before-start.jwt",
		ERR_TOKEN_STALE, 61},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
		    verify_file(cases[i].path, *state, false), cases[i].reason);
		assert_int_equal(said.count, 1);
		assert_int_equal(said.level, LOG_LEVEL_WARNING);
		assert_non_null(strstr(said.text, "clock"));
		assert_non_null(strstr(said.text, err_name(cases[i].reason)));
		assert_int_equal(said.off_s, cases[i].off_s);
		/* The same claims under a signature that is wrong. */
		assert_int_equal(verify_file(cases[i].path, *state, true),
		    ERR_TOKEN_SIGNATURE);
		assert_int_equal(said.count, 0);
	}
	assert_int_equal(
	    verify_file("tokens/ok--t1-rs256.jwt", *state, false), 0);
	assert_int_equal(said.count, 0);
}

static void
check_silence(const struct vector *vector, void *keys)
{
	bool out_of_time = vector->expected == ERR_TOKEN_EXPIRED ||
	    vector->expected == ERR_TOKEN_NOT_YET_VALID ||
	    vector->expected == ERR_TOKEN_STALE;

	said.count = 0;
	check_vector(vector, keys);
	if (said.count != out_of_time)
		fail_msg("%s: %u lines", vector->name, said.count);
}

static void
t8_nothing_else_is_said_to_be_the_clock(void **state)
{
	vectors_each("tokens", NULL, 490, check_silence, *state);
}

static int
verify_by(const char *path, const struct jws_secret *secret)
{
	const struct token_policy policy = vectors_policy();
	struct token token TOKEN_AUTO = {0};
	size_t len = 0;
	char *text = vectors_read(path, &len);

	memset(&said, 0, sizeof(said));
	int r = token_verify_secret(
	    text, secret, &policy, (struct wall_time){VECTORS_NOW}, &token);
	free(text);
	assert_true((token.payload != NULL) == (r == 0));
	assert_null(strstr(said.text, secret->current));
	return r;
}

static void
a_secret_that_differs_is_explained_and_never_told(void **state)
{
	static const char current[] = "secret-tokens/ok--t1-hs256.jwt";
	static const char previous[] =
	    "secret-tokens/ok--t1-hs256-with-the-previous-secret.jwt";
	static const char neither[] =
	    "secret-tokens/token-secret--t3-of-another-secret.jwt";
	struct jws_secret secret = {VECTORS_SECRET, VECTORS_PREVIOUS};

	assert_int_equal(verify_by(current, &secret), 0);
	assert_int_equal(said.count, 0);
	assert_int_equal(verify_by(previous, &secret), 0);
	assert_int_equal(said.level, LOG_LEVEL_NOTICE);
	assert_non_null(strstr(said.text, "previous secret"));
	assert_null(strstr(said.text, VECTORS_PREVIOUS));
	assert_int_equal(verify_by(neither, &secret), ERR_TOKEN_SECRET);
	assert_int_equal(said.level, LOG_LEVEL_WARNING);
	assert_non_null(strstr(said.text, "changed in one place only"));
	assert_non_null(strstr(said.text, "previous_secret=differs too"));
	assert_null(strstr(said.text, VECTORS_PREVIOUS));
	secret.previous = NULL;
	assert_int_equal(verify_by(previous, &secret), ERR_TOKEN_SECRET);
	assert_non_null(strstr(said.text, "previous_secret=none"));
	secret.current = "too short";
	assert_int_equal(verify_by(current, &secret), ERR_TOKEN_KEY_UNFIT);
}

static struct json *
parse(const char *text)
{
	struct json *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), LIMIT, &json), 0);
	return json;
}

static void
claims_are_read_as_they_stand(void **state)
{
	struct json *json JSON_AUTO =
	    parse("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"a\",\"b\"],"
		  "\"azp\":\"z\",\"exp\":3,\"iat\":2,\"nbf\":1,"
		  "\"nonce\":\"n\",\"at_hash\":\"h\",\"tid\":\"t\","
		  "\"oid\":\"o\",\"hd\":\"d\",\"preferred_username\":\"p\","
		  "\"email\":\"e\",\"email_verified\":true}");
	struct claims c = {0};

	assert_int_equal(token_read_claims(json_root(json), &c), 0);
	assert_string_equal(c.iss, "i");
	assert_string_equal(c.sub, "s");
	assert_int_equal(c.audience_count, 2);
	assert_string_equal(c.audiences[0], "a");
	assert_string_equal(c.audiences[1], "b");
	assert_string_equal(c.azp, "z");
	assert_true(c.exp.present && c.exp.s == 3);
	assert_true(c.iat.present && c.iat.s == 2);
	assert_true(c.nbf.present && c.nbf.s == 1);
	assert_string_equal(c.nonce, "n");
	assert_string_equal(c.at_hash, "h");
	assert_string_equal(c.tid, "t");
	assert_string_equal(c.oid, "o");
	assert_string_equal(c.hd, "d");
	assert_string_equal(c.preferred_username, "p");
	assert_string_equal(c.email, "e");
	assert_true(c.email_verified);
}

static void
absent_claims_stay_absent(void **state)
{
	struct json *json JSON_AUTO = parse("{}");
	struct claims c = {.sub = "left over", .email_verified = true};

	assert_int_equal(token_read_claims(json_root(json), &c), 0);
	assert_null(c.sub);
	assert_int_equal(c.audience_count, 0);
	assert_false(c.exp.present);
	assert_false(c.email_verified);
}

static void
t28_mail_counts_as_verified_only_when_said(void **state)
{
	static const struct {
		const char *text;
		int expected;
		bool verified;
	} cases[] = {
	    {"{\"email_verified\":true}", 0, true},
	    {"{\"email_verified\":\"true\"}", 0, true},
	    {"{\"email_verified\":1}", 0, true},
	    {"{\"email_verified\":\"1\"}", 0, true},
	    /* Entra's word for it is rules/provider's to believe */
	    {"{\"xms_edov\":true}", 0, false},
	    {"{\"email_verified\":false,\"xms_edov\":true}", 0, false},
	    {"{\"email_verified\":false}", 0, false},
	    {"{\"email_verified\":\"false\"}", 0, false},
	    {"{\"email_verified\":\"0\"}", 0, false},
	    {"{\"email_verified\":0}", 0, false},
	    {"{\"Email_Verified\":true}", 0, false},
	    {"{\"email_verified\":\"True\"}", ERR_TOKEN_CLAIM, false},
	    {"{\"email_verified\":\"yes\"}", ERR_TOKEN_CLAIM, false},
	    {"{\"email_verified\":\"\"}", ERR_TOKEN_CLAIM, false},
	    {"{\"email_verified\":2}", ERR_TOKEN_CLAIM, false},
	    {"{\"email_verified\":[true]}", ERR_TOKEN_CLAIM, false},
	    {"{\"email_verified\":null}", ERR_TOKEN_CLAIM, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *json JSON_AUTO = parse(cases[i].text);
		struct claims c = {0};
		assert_int_equal(
		    token_read_claims(json_root(json), &c), cases[i].expected);
		assert_int_equal(c.email_verified, cases[i].verified);
	}
}

/* The hashes are those of the access token "access". */
static void
t12_at_hash_binds_the_access_token(void **state)
{
	struct claims c = {0};

	assert_int_equal(token_check_at_hash(&c, "access"), 0);
	c.at_hash = "oFYf1knNtrqnhAVfBRuteQ";
	assert_int_equal(token_check_at_hash(&c, "access"), 0);
	assert_int_equal(token_check_at_hash(&c, "acces"), ERR_TOKEN_CLAIM);
	assert_int_equal(token_check_at_hash(&c, ""), ERR_TOKEN_CLAIM);
	c.at_hash = "kyd4-h3ZoV2sH212kLKbcOnCBajStKQ38Ae_bfT-PFI";
	assert_int_equal(token_check_at_hash(&c, "access"), 0);
	assert_int_equal(token_check_at_hash(&c, "Access"), ERR_TOKEN_CLAIM);
	c.at_hash = "";
	assert_int_equal(token_check_at_hash(&c, "access"), ERR_TOKEN_CLAIM);
	c.at_hash = "oFYf1knNtrqnhAVfBRuteW6gr-8X_KOCGVSd7rpOjBo";
	assert_int_equal(token_check_at_hash(&c, "access"), ERR_TOKEN_CLAIM);
	c.at_hash = "not base64url!";
	assert_int_equal(token_check_at_hash(&c, "access"), ERR_TOKEN_CLAIM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t1_macs_keyed_with_public_data),
	    cmocka_unit_test(t2_no_algorithm_and_strange_ones),
	    cmocka_unit_test(t3_other_spellings_and_signatures),
	    cmocka_unit_test(t4_keys_that_the_token_names_or_brings),
	    cmocka_unit_test(t5_other_kinds_of_tokens),
	    cmocka_unit_test(t6_issuers_that_look_like_ours),
	    cmocka_unit_test(t7_tokens_made_for_others),
	    cmocka_unit_test(t8_times_missing_strange_and_at_the_edge),
	    cmocka_unit_test(t9_texts_that_two_readers_read_in_two_ways),
	    cmocka_unit_test(t10_keys_that_must_not_be_used),
	    cmocka_unit_test(
		t8_a_clock_that_is_off_is_told_in_seconds_and_no_forgery_is),
	    cmocka_unit_test(t8_nothing_else_is_said_to_be_the_clock),
	    cmocka_unit_test(a_secret_that_differs_is_explained_and_never_told),
	    cmocka_unit_test(claims_are_read_as_they_stand),
	    cmocka_unit_test(absent_claims_stay_absent),
	    cmocka_unit_test(t28_mail_counts_as_verified_only_when_said),
	    cmocka_unit_test(t12_at_hash_binds_the_access_token),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
