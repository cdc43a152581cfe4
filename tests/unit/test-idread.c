/*
 * test-idread.c - every row is told once, also of a map that is damaged.
 */
#include "services/idread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

static void
every_row_is_told_once(void **state)
{
	struct db *db DB_AUTO = NULL;
	struct idread read = {0};
	struct idline line = {0};

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idread_start(&read, db, "org"), 0);
	assert_int_equal(read.count, 0);
	assert_int_equal(idread_next(&read, &line), ERR_NOT_FOUND);
	dirlab_sql(db,
	    "INSERT INTO ids VALUES ('org', 'user', 'u-1', 70000, 'ada',"
	    " 'ada', 'live', 5), ('else', 'group', 'g', 7, '', '',"
	    " 'tombstone', -6)");
	assert_int_equal(idread_start(&read, db, "org"), 0);
	assert_int_equal(read.count, 2);
	assert_int_equal(idread_next(&read, &line), 0);
	assert_null(line.organization);
	assert_string_equal(line.kind, "user");
	assert_string_equal(line.key, "u-1");
	assert_int_equal(line.number, 70000);
	assert_string_equal(line.name, "ada");
	assert_string_equal(line.home, "ada");
	assert_true(line.live);
	assert_int_equal(line.created_s, 5);
	idread_pause(&read);
	/* what comes later is not told: the count was given */
	dirlab_sql(db,
	    "INSERT INTO ids VALUES ('org', 'user', 'u-2', 70001, '', '',"
	    " 'live', 5)");
	assert_int_equal(idread_next(&read, &line), 0);
	assert_string_equal(line.organization, "else");
	/* not a number that could stand, and told nevertheless */
	assert_int_equal(line.number, 7);
	assert_false(line.live);
	assert_int_equal(idread_next(&read, &line), ERR_NOT_FOUND);
	assert_int_equal(idread_next(&read, &line), ERR_NOT_FOUND);
	idread_pause(&read);
	idread_pause(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
