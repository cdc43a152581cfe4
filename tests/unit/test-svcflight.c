/*
 * test-svcflight.c - the steps of an operation, against a wire that the test
 * plays.
 */
#include "services/svcflight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/netlab.h"
#include "tests/unit/profiles.h"

static struct profile *profile;
static struct svcflight_site site;

static struct {
	unsigned int calls;
	int reason;
	int64_t retry_after_s;
	bool has_root;
} got;

static void
on_end(void *arg, const struct svcflight_answer *answer)
{
	got.calls++;
	got.reason = answer->reason;
	got.retry_after_s = answer->retry_after_s;
	got.has_root = answer->root != NULL;
}

static struct svcflight *
make(enum profile_op op)
{
	struct svcflight *flight = NULL;

	site = (struct svcflight_site){
	    .url = "https://org.test",
	    .organization_id = "o 1",
	    .profile = profile,
	};
	memset(&got, 0, sizeof(got));
	netlab_reset();
	assert_int_equal(svcflight_new(&site, op, on_end, NULL, &flight), 0);
	return flight;
}

static void
each_step_uses_what_the_one_before_took(void **state)
{
	struct svcflight *flight = make(PROFILE_SIGNIN);

	assert_int_equal(svcflight_set(flight, "id_token", "a\"b"), 0);
	assert_int_equal(svcflight_start(flight), 0);
	assert_string_equal(netlab()->url, "https://org.test/exchange");
	assert_string_equal(netlab()->body, "{\"t\":\"a\\\"b\"}");
	netlab_answer(200, "{\"token\":\"s1\"}");
	assert_int_equal(got.calls, 0);
	assert_string_equal(netlab()->headers[0], "Authorization: Bearer s1");
	netlab_answer(201, "{\"token\":\"j\"}");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, 0);
	assert_true(got.has_root);
	assert_string_equal(svcflight_taken(flight, "jwt"), "j");
	assert_null(svcflight_taken(flight, "id_token"));
	assert_string_equal(svcflight_given(flight, "id_token"), "a\"b");
	assert_null(svcflight_given(flight, "jwt"));
	svcflight_free(flight);
}

static void
a_refusal_of_any_step_ends_it(void **state)
{
	for (int step = 0; step < 2; step++) {
		struct svcflight *flight = make(PROFILE_SIGNIN);

		assert_int_equal(svcflight_set(flight, "id_token", "a"), 0);
		assert_int_equal(svcflight_start(flight), 0);
		if (step > 0)
			netlab_answer(200, "{\"token\":\"s1\"}");
		netlab_answer(429, "{}");
		assert_int_equal(got.calls, 1);
		assert_int_equal(got.reason, ERR_SERVICE_RATE_LIMITED);
		assert_int_equal(got.retry_after_s, NETLAB_RETRY_AFTER_S);
		assert_int_equal(netlab()->id, 0);
		svcflight_free(flight);
	}
}

static void
an_unasked_304_is_no_answer(void **state)
{
	struct svcflight *flight = make(PROFILE_MEMBERS);

	site.api_key = "k";
	assert_int_equal(svcflight_start(flight), 0);
	netlab_answer(304, "");
	assert_int_equal(got.reason, ERR_SERVICE_ERROR);
	svcflight_free(flight);
}

static void
t22_a_freed_flight_calls_nobody(void **state)
{
	struct svcflight *flight = make(PROFILE_SIGNIN);

	assert_int_equal(svcflight_set(flight, "id_token", "a"), 0);
	assert_int_equal(svcflight_start(flight), 0);
	svcflight_free(flight);
	assert_int_equal(netlab()->id, 0);
	assert_int_equal(got.calls, 0);
}

static void
what_is_missing_is_told_ahead(void **state)
{
	struct svcflight *flight = make(PROFILE_SIGNIN);
	struct svcflight *none = NULL;

	assert_int_equal(svcflight_start(flight), ERR_CONFIG_INVALID);
	assert_int_equal(netlab()->requests, 0);
	svcflight_free(flight);
	assert_int_equal(
	    svcflight_new(&site, PROFILE_REVOKE, on_end, NULL, &none),
	    ERR_UNSUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_step_uses_what_the_one_before_took),
	    cmocka_unit_test(a_refusal_of_any_step_ends_it),
	    cmocka_unit_test(an_unasked_304_is_no_answer),
	    cmocka_unit_test(t22_a_freed_flight_calls_nobody),
	    cmocka_unit_test(what_is_missing_is_told_ahead),
	};
	int failed = 0;

	profile = profiles_sample();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
