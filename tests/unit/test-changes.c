/*
 * test-changes.c - no change is forgotten, however many there are.
 */
#include "rules/changes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
each_stands_once(void **state)
{
	struct changes changes CHANGES_AUTO = {0};

	changes_add(&changes, "a");
	changes_add(&changes, "b");
	changes_add(&changes, "a");
	assert_int_equal(changes.count, 2);
	assert_string_equal(changes.ids[0], "a");
	assert_string_equal(changes.ids[1], "b");
	assert_false(changes.too_many);
	changes_clear(&changes);
	assert_int_equal(changes.count, 0);
	changes_add(&changes, "b");
	assert_int_equal(changes.count, 1);
}

static void
what_does_not_fit_is_told(void **state)
{
	struct changes changes CHANGES_AUTO = {0};
	char id[16];

	for (size_t i = 0; i < CHANGES_MAX; i++) {
		(void)snprintf(id, sizeof(id), "u-%zu", i);
		changes_add(&changes, id);
	}
	assert_false(changes.too_many);
	changes_add(&changes, "u-0");
	assert_false(changes.too_many);
	changes_add(&changes, "one more");
	assert_true(changes.too_many);
	assert_int_equal(changes.count, CHANGES_MAX);
	changes_clear(&changes);
	assert_false(changes.too_many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_stands_once),
	    cmocka_unit_test(what_does_not_fit_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
