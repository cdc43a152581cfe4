/*
 * test-options.c - a module line is understood as a whole or not at all.
 */
#include "pam_module/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
no_arguments_ask_for_nothing(void **state)
{
	struct options options;
	const char *offender = "untouched";

	assert_int_equal(options_parse(0, NULL, &options, &offender), 0);
	assert_string_equal(options.roles, "");
	assert_true(options.max_age_s == -1);
	assert_false(options.debug);
	assert_string_equal(offender, "untouched");
}

static void
all_arguments_are_read(void **state)
{
	const char *argv[] = {"require_role=OrganizationAdmin,write:agents",
	    "max_age=15m", "debug", "require_role=Owner"};
	struct options options;
	const char *offender = NULL;

	assert_int_equal(options_parse(4, argv, &options, &offender), 0);
	assert_string_equal(
	    options.roles, "OrganizationAdmin\nwrite:agents\nOwner");
	assert_true(options.max_age_s == 900);
	assert_true(options.debug);
}

static void
a_misspelt_argument_gives_no_options(void **state)
{
	static const char *const bad[] = {"", "Debug", "debug=1",
	    "require_role", "require_role=", "require_role=,",
	    "require_role=A,", "require_role=,A", "require_role=A,,B",
	    "require_role=A B", "require_roles=A", "required_role=A",
	    "max_age=", "max_age=15", "max_age=-1s", "max_age=1x", "nullok",
	    "require_role=A\nB", "require_role=\"A\""};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *argv[] = {"debug", bad[i]};
		struct options options = {.max_age_s = 77};
		const char *offender = NULL;

		assert_int_equal(options_parse(2, argv, &options, &offender),
		    ERR_INVALID_ARGUMENT);
		assert_ptr_equal(offender, bad[i]);
		assert_true(options.max_age_s == 77);
	}
}

static void
a_role_that_is_too_long_is_refused(void **state)
{
	char argument[200] = "require_role=";
	const char *argv[] = {argument};
	size_t start = strlen(argument);
	struct options options;
	const char *offender = NULL;

	memset(argument + start, 'r', NAME_ROLE_MAX);
	assert_int_equal(options_parse(1, argv, &options, &offender), 0);
	argument[start + NAME_ROLE_MAX] = 'r';
	assert_int_equal(
	    options_parse(1, argv, &options, &offender), ERR_INVALID_ARGUMENT);
}

static void
more_roles_than_fit_are_refused(void **state)
{
	const char *argv[PROTO_LIST_SIZE / 4];
	struct options options;
	const char *offender = NULL;
	int most = PROTO_LIST_SIZE / 4 - 1;

	for (int i = 0; i <= most; i++)
		argv[i] = "require_role=abc";
	assert_int_equal(options_parse(most, argv, &options, &offender), 0);
	assert_int_equal(strlen(options.roles), 4 * most - 1);
	argv[most] = "require_role=abcd";
	assert_int_equal(options_parse(most + 1, argv, &options, &offender),
	    ERR_INVALID_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_arguments_ask_for_nothing),
	    cmocka_unit_test(all_arguments_are_read),
	    cmocka_unit_test(a_misspelt_argument_gives_no_options),
	    cmocka_unit_test(a_role_that_is_too_long_is_refused),
	    cmocka_unit_test(more_roles_than_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
