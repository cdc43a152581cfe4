/*
 * test-claims.c - each rule of claims_check() by itself, to the second and to
 * the letter.
 */
#include "rules/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define NOW 1800000000
#define STARTED (NOW - 30)

static const char *const issuers[] = {
    "https://accounts.google.com", "accounts.google.com"};
static const char *const others[] = {"web-app", "phone-app"};

static const struct claims_policy usual = {
    .issuers = issuers,
    .issuer_count = 1,
    .client_id = "host",
    .started = {STARTED},
};

static struct claims
good_claims(void)
{
	return (struct claims){
	    .iss = "https://accounts.google.com",
	    .sub = "u-17",
	    .audiences = {"host"},
	    .audience_count = 1,
	    .exp = {true, NOW + 3600},
	    .iat = {true, NOW - 10},
	};
}

static int
check(const struct claims_policy *policy, const struct claims *claims)
{
	return claims_check(policy, claims, (struct wall_time){NOW});
}

static void
a_good_token_is_accepted(void **state)
{
	struct claims claims = good_claims();

	assert_int_equal(check(&usual, &claims), 0);
}

static void
a_zero_policy_accepts_nothing(void **state)
{
	struct claims claims = good_claims();
	struct claims_policy policy = {0};

	assert_int_equal(check(&policy, &claims), ERR_TOKEN_ISSUER);
	policy.may_lack = CLAIMS_LACK_ISS;
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_ISSUER);
	claims.iss = NULL;
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_AUDIENCE);
	assert_int_equal(check(&usual, &(struct claims){0}), ERR_TOKEN_ISSUER);
}

static void
t6_the_issuer_is_compared_byte_for_byte(void **state)
{
	static const char *const near_misses[] = {"",
	    "https://accounts.google.com/", "https://accounts.google.co",
	    "https://accounts.google.comx", "HTTPS://accounts.google.com",
	    "http://accounts.google.com", "https://Accounts.google.com",
	    "https://accounts.google.com:443", " https://accounts.google.com",
	    "https://accounts.google.com "};
	struct claims claims = good_claims();

	for (size_t i = 0; i < ARRAY_SIZE(near_misses); i++) {
		claims.iss = near_misses[i];
		assert_int_equal(check(&usual, &claims), ERR_TOKEN_ISSUER);
	}
	claims.iss = NULL;
	assert_int_equal(check(&usual, &claims), ERR_TOKEN_ISSUER);
}

static void
t6_a_second_spelling_counts_only_if_configured(void **state)
{
	struct claims_policy both = usual;
	struct claims claims = good_claims();

	both.issuer_count = 2;
	claims.iss = issuers[1];
	assert_int_equal(check(&usual, &claims), ERR_TOKEN_ISSUER);
	assert_int_equal(check(&both, &claims), 0);
	claims.iss = issuers[0];
	assert_int_equal(check(&both, &claims), 0);
}

static void
expect_audience(const struct claims_policy *policy, const char *first,
    const char *second, const char *azp, int expected)
{
	struct claims claims = good_claims();

	claims.audiences[0] = first;
	claims.audiences[1] = second;
	claims.audience_count = (first != NULL) + (second != NULL);
	claims.azp = azp;
	assert_int_equal(check(policy, &claims), expected);
}

static void
t7_the_audience_is_ours_alone(void **state)
{
	const int no = ERR_TOKEN_AUDIENCE;

	expect_audience(&usual, "host", NULL, NULL, 0);
	expect_audience(&usual, "host", NULL, "host", 0);
	expect_audience(&usual, "host", "host", "host", 0);
	expect_audience(&usual, NULL, NULL, NULL, no);
	expect_audience(&usual, NULL, NULL, "host", no);
	expect_audience(&usual, "hos", NULL, NULL, no);
	expect_audience(&usual, "hosts", NULL, NULL, no);
	expect_audience(&usual, "Host", NULL, NULL, no);
	expect_audience(&usual, "", NULL, NULL, no);
	expect_audience(&usual, "host", "host", NULL, no);
	expect_audience(&usual, "host", "web-app", "host", no);
	expect_audience(&usual, "web-app", "host", "host", no);
	expect_audience(&usual, "host", NULL, "web-app", no);
	expect_audience(&usual, "host", NULL, "", no);
}

static void
t7_listed_audiences_may_stand_beside_ours(void **state)
{
	struct claims_policy policy = usual;
	const int no = ERR_TOKEN_AUDIENCE;

	policy.other_audiences = others;
	policy.other_audience_count = ARRAY_SIZE(others);
	expect_audience(&policy, "host", "phone-app", "host", 0);
	expect_audience(&policy, "phone-app", "host", "host", 0);
	expect_audience(&policy, "host", "phone-app", NULL, no);
	expect_audience(&policy, "host", "phone-app", "phone-app", no);
	expect_audience(&policy, "phone-app", NULL, NULL, no);
	expect_audience(&policy, "phone-app", "web-app", "host", no);
	expect_audience(&policy, "host", "stranger", "host", no);
}

static void
t7_without_a_client_id_no_audience_fits(void **state)
{
	struct claims_policy policy = usual;

	policy.client_id = NULL;
	policy.other_audiences = others;
	policy.other_audience_count = ARRAY_SIZE(others);
	expect_audience(&policy, "host", NULL, NULL, ERR_TOKEN_AUDIENCE);
	expect_audience(&policy, "web-app", NULL, NULL, ERR_TOKEN_AUDIENCE);
}

static void
expect_times(struct claim_time exp, struct claim_time iat,
    struct claim_time nbf, int expected)
{
	struct claims claims = good_claims();

	claims.exp = exp;
	claims.iat = iat;
	claims.nbf = nbf;
	assert_int_equal(check(&usual, &claims), expected);
}

static void
t8_times_hold_to_the_second(void **state)
{
	const struct claim_time none = {false, 0};
	const struct claim_time exp = {true, NOW + 3600};
	const struct claim_time iat = {true, NOW - 10};
	static const struct {
		int64_t exp, iat, nbf;
		int expected;
	} cases[] = {
	    {NOW - 59, NOW, NOW, 0},
	    {NOW - 60, NOW, NOW, ERR_TOKEN_EXPIRED},
	    {NOW - 61, NOW, NOW, ERR_TOKEN_EXPIRED},
	    {NOW + 1, NOW + 60, NOW, 0},
	    {NOW + 1, NOW + 61, NOW, ERR_TOKEN_NOT_YET_VALID},
	    {NOW + 1, NOW, NOW + 60, 0},
	    {NOW + 1, NOW, NOW + 61, ERR_TOKEN_NOT_YET_VALID},
	    {NOW + 1, STARTED - 60, 0, 0},
	    {NOW + 1, STARTED - 61, 0, ERR_TOKEN_STALE},
	    {0, NOW, NOW, ERR_TOKEN_CLAIM},
	    {-1, NOW, NOW, ERR_TOKEN_CLAIM},
	    {INT64_MIN, NOW, NOW, ERR_TOKEN_CLAIM},
	    {INT64_MAX, NOW, NOW, 0},
	    {NOW + 1, 0, NOW, ERR_TOKEN_CLAIM},
	    {NOW + 1, INT64_MAX, NOW, ERR_TOKEN_NOT_YET_VALID},
	    {NOW + 1, NOW, -1, ERR_TOKEN_CLAIM},
	    {NOW + 1, NOW, INT64_MAX, ERR_TOKEN_NOT_YET_VALID},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_times((struct claim_time){true, cases[i].exp},
		    (struct claim_time){true, cases[i].iat},
		    (struct claim_time){true, cases[i].nbf}, cases[i].expected);
	expect_times(exp, iat, none, 0);
	expect_times(none, iat, none, ERR_TOKEN_CLAIM);
	expect_times(exp, none, none, ERR_TOKEN_CLAIM);
}

static void
t8_a_clock_an_hour_off_is_named(void **state)
{
	struct claims claims = good_claims();
	struct claims_policy policy = usual;

	claims.exp.s = NOW + 300;
	policy.started.s = 0;
	assert_int_equal(
	    claims_check(&policy, &claims, (struct wall_time){NOW + 3600}),
	    ERR_TOKEN_EXPIRED);
	assert_int_equal(
	    claims_check(&policy, &claims, (struct wall_time){NOW - 3600}),
	    ERR_TOKEN_NOT_YET_VALID);
}

static void
t12_a_token_older_than_the_sign_in_is_stale(void **state)
{
	struct claims_policy policy = usual;
	struct claims claims = good_claims();

	claims.iat.s = NOW - 7200;
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_STALE);
	policy.started.s = 0;
	assert_int_equal(check(&policy, &claims), 0);
	policy = usual;
	policy.may_lack = CLAIMS_LACK_IAT;
	claims.iat = (struct claim_time){0};
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_STALE);
}

static void
t12_a_token_with_another_nonce_is_another_sign_ins(void **state)
{
	static const char *const wrong[] = {
	    NULL, "", "n-1 ", "N-1", "n-", "n-10"};
	struct claims_policy policy = usual;
	struct claims claims = good_claims();

	policy.nonce = "n-1";
	claims.nonce = "n-1";
	assert_int_equal(check(&policy, &claims), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		claims.nonce = wrong[i];
		assert_int_equal(check(&policy, &claims), ERR_TOKEN_STALE);
	}
	assert_int_equal(check(&usual, &claims), 0);
}

static void
t29_the_subject_is_there_and_printable(void **state)
{
	static const char *const refused[] = {
	    NULL, "", "a\n", "\x1b[0m", "\x7f", "\xc3\xa4", "a\tb"};
	struct claims claims = good_claims();
	char sub[CLAIMS_SUB_MAX + 2];

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		claims.sub = refused[i];
		assert_int_equal(check(&usual, &claims), ERR_TOKEN_CLAIM);
	}
	memset(sub, 's', sizeof(sub));
	sub[CLAIMS_SUB_MAX + 1] = '\0';
	claims.sub = sub;
	assert_int_equal(check(&usual, &claims), ERR_TOKEN_CLAIM);
	sub[CLAIMS_SUB_MAX] = '\0';
	assert_int_equal(check(&usual, &claims), 0);
}

static void
what_may_be_lacking_must_fit_when_it_is_there(void **state)
{
	const struct claims bare = {.sub = "u-17", .exp = {true, NOW + 60}};
	struct claims_policy policy = usual;
	struct claims claims = bare;

	policy.started.s = 0;
	policy.may_lack = CLAIMS_LACK_ISS | CLAIMS_LACK_AUD | CLAIMS_LACK_IAT;
	assert_int_equal(check(&policy, &claims), 0);
	claims.iss = "https://evil.example";
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_ISSUER);
	claims = bare;
	claims.audiences[0] = "other";
	claims.audience_count = 1;
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_AUDIENCE);
	claims = bare;
	claims.azp = "other";
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_AUDIENCE);
	claims = bare;
	claims.iat = (struct claim_time){true, NOW + 61};
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_NOT_YET_VALID);
	claims = bare;
	claims.exp.present = false;
	assert_int_equal(check(&policy, &claims), ERR_TOKEN_CLAIM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_token_is_accepted),
	    cmocka_unit_test(a_zero_policy_accepts_nothing),
	    cmocka_unit_test(t6_the_issuer_is_compared_byte_for_byte),
	    cmocka_unit_test(t6_a_second_spelling_counts_only_if_configured),
	    cmocka_unit_test(t7_the_audience_is_ours_alone),
	    cmocka_unit_test(t7_listed_audiences_may_stand_beside_ours),
	    cmocka_unit_test(t7_without_a_client_id_no_audience_fits),
	    cmocka_unit_test(t8_times_hold_to_the_second),
	    cmocka_unit_test(t8_a_clock_an_hour_off_is_named),
	    cmocka_unit_test(t12_a_token_older_than_the_sign_in_is_stale),
	    cmocka_unit_test(
		t12_a_token_with_another_nonce_is_another_sign_ins),
	    cmocka_unit_test(t29_the_subject_is_there_and_printable),
	    cmocka_unit_test(what_may_be_lacking_must_fit_when_it_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
