/*
 * test-memberstore.c - the stored list is the list that was saved, or damaged.
 */
#include "services/memberstore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

static struct members *
list(const char *first, const char *second)
{
	const char *const lines[] = {dirlab_line(first, "a@x.example", ""),
	    dirlab_line(second, "b@x.example", "")};

	return dirlab_members(lines, 2);
}

static void
expect(struct db *db, const char *first, const char *second)
{
	MEMBERS_AUTO struct members *stored = NULL;

	assert_int_equal(members_new(&stored), 0);
	assert_int_equal(memberstore_load(db, stored), 0);
	assert_int_equal(members_count(stored), 2);
	assert_non_null(members_by_id(stored, first));
	assert_non_null(members_by_id(stored, second));
}

static void
a_list_is_stored_and_replaced(void **state)
{
	struct db *db DB_AUTO = NULL;
	MEMBERS_AUTO struct members *one = list("u-1", "u-2");
	MEMBERS_AUTO struct members *two = list("u-2", "u-3");

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(memberstore_save(db, NULL, one), 0);
	expect(db, "u-1", "u-2");
	assert_int_equal(memberstore_save(db, one, two), 0);
	expect(db, "u-2", "u-3");
	assert_int_equal(memberstore_save(db, NULL, one), 0);
	expect(db, "u-1", "u-2");
}

static void
t83_t116_a_damaged_list_is_told(void **state)
{
	static const char *const changes[] = {
	    "DELETE FROM directory WHERE member_id = 'u-1'",
	    "UPDATE directory SET record = '{}' WHERE member_id = 'u-1'",
	    "UPDATE directory SET record = '' WHERE member_id = 'u-1'",
	    "UPDATE meta SET value = '9' WHERE key = 'directory_count'",
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct db *db DB_AUTO = NULL;
		MEMBERS_AUTO struct members *one = list("u-1", "u-2");
		MEMBERS_AUTO struct members *stored = NULL;
		struct db_stmt *stmt = NULL;

		assert_int_equal(db_open(":memory:", &db), 0);
		assert_int_equal(memberstore_save(db, NULL, one), 0);
		assert_int_equal(db_prepare(db, changes[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
		assert_int_equal(members_new(&stored), 0);
		assert_int_equal(
		    memberstore_load(db, stored), ERR_STATE_DAMAGED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_stored_and_replaced),
	    cmocka_unit_test(t83_t116_a_damaged_list_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
