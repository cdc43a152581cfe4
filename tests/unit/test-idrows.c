/*
 * test-idrows.c - no two rows share a number or a home; what was saved comes
 * back, and only that.
 */
#include "services/idrows.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

#define ROWS_AUTO CLEANUP(rows_cleanup)
DEFINE_CLEANUP(struct idrows, rows, idrows_free)

static size_t
add(struct idrows *rows, enum idrow_kind kind, const char *key, uint32_t number)
{
	size_t index = IDROWS_NONE;

	assert_int_equal(idrows_add(rows, kind, key, number, 5, &index), 0);
	return index;
}

static struct idrow
find(const struct idrows *rows, enum idrow_kind kind, const char *key)
{
	size_t index = idrows_find(rows, kind, key);
	struct idrow row;

	assert_int_not_equal(index, IDROWS_NONE);
	idrows_get(rows, index, &row);
	return row;
}

static void
save(struct idrows *rows)
{
	bool done = false;

	assert_int_equal(idrows_save(rows, SIZE_MAX, &done), 0);
	assert_true(done);
}

static void
saved_rows_come_back(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	ROWS_AUTO struct idrows *other = NULL;
	struct idrow row;
	size_t index = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	assert_int_equal(idrows_load(rows), 0);
	index = add(rows, IDROW_USER, "u-1", 70000);
	assert_int_equal(idrows_settle(rows, index, "ada", "ada"), 0);
	index = add(rows, IDROW_GROUP, "u-1", 70001);
	assert_int_equal(idrows_set_live(rows, index, false), 0);
	save(rows);
	assert_int_equal(idrows_load(rows), 0);
	assert_int_equal(idrows_count(rows), 2);
	row = find(rows, IDROW_USER, "u-1");
	assert_int_equal(row.number, 70000);
	assert_string_equal(row.name, "ada");
	assert_string_equal(row.home, "ada");
	assert_int_equal(row.created_s, 5);
	assert_true(row.live && row.ours && !row.changed);
	assert_false(find(rows, IDROW_GROUP, "u-1").live);
	assert_int_equal(idrows_find(rows, IDROW_USER, "u-2"), IDROWS_NONE);
	/* Another organisation sees the number, not the member. */
	assert_int_equal(idrows_new(db, "side", &other), 0);
	assert_int_equal(idrows_load(other), 0);
	assert_int_equal(idrows_find(other, IDROW_USER, "u-1"), IDROWS_NONE);
	assert_int_equal(idrows_find_name(other, "ada"), IDROWS_NONE);
	assert_true(idrows_has_number(other, 70000));
	assert_true(idrows_has_home(other, "ada"));
}

static void
t83_every_part_of_a_save_leaves_a_whole_map(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	/* A row that was written already is written once more. */
	static const size_t counts[] = {3, 5, 8, 10};
	char key[16];
	unsigned int parts = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	for (uint32_t i = 0; i < 10; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		assert_int_equal(
		    idrows_set_name(
			rows, add(rows, IDROW_USER, key, 70000 + i), key),
		    0);
	}
	for (bool done = false; !done; parts++) {
		ROWS_AUTO struct idrows *again = NULL;

		assert_int_equal(idrows_save(rows, 3, &done), 0);
		assert_int_equal(idrows_new(db, "acme", &again), 0);
		assert_int_equal(idrows_load(again), 0);
		assert_int_equal(idrows_count(again), counts[parts]);
		/* Both a row that is written and one that is not yet. */
		if (parts == 0) {
			assert_int_equal(idrows_set_name(rows, 9, "eve"), 0);
			assert_int_equal(idrows_set_live(rows, 0, false), 0);
		}
	}
	assert_int_equal(parts, 4);
	save(rows);
	assert_int_equal(idrows_load(rows), 0);
	assert_string_equal(find(rows, IDROW_USER, "u-9").name, "eve");
	assert_false(find(rows, IDROW_USER, "u-0").live);
	assert_string_equal(find(rows, IDROW_USER, "u-0").name, "");
}

/* The statement of a column, with one parameter. */
static int
set_text(struct db *db, const char *sql, const char *text)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(db, sql, &stmt);

	if (err == 0)
		err = db_bind_text(stmt, 1, text);
	return err == 0 ? db_run(stmt) : err;
}

static void
t83_every_bit_of_a_text_is_held(void **state)
{
	static const struct {
		const char *sql;
		const char *text;
	} columns[] = {
	    {"UPDATE ids SET organization = ?1 WHERE number = 70000", "acme"},
	    {"UPDATE ids SET kind = ?1 WHERE number = 70000", "user"},
	    {"UPDATE ids SET key = ?1 WHERE number = 70000", "u-1"},
	    {"UPDATE ids SET name = ?1 WHERE number = 70000", "ada"},
	    {"UPDATE ids SET home = ?1 WHERE number = 70000", "lovelace"},
	    {"UPDATE ids SET state = ?1 WHERE number = 70000", "live"},
	    {"UPDATE ids SET kind = ?1 WHERE number = 70001", "group"},
	    {"UPDATE ids SET state = ?1 WHERE number = 70002", "tombstone"},
	};
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	struct db_stmt *stmt = NULL;
	size_t index = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	/* They would not even let such words in, but a disk asks nobody. */
	assert_int_equal(
	    db_prepare(db, "PRAGMA ignore_check_constraints = ON", &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	index = add(rows, IDROW_USER, "u-1", 70000);
	assert_int_equal(idrows_settle(rows, index, "ada", "lovelace"), 0);
	(void)add(rows, IDROW_GROUP, "admins", 70001);
	index = add(rows, IDROW_USER, "u-2", 70002);
	assert_int_equal(idrows_set_live(rows, index, false), 0);
	save(rows);
	for (size_t c = 0; c < ARRAY_SIZE(columns); c++) {
		for (size_t i = 0; i < 8 * strlen(columns[c].text); i++) {
			char text[16];

			(void)snprintf(
			    text, sizeof(text), "%s", columns[c].text);
			text[i / 8] ^= (char)(1U << i % 8);
			assert_int_equal(set_text(db, columns[c].sql, text), 0);
			assert_int_equal(idrows_load(rows), ERR_STATE_DAMAGED);
		}
		assert_int_equal(
		    set_text(db, columns[c].sql, columns[c].text), 0);
		assert_int_equal(idrows_load(rows), 0);
	}
}

static void
t74_t76_bad_and_taken_numbers_are_refused(void **state)
{
	static const uint32_t bad[] = {0, 1, 999, 60001, 60577, 61184, 65519,
	    65534, 65535, UINT32_C(0x80000000), UINT32_MAX, 70000};
	static const uint32_t good[] = {1000, 60000, 60578, 61183, 65520, 65533,
	    65536, UINT32_C(0x7fffffff)};
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	size_t index = IDROWS_NONE;
	char key[16];

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	add(rows, IDROW_USER, "u-1", 70000);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		for (enum idrow_kind kind = IDROW_USER; kind <= IDROW_GROUP;
		     kind++)
			assert_int_equal(
			    idrows_add(rows, kind, "g-2", bad[i], 5, &index),
			    ERR_INVALID_ARGUMENT);
	assert_int_equal(index, IDROWS_NONE);
	assert_int_equal(idrows_add(rows, IDROW_USER, "u-1", 70001, 5, &index),
	    ERR_INVALID_ARGUMENT);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		(void)snprintf(key, sizeof(key), "g-%zu", i);
		add(rows, i % 2 == 0 ? IDROW_USER : IDROW_GROUP, key, good[i]);
	}
}

/* What is stored is held to the same bounds as what is new. */
static void
t74_bad_numbers_in_the_file_are_damage(void **state)
{
	static const struct {
		int64_t number;
		bool allowed;
	} cases[] = {
	    {1, false},
	    {999, false},
	    {1000, true},
	    {60000, true},
	    {60001, false},
	    {60577, false},
	    {60578, true},
	    {61183, true},
	    {61184, false},
	    {65519, false},
	    {65520, true},
	    {65533, true},
	    {65534, false},
	    {65535, false},
	    {65536, true},
	    {INT64_C(0x7fffffff), true},
	    {INT64_C(0x80000000), false},
	    {INT64_C(0xfffffffe), false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases) * 2; i++) {
		bool group = i >= ARRAY_SIZE(cases);
		struct db *db DB_AUTO = NULL;
		ROWS_AUTO struct idrows *rows = NULL;
		struct db_stmt *stmt = NULL;

		assert_int_equal(db_open(":memory:", &db), 0);
		assert_int_equal(
		    db_prepare(db,
			"INSERT INTO ids VALUES ('acme', ?1, 'k', ?2, '', '',"
			" 'live', 5)",
			&stmt),
		    0);
		assert_int_equal(
		    db_bind_text(stmt, 1, group ? "group" : "user"), 0);
		assert_int_equal(db_bind_integer(stmt, 2,
				     cases[i % ARRAY_SIZE(cases)].number),
		    0);
		assert_int_equal(db_run(stmt), 0);
		assert_int_equal(idrows_new(db, "acme", &rows), 0);
		assert_int_equal(idrows_seal(rows),
		    cases[i % ARRAY_SIZE(cases)].allowed ? 0
							 : ERR_STATE_DAMAGED);
	}
}

static void
t76_one_number_twice_in_the_file_is_damage(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	add(rows, IDROW_USER, "u-1", 70000);
	save(rows);
	assert_int_equal(
	    set_text(db,
		"INSERT INTO ids SELECT ?1, 'group', 'g-1', number, '', '',"
		" state, created FROM ids",
		"side"),
	    0);
	assert_int_equal(idrows_load(rows), ERR_STATE_DAMAGED);
	assert_int_equal(idrows_seal(rows), ERR_STATE_DAMAGED);
	assert_int_equal(
	    set_text(db, "DELETE FROM ids WHERE organization = ?1", "side"), 0);
	assert_int_equal(idrows_load(rows), 0);
	assert_int_equal(idrows_seal(rows), 0);
}

static void
flip(const char *path, off_t place)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte = 0;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, place), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, place), 1);
	(void)close(fd);
}

static void
make_file(const char *path, uint32_t count)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	char key[16];

	assert_int_equal(db_open(path, &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	for (uint32_t i = 0; i < count; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		assert_int_equal(
		    idrows_settle(
			rows, add(rows, IDROW_USER, key, 70000 + i), key, key),
		    0);
	}
	save(rows);
}

/* False: the file, or the map in it, is refused. */
static bool
stands(const char *path, uint32_t count)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	char key[16];

	if (db_open(path, &db) != 0)
		return false;
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	if (idrows_load(rows) != 0)
		return false;
	assert_int_equal(idrows_count(rows), count);
	for (uint32_t i = 0; i < count; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		assert_int_equal(find(rows, IDROW_USER, key).number, 70000 + i);
		assert_string_equal(find(rows, IDROW_USER, key).home, key);
	}
	return true;
}

/* Whatever bit flips: refused, or the same numbers as before, never others. */
static void
t83_flipped_bits_never_renumber(void **state)
{
	char folder[] = "/tmp/test-idrows.XXXXXX";
	char path[64];
	struct stat st;
	int refused = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/state.db", folder);
	make_file(path, 50);
	assert_int_equal(stat(path, &st), 0);
	for (off_t place = 0; place < st.st_size; place += 37) {
		flip(path, place);
		refused += !stands(path, 50);
		flip(path, place);
	}
	assert_true(refused > 100);
	assert_true(stands(path, 50));
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/state.db-journal", folder);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_first_save_writes_in_the_order_of_keys(void **state)
{
	static const char *const keys[] = {
	    "u-5", "u-123456789", "u-1", "u-123456780", "u-9"};
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	char last[32] = "";

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	for (uint32_t i = 0; i < ARRAY_SIZE(keys); i++)
		add(rows, IDROW_USER, keys[i], 70000 + i);
	add(rows, IDROW_GROUP, "z", 70099);
	save(rows);
	assert_int_equal(
	    db_prepare(db, "SELECT kind || key FROM ids ORDER BY rowid", &stmt),
	    0);
	for (size_t i = 0; i <= ARRAY_SIZE(keys); i++) {
		assert_int_equal(db_step(stmt, &step), 0);
		assert_int_equal(step, DB_ROW);
		assert_true(strcmp(last, db_text(stmt, 0)) < 0);
		(void)snprintf(last, sizeof(last), "%s", db_text(stmt, 0));
	}
	db_reset(stmt);
}

static void
a_home_is_set_once_and_for_one(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	size_t a = 0;
	size_t b = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	a = add(rows, IDROW_USER, "u-1", 70000);
	b = add(rows, IDROW_USER, "u-2", 70001);
	assert_int_equal(idrows_settle(rows, a, "ada", "ada"), 0);
	assert_int_equal(
	    idrows_settle(rows, a, "eve", "eve"), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    idrows_settle(rows, b, "bob", "ada"), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    idrows_settle(rows, b, "bob", ""), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    idrows_settle(rows, b, "bob", "../x"), ERR_INVALID_ARGUMENT);
	assert_int_equal(idrows_settle(rows, b, "bob", "70001"), 0);
}

static void
who_is_gone_has_no_name(void **state)
{
	struct db *db DB_AUTO = NULL;
	ROWS_AUTO struct idrows *rows = NULL;
	size_t index = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(idrows_new(db, "acme", &rows), 0);
	index = add(rows, IDROW_USER, "u-1", 70000);
	assert_int_equal(idrows_set_name(rows, index, "ada"), 0);
	assert_int_equal(idrows_find_name(rows, "ada"), index);
	assert_int_equal(
	    idrows_set_name(rows, index, "Ada"), ERR_INVALID_ARGUMENT);
	assert_int_equal(idrows_set_live(rows, index, false), 0);
	assert_int_equal(idrows_find_name(rows, "ada"), IDROWS_NONE);
	assert_int_equal(
	    idrows_set_name(rows, index, "ada"), ERR_INVALID_ARGUMENT);
	assert_int_equal(idrows_set_live(rows, index, true), 0);
	assert_int_equal(idrows_set_name(rows, index, "ada"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(saved_rows_come_back),
	    cmocka_unit_test(t74_t76_bad_and_taken_numbers_are_refused),
	    cmocka_unit_test(a_home_is_set_once_and_for_one),
	    cmocka_unit_test(t83_every_bit_of_a_text_is_held),
	    cmocka_unit_test(t83_every_part_of_a_save_leaves_a_whole_map),
	    cmocka_unit_test(t74_bad_numbers_in_the_file_are_damage),
	    cmocka_unit_test(t76_one_number_twice_in_the_file_is_damage),
	    cmocka_unit_test(t83_flipped_bits_never_renumber),
	    cmocka_unit_test(a_first_save_writes_in_the_order_of_keys),
	    cmocka_unit_test(who_is_gone_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
