/*
 * test-refusal.c - every word and code that stops a sign-in has one meaning,
 * and a stranger never prolongs one.
 */
#include "rules/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"

static struct refusal
meaning(const char *word, int64_t code)
{
	return refusal_meaning(400, word, &code, code == 0 ? 0 : 1);
}

static void
t111_codes_of_entra_by_meaning(void **state)
{
	static const struct {
		int64_t code;
		int reason;
		const char *remedy; /* a part of it; NULL: none */
	} codes[] = {
	    {53003, ERR_PROVIDER_POLICY, "grant = paste"},
	    {53000, ERR_PROVIDER_POLICY, "compliant"},
	    {53001, ERR_PROVIDER_POLICY, "joined"},
	    {530032, ERR_PROVIDER_POLICY, "policy"},
	    {530035, ERR_PROVIDER_POLICY, "grant = paste"},
	    {50105, ERR_PROVIDER_POLICY, "assign"},
	    {50057, ERR_ACCOUNT_DISABLED, NULL},
	    {50053, ERR_PROVIDER_POLICY, "for a while"},
	    {50020, ERR_ACCOUNT_FOREIGN, NULL},
	    {50173, ERR_GRANT_LOST, NULL},
	    {700082, ERR_GRANT_LOST, NULL},
	    {70043, ERR_GRANT_LOST, NULL},
	    {50076, ERR_GRANT_LOST, NULL},
	    {50079, ERR_GRANT_LOST, NULL},
	    {65001, ERR_PROVIDER_REFUSED, "consent"},
	    {50194, ERR_PROVIDER_REFUSED, "tenant"},
	    {7000218, ERR_PROVIDER_REFUSED, "public client"},
	    {700025, ERR_PROVIDER_REFUSED, "client_secret_file"},
	    {7000222, ERR_PROVIDER_REFUSED, "expired"},
	    {50011, ERR_PROVIDER_REFUSED, "redirect_uri"},
	};
	static const char *const stops[] = {"invalid_grant",
	    "interaction_required", "invalid_client", "access_denied",
	    "unauthorized_client", "a_word_of_next_year"};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		for (size_t w = 0; w < ARRAY_SIZE(stops); w++) {
			struct refusal r = meaning(stops[w], codes[i].code);

			assert_int_equal(r.event, GRANT_FAILED);
			assert_int_equal(r.reason, codes[i].reason);
			assert_int_equal(
			    r.remedy == NULL, codes[i].remedy == NULL);
			if (r.remedy != NULL)
				assert_non_null(
				    strstr(r.remedy, codes[i].remedy));
		}
	}
}

static void
t111_a_code_never_turns_a_stop_into_waiting(void **state)
{
	static const int64_t codes[] = {70016, 70018, 0, -1, 1, 99999, 53003};
	static const char *const waits[] = {
	    "authorization_pending", "slow_down"};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct refusal r = meaning("invalid_grant", codes[i]);

		assert_int_equal(r.event, GRANT_FAILED);
		assert_int_not_equal(r.reason, 0);
		/* Nor the other way: the word decides. */
		for (size_t w = 0; w < ARRAY_SIZE(waits); w++)
			assert_int_equal(meaning(waits[w], codes[i]).reason, 0);
	}
	assert_int_equal(
	    meaning("invalid_grant", 99999).reason, ERR_GRANT_LOST);
}

static void
the_first_code_that_is_known_tells(void **state)
{
	const int64_t codes[] = {1, 53003, 50057};
	struct refusal r =
	    refusal_meaning(400, "invalid_grant", codes, ARRAY_SIZE(codes));

	assert_int_equal(r.reason, ERR_PROVIDER_POLICY);
	r = refusal_meaning(400, "invalid_grant", codes, 1);
	assert_int_equal(r.reason, ERR_GRANT_LOST);
}

static void
t111_no_word_means_no_more_than_its_status(void **state)
{
	const int64_t code = 53003;

	assert_int_equal(refusal_meaning(400, NULL, &code, 1).reason,
	    ERR_PROVIDER_MALFORMED);
	assert_int_equal(
	    refusal_meaning(503, NULL, NULL, 0).event, GRANT_NO_ANSWER);
	assert_int_equal(
	    refusal_meaning(429, "strange", NULL, 0).event, GRANT_NO_ANSWER);
	assert_int_equal(
	    refusal_meaning(428, "strange", NULL, 0).event, GRANT_FAILED);
	assert_int_equal(
	    refusal_meaning(200, NULL, NULL, 0).event, GRANT_FAILED);
}

/* Who asks with a refresh token: an end is told from a token that ended, and
 * both from silence. */
static void
t107_a_renewal_that_is_refused_by_meaning(void **state)
{
	static const struct {
		int status;
		const char *word;
		int64_t code;
		int reason;
	} cases[] = {
	    {400, "invalid_grant", 50057, ERR_ACCOUNT_DISABLED},
	    {400, "interaction_required", 50057, ERR_ACCOUNT_DISABLED},
	    {400, "invalid_grant", 0, ERR_NO_TOKEN},
	    {400, "invalid_grant", 50173, ERR_NO_TOKEN},
	    {400, "invalid_grant", 700082, ERR_NO_TOKEN},
	    {400, "invalid_grant", 50076, ERR_NO_TOKEN},
	    {400, "login_required", 0, ERR_NO_TOKEN},
	    {400, "expired_token", 0, ERR_NO_TOKEN},
	    {403, "access_denied", 0, ERR_NO_TOKEN},
	    {400, "interaction_required", 0, ERR_PROVIDER_POLICY},
	    {400, "invalid_grant", 53003, ERR_PROVIDER_POLICY},
	    {400, "invalid_grant", 50053, ERR_PROVIDER_POLICY},
	    {401, "invalid_client", 0, ERR_PROVIDER_REFUSED},
	    {400, "authorization_pending", 0, ERR_PROVIDER_REFUSED},
	    {400, "a_word_of_next_year", 0, ERR_PROVIDER_ERROR},
	    {400, NULL, 0, ERR_PROVIDER_MALFORMED},
	    {400, "slow_down", 0, ERR_PROVIDER_UNREACHABLE},
	    {400, "temporarily_unavailable", 0, ERR_PROVIDER_UNREACHABLE},
	    {429, NULL, 0, ERR_PROVIDER_UNREACHABLE},
	    {500, NULL, 0, ERR_PROVIDER_UNREACHABLE},
	    {503, "a_word_of_next_year", 0, ERR_PROVIDER_UNREACHABLE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct refusal r = refusal_meaning(cases[i].status,
		    cases[i].word, &cases[i].code, cases[i].code == 0 ? 0 : 1);

		assert_int_equal(refusal_of_renewal(&r), cases[i].reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t111_codes_of_entra_by_meaning),
	    cmocka_unit_test(t111_a_code_never_turns_a_stop_into_waiting),
	    cmocka_unit_test(the_first_code_that_is_known_tells),
	    cmocka_unit_test(t111_no_word_means_no_more_than_its_status),
	    cmocka_unit_test(t107_a_renewal_that_is_refused_by_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
