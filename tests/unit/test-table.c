/*
 * test-table.c - what was put in is found again, before and after growth, and
 * nothing else is.
 */
#include "rules/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define TABLE_AUTO CLEANUP(table_done)

static bool
same(const void *entry, const void *key)
{
	return strcmp(entry, key) == 0;
}

static void
an_empty_table_holds_nothing(void **state)
{
	struct table table TABLE_AUTO = {0};

	assert_null(table_get(&table, table_hash_text(&table, "a"), same, "a"));
	assert_null(table_at(&table, 0, same, "a"));
}

static void
entries_are_found_after_growth(void **state)
{
	struct table table TABLE_AUTO = {0};
	static char keys[3000][8];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		assert_int_equal(table_put(&table,
				     table_hash_text(&table, keys[i]), keys[i]),
		    0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_ptr_equal(
		    table_get(&table, table_hash_text(&table, keys[i]), same,
			keys[i]),
		    keys[i]);
	assert_null(
	    table_get(&table, table_hash_text(&table, "k3000"), same, "k3000"));
}

static void
entries_of_one_hash_are_told_apart(void **state)
{
	struct table table TABLE_AUTO = {0};
	char a[] = "a", b[] = "b", other[] = "a";

	assert_int_equal(table_put(&table, 7, a), 0);
	assert_int_equal(table_put(&table, 7, b), 0);
	assert_ptr_equal(table_get(&table, 7, same, "b"), b);
	*table_at(&table, 7, same, "a") = other;
	assert_ptr_equal(table_get(&table, 7, same, "a"), other);
	assert_null(table_get(&table, 8, same, "a"));
}

static void
too_many_are_refused_before_memory_is_asked_for(void **state)
{
	struct table table TABLE_AUTO = {0};

	assert_int_equal(table_reserve(&table, (size_t)1 << 40), ERR_TOO_LARGE);
	assert_null(table.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_table_holds_nothing),
	    cmocka_unit_test(entries_are_found_after_growth),
	    cmocka_unit_test(entries_of_one_hash_are_told_apart),
	    cmocka_unit_test(too_many_are_refused_before_memory_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
