/*
 * test-profilecheck.c - what must be there together in a profile.
 */
#include "rules/profilecheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

/* Takes the sample, changes one thing, and expects a refusal. */
static void
expect_bad(
    const char *section, const char *word, const char *key, const char *value)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;

	assert_int_equal(
	    profile_set(profile, section, word, key, value, &why), 0);
	assert_int_equal(profilecheck(profile, &why), ERR_CONFIG_INVALID);
	assert_non_null(why);
	profile_free(profile);
}

static void
what_belongs_together_is_checked(void **state)
{
	expect_bad("operation", "revoke", "steps", "not-there");
	expect_bad("request", "list", "path", "/{session}");
	expect_bad("request", "exchange", "body", "{session}");
	expect_bad("request", "token", "header.b", "X: {nothing}");
	expect_bad("error", "new", "", "");
	expect_bad("outcome", "new", "", "");
	expect_bad("token", "", "subject", "");
	expect_bad("token", "", "organization", "");
	expect_bad("members", "", "id", "");
}

static void
a_signin_without_a_token_is_refused(void **state)
{
	static const char *const lines[] = {"operation|signin|steps|one",
	    "request|one||", "request|one|method|GET", "request|one|path|/",
	    "request|one|take.x|other=/token", "token||subject|/s",
	    "token||organization|/o", "token||roles|/r", NULL};
	struct profile *profile = profiles_make(lines);
	const char *why = NULL;

	assert_int_equal(profilecheck(profile, &why), ERR_CONFIG_INVALID);
	profile_free(profile);
}

/* Lines "section|word|key|value" on top of the sample. */
static void
expect_problem(const char *const *lines, const char *section, const char *word)
{
	struct profile *profile = profiles_sample();
	struct profilecheck_problem problems[8] = {{0}};
	size_t count = 0;
	bool found = false;

	profiles_add(profile, lines);
	count = profilecheck_problems(profile, problems, ARRAY_SIZE(problems));
	for (size_t i = 0; i < count && i < ARRAY_SIZE(problems); i++) {
		found |= strcmp(problems[i].section, section) == 0 &&
		    strcmp(problems[i].word, word) == 0;
	}
	if (!found)
		fail_msg("%s %s: no problem told", section, word);
	profile_free(profile);
}

static void
each_problem_says_where_it_is(void **state)
{
	static const char *const idle[] = {"request|idle||",
	    "request|idle|method|GET", "request|idle|path|/", NULL};
	static const char *const dots[] = {
	    "request|list|path|/a/../{organization}", NULL};
	static const char *const typed[] = {
	    "request|exchange|body|{password}", NULL};
	static const char *const bare[] = {"operation|revoke||", NULL};
	static const char *const refresh[] = {
	    "operation|refresh|steps|token", NULL};
	static const char *const forward[] = {
	    "request|exchange|forward|yes", NULL};
	static const char *const whom[] = {
	    "forward||header.a|X-Id: {member}", NULL};
	static const char *const mfa[] = {"outcome|mfa||",
	    "outcome|mfa|at|/mfa", "outcome|mfa|reason|service-mfa-required",
	    NULL};
	static const char *const always[] = {
	    "outcome|x||", "outcome|x|reason|not-a-member", NULL};
	static const char *const person[] = {
	    "person||request|token", "person||roles|/r", NULL};
	static const char *const given[] = {
	    "operation|signin|jwt|session_token", NULL};

	expect_problem(idle, "request", "idle");
	expect_problem(dots, "request", "list");
	expect_problem(typed, "request", "exchange");
	expect_problem(bare, "operation", "revoke");
	expect_problem(refresh, "request", "token");
	expect_problem(forward, "request", "exchange");
	expect_problem(whom, "forward", "");
	expect_problem(mfa, "outcome", "mfa");
	expect_problem(always, "outcome", "x");
	expect_problem(person, "person", "");
	expect_problem(given, "operation", "signin");
}

static void
all_problems_are_counted_also_beyond_the_room_for_them(void **state)
{
	static const char *const lines[] = {"error|a||", "error|b||", NULL};
	struct profile *profile = profiles_sample();
	struct profilecheck_problem one = {0};

	profiles_add(profile, lines);
	assert_int_equal(profilecheck_problems(profile, &one, 1), 2);
	assert_string_equal(one.word, "a");
	profile_free(profile);
}

static void
the_id_token_itself_may_be_the_token(void **state)
{
	static const char *const lines[] = {"operation|signin||",
	    "operation|signin|jwt|id_token", "token||subject|/sub",
	    "token||organization|/org", "token||roles|/roles", NULL};
	struct profile *profile = profiles_make(lines);
	const char *why = NULL;

	assert_int_equal(profilecheck(profile, &why), 0);
	profile_free(profile);
}

static void
what_a_profile_uses_is_told(void **state)
{
	struct profile *profile = profiles_sample();

	assert_true(profilecheck_uses(profile, "api_key"));
	assert_true(profilecheck_uses(profile, "id_token"));
	assert_true(profilecheck_uses(profile, "offset"));
	assert_false(profilecheck_uses(profile, "password"));
	profile_free(profile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_belongs_together_is_checked),
	    cmocka_unit_test(a_signin_without_a_token_is_refused),
	    cmocka_unit_test(each_problem_says_where_it_is),
	    cmocka_unit_test(
		all_problems_are_counted_also_beyond_the_room_for_them),
	    cmocka_unit_test(the_id_token_itself_may_be_the_token),
	    cmocka_unit_test(what_a_profile_uses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
