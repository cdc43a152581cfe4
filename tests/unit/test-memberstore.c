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
#include "tests/unit/peek.h"

static struct members *
list(const char *first, const char *second)
{
	const char *const lines[] = {dirlab_line(first, "a@x.example", ""),
	    dirlab_line(second, "b@x.example", "")};

	return dirlab_members(lines, 2);
}

static void
save(struct db *db, struct members *before, struct members *after)
{
	struct memberstore_run run = {0};
	bool done = false;

	assert_int_equal(memberstore_save_start(&run, db, before, after), 0);
	while (!done)
		assert_int_equal(
		    memberstore_save_step(&run, MEMBERS_MAX, &done), 0);
}

static void
expect(struct db *db, const char *first, const char *second)
{
	MEMBERS_AUTO struct members *stored = NULL;
	bool whole = false;

	assert_int_equal(members_new(&stored), 0);
	assert_int_equal(memberstore_load(db, stored, &whole), 0);
	assert_true(whole);
	assert_int_equal(members_count(stored), 2);
	assert_non_null(peek_id(stored, first));
	assert_non_null(peek_id(stored, second));
}

static void
a_list_is_stored_and_replaced(void **state)
{
	struct db *db DB_AUTO = NULL;
	MEMBERS_AUTO struct members *one = list("u-1", "u-2");
	MEMBERS_AUTO struct members *two = list("u-2", "u-3");

	assert_int_equal(db_open(":memory:", &db), 0);
	save(db, NULL, one);
	expect(db, "u-1", "u-2");
	save(db, one, two);
	expect(db, "u-2", "u-3");
	save(db, NULL, one);
	expect(db, "u-1", "u-2");
}

static void
a_list_is_stored_in_parts_behind_a_mark(void **state)
{
	struct db *db DB_AUTO = NULL;
	MEMBERS_AUTO struct members *one = list("u-1", "u-2");
	MEMBERS_AUTO struct members *two = list("u-2", "u-3");
	struct memberstore_run run;
	unsigned int steps = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	save(db, NULL, one);
	assert_int_equal(memberstore_save_start(&run, db, one, two), 0);
	for (bool done = false; !done; steps++) {
		MEMBERS_AUTO struct members *stored = NULL;
		bool whole = true;

		assert_int_equal(members_new(&stored), 0);
		assert_int_equal(memberstore_load(db, stored, &whole), 0);
		assert_false(whole);
		assert_int_equal(memberstore_save_step(&run, 1, &done), 0);
	}
	assert_true(steps >= 3);
	expect(db, "u-2", "u-3");
	assert_int_equal(memberstore_save_start(&run, db, two, one), 0);
	save(db, NULL, one);
	expect(db, "u-1", "u-2");
}

static void
one_member_is_stored_alone(void **state)
{
	struct db *db DB_AUTO = NULL;
	MEMBERS_AUTO struct members *one = list("u-1", "u-2");
	MEMBERS_AUTO struct members *stored = NULL;
	struct member got;
	bool whole = false;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	save(db, NULL, one);
	assert_true(members_get_id(one, "u-1", &got));
	got.mail = "new@x.example";
	assert_int_equal(members_replace(one, &got), 0);
	assert_true(members_get_id(one, "u-1", &got));
	assert_int_equal(memberstore_save_one(db, one, &got), 0);
	assert_int_equal(members_new(&stored), 0);
	assert_int_equal(memberstore_load(db, stored, &whole), 0);
	assert_true(members_get_id(stored, "u-1", &got));
	assert_string_equal(got.mail, "new@x.example");
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
		bool whole = false;
		struct db_stmt *stmt = NULL;

		assert_int_equal(db_open(":memory:", &db), 0);
		save(db, NULL, one);
		assert_int_equal(db_prepare(db, changes[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
		assert_int_equal(members_new(&stored), 0);
		assert_int_equal(
		    memberstore_load(db, stored, &whole), ERR_STATE_DAMAGED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_stored_and_replaced),
	    cmocka_unit_test(a_list_is_stored_in_parts_behind_a_mark),
	    cmocka_unit_test(one_member_is_stored_alone),
	    cmocka_unit_test(t83_t116_a_damaged_list_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
