/*
 * test-renewal.c - from what is at hand to the next step.
 */
#include "services/renewal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/idsvc.h"

#define NOW INT64_C(1000000)

static bool may[PROFILE_OP_COUNT];

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return may[op];
}

/* What is at hand, and what follows; tokens by how long they last. */
static const struct {
	const char *refresh;
	const char *session;
	int64_t base_s;
	int64_t other_s; /* of "other" */
	const char *wanted;
	bool switches;
	bool fetched;
	unsigned int asked;
	int failed;
	/* expected: a reason, or a token (op -1) or an operation */
	int reason;
	int op;
	const char *organization;
} cases[] = {
    {"r", "s", 31, 0, NULL, false, false, 0, 0, 0, -1, "base"},
    {"r", "s", 30, 0, NULL, false, false, 0, 0, 0, PROFILE_REFRESH, "base"},
    {NULL, "s", 30, 0, NULL, false, false, 0, 0, 0, PROFILE_RENEW, "base"},
    {NULL, "s", -9, 0, "base", false, false, 0, 0, 0, PROFILE_RENEW, "base"},
    {NULL, NULL, 9, 0, "base", false, false, 0, 0, 0, PROFILE_RENEW, "base"},
    {NULL, NULL, 0, 0, "base", false, false, 0, 0, ERR_NO_TOKEN, 0, NULL},
    {"r", "s", 9, 31, "other", false, false, 0, 0, 0, -1, "other"},
    {"r", "s", 9, 30, "other", false, false, 0, 0, 0, PROFILE_SWITCH_ORG,
	"other"},
    {"r", "s", 0, 30, "other", false, false, 0, 0, 0, PROFILE_REFRESH, "base"},
    {"r", "s", 9, 99, "other", true, false, 0, 0, 0, PROFILE_SWITCH_ORG,
	"other"},
    {"r", "s", 99, 9, "base", true, false, 0, 0, 0, PROFILE_SWITCH_ORG, "base"},
    {"r", "s", 99, 1, "other", true, true, 1, 0, 0, -1, "other"},
    {"r", "s", 99, 0, "other", true, true, 4, 0, ERR_SERVICE_ERROR, 0, NULL},
    {"r", "s", 1, 0, NULL, false, false, 1, ERR_SERVICE_UNREACHABLE, 0, -1,
	"base"},
    {"r", "s", 0, 0, NULL, false, false, 1, ERR_SERVICE_UNREACHABLE,
	ERR_SERVICE_UNREACHABLE, 0, NULL},
    {"r", "s", 1, 0, NULL, false, false, 1, ERR_SERVICE_REFUSED,
	ERR_SERVICE_REFUSED, 0, NULL},
    {"r", "s", 1, 99, "other", true, false, 1, ERR_SERVICE_UNREACHABLE,
	ERR_SERVICE_UNREACHABLE, 0, NULL},
};

static void
check_case(size_t i)
{
	struct purse purse PURSE_AUTO = {0};
	struct renewal_step step = {0};
	const struct renewal renewal = {
	    .organization = cases[i].wanted,
	    .switches = cases[i].switches,
	    .fetched = cases[i].fetched,
	    .asked = cases[i].asked,
	    .failed = cases[i].failed,
	};
	int r = purse_set(&purse.refresh_token, cases[i].refresh);

	if (r == 0)
		r = purse_set(&purse.session_token, cases[i].session);
	if (r == 0)
		r = purse_set(&purse.active, "base");
	if (r == 0)
		r = purse_set(&purse.base, "base");
	if (r == 0)
		r = purse_put(&purse, "base", "b", "h", NOW + cases[i].base_s);
	if (r == 0)
		r = purse_put(
		    &purse, "other", "o", "h", NOW + cases[i].other_s);
	assert_int_equal(r, 0);
	r = renewal_next(&renewal, &purse, (struct idsvc *)may,
	    (struct wall_time){NOW}, &step);
	assert_int_equal(r, cases[i].reason);
	if (r != 0)
		return;
	assert_int_equal(step.token != NULL, cases[i].op == -1);
	assert_string_equal(
	    step.token != NULL ? step.token->organization : step.organization,
	    cases[i].organization);
	if (step.token == NULL)
		assert_int_equal(step.op, cases[i].op);
	/* A token that has ended opens nothing. */
	if (step.token == NULL && cases[i].base_s <= 0)
		assert_null(step.jwt);
}

static void
each_state_has_one_way_on(void **state)
{
	may[PROFILE_REFRESH] = may[PROFILE_RENEW] = true;
	may[PROFILE_SWITCH_ORG] = true;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_case(i);
}

static void
without_a_service_only_what_lasts_is_given(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	struct renewal_step step = {0};
	const struct renewal renewal = {0};
	const struct wall_time now = {NOW};

	assert_int_equal(purse_set(&purse.active, "base"), 0);
	assert_int_equal(purse_set(&purse.base, "base"), 0);
	assert_int_equal(purse_set(&purse.refresh_token, "r"), 0);
	assert_int_equal(purse_put(&purse, "base", "b", "h", NOW + 60), 0);
	assert_int_equal(renewal_next(&renewal, &purse, NULL, now, &step), 0);
	assert_string_equal(step.token->jwt, "b");
	assert_int_equal(purse_put(&purse, "base", "b", "h", NOW), 0);
	assert_int_equal(
	    renewal_next(&renewal, &purse, NULL, now, &step), ERR_NO_TOKEN);
}

/* The service has given up the old one, whatever else went wrong. */
static void
t26_a_refresh_token_is_taken_also_from_a_failure(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	struct idsvc_standing standing = {
	    .reason = ERR_SERVICE_UNREACHABLE, .refresh_token = "new"};

	assert_int_equal(purse_set(&purse.refresh_token, "old"), 0);
	assert_int_equal(
	    renewal_take(&purse, PROFILE_REFRESH, &standing, ""), 0);
	assert_string_equal(purse.refresh_token, "new");
	standing = (struct idsvc_standing){.organization = "base"};
	assert_int_equal(renewal_take(&purse, PROFILE_REFRESH, &standing, ""),
	    ERR_SERVICE_MALFORMED);
	assert_string_equal(purse.refresh_token, "new");
	assert_int_equal(purse.count, 0);
}

static void
the_base_moves_with_what_renews_it(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	struct idsvc_standing standing = {.organization = "other", .jwt = "j"};

	assert_int_equal(purse_set(&purse.base, "base"), 0);
	assert_int_equal(purse_set(&purse.refresh_token, "r"), 0);
	assert_int_equal(purse_set(&purse.session_token, "s"), 0);
	assert_int_equal(
	    renewal_take(&purse, PROFILE_SWITCH_ORG, &standing, "h"), 0);
	assert_string_equal(purse.base, "base");
	assert_int_equal(purse_set(&purse.refresh_token, NULL), 0);
	assert_int_equal(
	    renewal_take(&purse, PROFILE_SWITCH_ORG, &standing, "h"), 0);
	assert_string_equal(purse.base, "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_state_has_one_way_on),
	    cmocka_unit_test(without_a_service_only_what_lasts_is_given),
	    cmocka_unit_test(t26_a_refresh_token_is_taken_also_from_a_failure),
	    cmocka_unit_test(the_base_moves_with_what_renews_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
