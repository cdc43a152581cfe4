/*
 * test-idrows.c - no two rows share a number or a home; what was saved comes
 * back, and only that.
 */
#include "services/idrows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define ROWS_AUTO CLEANUP(rows_cleanup)
DEFINE_CLEANUP(struct idrows, rows, idrows_free)

static struct idrow *
add(struct idrows *rows, enum idrow_kind kind, const char *key, uint32_t number)
{
	struct idrow *row = NULL;

	assert_int_equal(idrows_add(rows, kind, key, number, 5, &row), 0);
	return row;
}

static void
saved_rows_come_back(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	ROWS_AUTO struct idrows *other = NULL;
	struct idrow *row = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	assert_int_equal(idrows_load(rows), 0);
	row = add(rows, IDROW_USER, "u-1", 70000);
	memcpy(row->name, "ada", 4);
	assert_int_equal(idrows_set_home(rows, row, "ada"), 0);
	row = add(rows, IDROW_GROUP, "u-1", 70001);
	row->live = false;
	assert_int_equal(idrows_save(rows), 0);
	assert_int_equal(idrows_load(rows), 0);
	assert_int_equal(idrows_count(rows), 2);
	row = idrows_get(rows, IDROW_USER, "u-1");
	assert_int_equal(row->number, 70000);
	assert_string_equal(row->name, "ada");
	assert_string_equal(row->home, "ada");
	assert_int_equal(row->created_s, 5);
	assert_true(row->live && row->ours && !row->changed);
	assert_false(idrows_get(rows, IDROW_GROUP, "u-1")->live);
	assert_null(idrows_get(rows, IDROW_USER, "u-2"));
	/* Another organisation sees the number, not the member. */
	assert_int_equal(idrows_new(db, "side", &other), 0);
	assert_int_equal(idrows_load(other), 0);
	assert_null(idrows_get(other, IDROW_USER, "u-1"));
	assert_true(idrows_has_number(other, 70000));
	assert_true(idrows_has_home(other, "ada"));
}

static void
t74_t76_bad_and_taken_numbers_are_refused(void **state)
{
	static const uint32_t bad[] = {0, 999, 65534, 65535, 0x80000000, 70000};
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	struct idrow *row = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	add(rows, IDROW_USER, "u-1", 70000);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
		    idrows_add(rows, IDROW_USER, "u-2", bad[i], 5, &row),
		    ERR_INVALID_ARGUMENT);
	assert_null(row);
}

static void
a_home_is_set_once_and_for_one(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	struct idrow *a = NULL;
	struct idrow *b = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	a = add(rows, IDROW_USER, "u-1", 70000);
	b = add(rows, IDROW_USER, "u-2", 70001);
	assert_int_equal(idrows_set_home(rows, a, "ada"), 0);
	assert_int_equal(idrows_set_home(rows, a, "eve"), ERR_INVALID_ARGUMENT);
	assert_int_equal(idrows_set_home(rows, b, "ada"), ERR_INVALID_ARGUMENT);
	assert_int_equal(idrows_set_home(rows, b, "70001"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(saved_rows_come_back),
	    cmocka_unit_test(t74_t76_bad_and_taken_numbers_are_refused),
	    cmocka_unit_test(a_home_is_set_once_and_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
