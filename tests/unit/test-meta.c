/*
 * test-meta.c - values come back as they were set.
 */
#include "services/meta.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "common/err.h"

static void
values_come_back_and_are_replaced(void **state)
{
	struct db *db DB_AUTO = NULL;
	char out[8] = "before";
	uint64_t number = 7;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(meta_get(db, "a", out, sizeof(out)), ERR_NOT_FOUND);
	assert_int_equal(meta_get_number(db, "a", &number), ERR_NOT_FOUND);
	assert_string_equal(out, "before");
	assert_int_equal(meta_set(db, "a", "one"), 0);
	assert_int_equal(meta_set(db, "a", "two"), 0);
	assert_int_equal(meta_get(db, "a", out, sizeof(out)), 0);
	assert_string_equal(out, "two");
	assert_int_equal(meta_get_number(db, "a", &number), ERR_STATE_DAMAGED);
	assert_int_equal(number, 7);
	assert_int_equal(meta_set_number(db, "b", UINT64_MAX), 0);
	assert_int_equal(meta_get_number(db, "b", &number), 0);
	assert_true(number == UINT64_MAX);
	assert_int_equal(
	    meta_get(db, "b", out, sizeof(out)), ERR_STATE_DAMAGED);
	assert_int_equal(meta_get(db, "a", out, sizeof(out)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_come_back_and_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
