/*
 * test-profile.c - what a profile may say, and what must be there together.
 */
#include "rules/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

static int
set(const char *section, const char *word, const char *key, const char *value)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;
	int r = profile_set(profile, section, word, key, value, &why);

	if (r != 0)
		assert_non_null(why);
	profile_free(profile);
	return r;
}

static void
unknown_names_are_refused(void **state)
{
	assert_int_equal(set("x", "", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("members", "w", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("members", "", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(
	    set("token", "", "page_size", "5"), ERR_CONFIG_INVALID);
	assert_int_equal(set("operation", "fly", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("request", "list", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(set("error", "banned", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(set("operation", "revoke", "", ""), 0);
}

static void
odd_values_are_refused(void **state)
{
	static const char *const odd[][4] = {
	    {"request", "list", "path", "no-slash"},
	    {"request", "list", "body_type", "xml"},
	    {"request", "list", "header.x", "no colon"},
	    {"request", "list", "take.x", "nopointer"},
	    {"request", "list", "take.x", "=/a"},
	    {"request", "list", "take.x", "v=a"},
	    {"members", "", "paging", "cursor"},
	    {"members", "", "page_size", "0"},
	    {"members", "", "page_size", "10001"},
	    {"members", "", "roles_form", "tree"},
	    {"members", "", "roles", "role"},
	    {"members", "", "roles_item", "id"},
	    {"members", "", "rolesform", "array"},
	    {"members", "", "mail", "/a~2"},
	    {"members", "", "mail", "/a~"},
	    {"token", "", "may_lack", "exp"},
	    {"token", "", "lifetime", "soon"},
	    {"request", "list", "forward", "maybe"},
	    {"request", "list", "maybe.x", "v"},
	    {"forward", "", "header.x", "no colon"},
	    {"forward", "", "body", "x"},
	    {"outcome", "banned", "status", "1000"},
	    {"error", "banned", "status", "99"},
	    {"states", "", "gone", "Dead"},
	    {"error", "banned", "reason", "ok"},
	    {"error", "banned", "reason", "no-such-reason"},
	    {"error", "banned", "status", "9999"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_int_equal(
		    set(odd[i][0], odd[i][1], odd[i][2], odd[i][3]),
		    ERR_CONFIG_INVALID);
}

static void
a_state_word_that_is_not_listed_is_unknown(void **state)
{
	struct profile *profile = profiles_sample();

	assert_int_equal(profile_state(profile, "active"), MEMBER_ACTIVE);
	assert_int_equal(profile_state(profile, "locked"), MEMBER_SUSPENDED);
	assert_int_equal(profile_state(profile, "Active"), MEMBER_UNKNOWN);
	assert_int_equal(profile_state(profile, ""), MEMBER_UNKNOWN);
	profile_free(profile);
}

static void
too_many_of_anything_is_refused(void **state)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;
	char name[16];
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < 1000; i++) {
		name[0] = (char)('a' + i / 26);
		name[1] = (char)('a' + i % 26);
		name[2] = '\0';
		r = profile_set(profile, "request", name, "", "", &why);
	}
	assert_int_equal(r, ERR_CONFIG_INVALID);
	assert_int_equal(profile->request_count, PROFILE_REQUESTS_MAX);
	profile_free(profile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unknown_names_are_refused),
	    cmocka_unit_test(odd_values_are_refused),
	    cmocka_unit_test(a_state_word_that_is_not_listed_is_unknown),
	    cmocka_unit_test(too_many_of_anything_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
