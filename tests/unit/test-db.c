/*
 * test-db.c - writes last, and a file that is damaged, newer, foreign or held
 * is refused instead of being filled anew.
 */
#include "base/db.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/schema.h"
#include "common/err.h"

#define INSERT_ID                                                       \
	"INSERT INTO ids (organization, kind, key, number, name, home," \
	" state, created)"                                              \
	" VALUES ('org', ?1, ?2, ?3, ?2, '', 'live', 1000)"

struct fixture {
	char folder[64];
	char path[128];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-db.XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/state.db", f->folder);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char journal[160];

	snprintf(journal, sizeof(journal), "%s-journal", f->path);
	(void)unlink(journal);
	(void)unlink(f->path);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static int
insert_id(struct db *db, const char *kind, const char *key, int64_t number)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db, INSERT_ID, &stmt), 0);
	assert_int_equal(db_bind_text(stmt, 1, kind), 0);
	assert_int_equal(db_bind_text(stmt, 2, key), 0);
	assert_int_equal(db_bind_integer(stmt, 3, number), 0);
	return db_run(stmt);
}

/* The name is one letter, and the number's too. */
static struct db_stmt *
naming(struct db *db, const char *key)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db, INSERT_ID, &stmt), 0);
	assert_int_equal(db_bind_text(stmt, 1, "user"), 0);
	assert_int_equal(db_bind_text(stmt, 2, key), 0);
	assert_int_equal(db_bind_integer(stmt, 3, 2000000000 + key[0]), 0);
	return stmt;
}

static int
insert_soon(struct db *db, const char *key)
{
	return db_run_soon(db, naming(db, key));
}

static int
insert_alone(struct db *db, const char *key)
{
	return db_run_alone(db, naming(db, key));
}

static int64_t
ask(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int64_t value;

	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_ROW);
	value = db_integer(stmt, 0);
	db_reset(stmt);
	return value;
}

static int
open_only(const char *path)
{
	DB_AUTO struct db *db = NULL;

	return db_open(path, &db);
}

static void
copy_file(const char *from, const char *to)
{
	char bytes[4096];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t len = 0;

	assert_true(out >= 0);
	while (in >= 0 && (len = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)len), len);
	if (in >= 0)
		(void)close(in);
	(void)close(out);
}

/* Of the files as they are now, with their owner gone. */
static int64_t
names_after_a_kill(const struct fixture *f)
{
	DB_AUTO struct db *db = NULL;
	char path[160];
	char journal[160];
	char journal_copy[192];
	int64_t count = 0;

	(void)snprintf(path, sizeof(path), "%s.copy", f->path);
	(void)snprintf(journal, sizeof(journal), "%s-journal", f->path);
	(void)snprintf(journal_copy, sizeof(journal_copy), "%s-journal", path);
	copy_file(f->path, path);
	copy_file(journal, journal_copy);
	assert_int_equal(db_open(path, &db), 0);
	count = ask(db, "SELECT count(*) FROM ids");
	db_close(TAKE(db));
	(void)unlink(journal_copy);
	assert_int_equal(unlink(path), 0);
	return count;
}

static void
the_connection_is_strict_and_durable(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;
	struct stat st;

	umask(0);
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(ask(db, "PRAGMA synchronous"), 2);
	assert_int_equal(ask(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(ask(db, "PRAGMA secure_delete"), 1);
	assert_int_equal(ask(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(ask(db, "PRAGMA user_version"), schema_version());
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(
	    db_prepare(db, "SELECT load_extension('x')", &stmt), 0);
	assert_int_not_equal(db_run(stmt), 0);
	assert_int_equal(db_prepare(db, "no SQL", &stmt), ERR_INTERNAL);
	assert_int_equal(
	    db_prepare(db, "SELECT 1; SELECT 2", &stmt), ERR_INTERNAL);
}

static void
rows_last(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;

	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(insert_id(db, "user", "ada'; --", 2000000000), 0);
	db_close(TAKE(db));
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(
	    db_prepare(db, "SELECT key, number, NULL FROM ids", &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_ROW);
	assert_string_equal(db_text(stmt, 0), "ada'; --");
	assert_int_equal(db_integer(stmt, 1), 2000000000);
	assert_string_equal(db_text(stmt, 2), "");
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_DONE);
}

static void
a_statement_is_prepared_once_and_comes_back_clean(void **state)
{
	DB_AUTO struct db *db = NULL;
	struct db_stmt *first = NULL;
	struct db_stmt *second = NULL;
	enum db_step step = DB_DONE;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(db_prepare(db, "SELECT ?1", &first), 0);
	assert_int_equal(db_bind_text(first, 1, "left over"), 0);
	assert_int_equal(db_bind_text(first, 2, "no such"), ERR_INTERNAL);
	assert_int_equal(db_step(first, &step), 0);
	assert_string_equal(db_text(first, 0), "left over");
	assert_int_equal(db_prepare(db, "SELECT ?1", &second), 0);
	assert_ptr_equal(first, second);
	assert_int_equal(db_step(second, &step), 0);
	assert_string_equal(db_text(second, 0), "");
	assert_int_equal(db_run(second), 0);
}

static void
one_key_is_one_id(void **state)
{
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(insert_id(db, "user", "ada", 2000000000), 0);
	assert_int_equal(insert_id(db, "user", "ada", 2000000001), ERR_EXISTS);
	assert_int_equal(insert_id(db, "group", "ada", 2000000001), 0);
	assert_int_equal(
	    insert_id(db, "robot", "r2", 2000000002), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    insert_id(db, "user", "root", 0), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    insert_id(db, "user", "bob", INT64_MAX), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    insert_id(db, "user", NULL, 2000000003), ERR_INVALID_ARGUMENT);
}

static void
one_identity_is_one_member(void **state)
{
	static const char *const sql =
	    "INSERT INTO bindings VALUES (?1, 'https://i', 'sub', 1)";
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_bind_text(stmt, 1, "m1"), 0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(db_bind_text(stmt, 1, "m2"), 0);
	assert_int_equal(db_run(stmt), ERR_EXISTS);
}

static void
many_writes_end_where_somebody_waits_for_one(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_id(db, "user", "a", 2000000000), 0);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_id(db, "user", "b", 2000000001), 0);
	/* A transaction of somebody else does not take them along. */
	assert_int_equal(db_begin(db), 0);
	db_rollback(db);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 2);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_id(db, "user", "c", 2000000002), 0);
	assert_int_equal(db_prepare(db, "DELETE FROM proofs", &stmt), 0);
	assert_int_equal(db_run_alone(db, stmt), 0);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_id(db, "user", "d", 2000000003), 0);
	db_rollback(db);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_id(db, "user", "e", 2000000004), 0);
	assert_int_equal(db_commit(db), 0);
	db_close(TAKE(db));
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 4);
	assert_int_equal(
	    ask(db, "SELECT count(*) FROM ids WHERE key = 'd'"), 0);
}

static void
a_transaction_is_all_or_nothing(void **state)
{
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(insert_id(db, "user", "ada", 2000000000), 0);
	db_rollback(db);
	db_rollback(db);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 0);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(db_begin(db), ERR_INTERNAL);
	assert_int_equal(insert_id(db, "user", "ada", 2000000000), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(db_commit(db), ERR_INTERNAL);
	db_rollback(db);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 1);
}

/* Seen at once, and on the disk with what somebody waits for. */
static void
a_write_that_nobody_waits_for_lasts_with_the_next(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(insert_soon(db, "a"), 0);
	assert_int_equal(insert_soon(db, "b"), 0);
	assert_int_equal(insert_alone(db, "c"), 0);
	assert_int_equal(names_after_a_kill(f), 3);
	assert_int_equal(insert_soon(db, "d"), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 4);
	assert_int_equal(names_after_a_kill(f), 3);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(insert_id(db, "user", "e", 2000000005), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(names_after_a_kill(f), 5);
	assert_int_equal(insert_soon(db, "f"), 0);
	db_close(TAKE(db));
	assert_int_equal(names_after_a_kill(f), 6);
}

static void
a_write_that_nobody_waits_for_fails_with_the_next(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(insert_alone(db, "a"), 0);
	assert_int_equal(insert_soon(db, "b"), 0);
	assert_int_equal(insert_alone(db, "a"), ERR_EXISTS);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 1);
	assert_int_equal(insert_soon(db, "b"), 0);
	assert_int_equal(db_begin(db), 0);
	db_rollback(db);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 1);
	assert_int_equal(insert_soon(db, "a"), ERR_EXISTS);
	assert_int_equal(insert_soon(db, "b"), 0);
	assert_int_equal(insert_alone(db, "c"), 0);
	assert_int_equal(names_after_a_kill(f), 3);
}

/* Of a transaction that is open it is a part. */
static void
a_write_that_nobody_waits_for_joins_many(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(insert_soon(db, "a"), 0);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(insert_soon(db, "b"), 0);
	assert_int_equal(db_bulk(db), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(names_after_a_kill(f), 2);
	assert_int_equal(insert_alone(db, "c"), 0);
	assert_int_equal(names_after_a_kill(f), 3);
}

/* Killed without closing: what was committed is there, the rest is not. */
static void
a_killed_process_loses_nothing_committed(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct db *theirs = NULL;

		if (db_open(f->path, &theirs) != 0 ||
		    insert_id(theirs, "user", "ada", 2000000000) != 0 ||
		    db_begin(theirs) != 0 ||
		    insert_id(theirs, "user", "bob", 2000000001) != 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 1);
}

static void
a_second_daemon_is_kept_out(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	int status = 0;
	pid_t child;

	assert_int_equal(db_open(f->path, &db), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct db *theirs = NULL;

		_exit(db_open(f->path, &theirs) == ERR_IO ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
make_filled(const char *path)
{
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(path, &db), 0);
	for (int i = 0; i < 50; i++) {
		char key[16];

		snprintf(key, sizeof(key), "member%d", i);
		assert_int_equal(insert_id(db, "user", key, 2000000000 + i), 0);
	}
}

static void
t83_a_newer_or_foreign_file_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const changes[] = {
	    "PRAGMA user_version = 9999",
	    "PRAGMA user_version = 0",
	    "PRAGMA user_version = -1",
	    "PRAGMA application_id = 7",
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		DB_AUTO struct db *db = NULL;
		struct db_stmt *stmt = NULL;

		(void)unlink(f->path);
		assert_int_equal(db_open(f->path, &db), 0);
		assert_int_equal(db_prepare(db, changes[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
		db_close(TAKE(db));
		assert_int_equal(open_only(f->path), ERR_STATE_DAMAGED);
	}
}

static void
t83_an_emptied_or_cut_file_is_refused(void **state)
{
	struct fixture *f = *state;

	make_filled(f->path);
	assert_int_equal(truncate(f->path, 3 * 4096 + 100), 0);
	assert_int_equal(open_only(f->path), ERR_STATE_DAMAGED);
	assert_int_equal(truncate(f->path, 50), 0);
	assert_int_equal(open_only(f->path), ERR_STATE_DAMAGED);
	assert_int_equal(truncate(f->path, 0), 0);
	assert_int_equal(open_only(f->path), ERR_STATE_DAMAGED);
	assert_int_equal(open_only(f->path), ERR_STATE_DAMAGED);
}

static void
t83_a_stand_in_is_empty_and_stays_so(void **state)
{
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_ROW;

	assert_int_equal(db_open_stand_in(&db), 0);
	assert_int_equal(insert_id(db, "user", "ada", 2000000000), ERR_IO);
	assert_int_equal(db_begin(db), ERR_IO);
	assert_int_equal(db_bulk(db), ERR_IO);
	assert_int_equal(db_prepare(db, "SELECT key FROM ids", &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_DONE);
}

/* As version 3 had it. */
static void
make_older(struct db *db)
{
	static const char *const changes[] = {
	    "ALTER TABLE proofs DROP COLUMN full_ms",
	    "DROP TABLE attempts",
	    "DROP TABLE token_roles",
	    "DROP TABLE ids",
	    "CREATE TABLE ids (organization TEXT NOT NULL,"
	    " kind TEXT NOT NULL CHECK (kind IN ('user', 'group')),"
	    " key TEXT NOT NULL, number INTEGER NOT NULL UNIQUE"
	    "  CHECK (number BETWEEN 1 AND 4294967294),"
	    " name TEXT NOT NULL, home TEXT NOT NULL, state TEXT NOT NULL"
	    "  CHECK (state IN ('live', 'tombstone')),"
	    " created INTEGER NOT NULL,"
	    " PRIMARY KEY (organization, kind, key)) STRICT",
	    "PRAGMA user_version = 3",
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct db_stmt *stmt = NULL;

		assert_int_equal(db_prepare(db, changes[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
	}
}

static void
t83_numbers_survive_a_newer_schema(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(f->path, &db), 0);
	make_older(db);
	assert_int_equal(insert_id(db, "user", "eve", 2000000007), 0);
	assert_int_equal(insert_id(db, "group", "ada", 2000000003), 0);
	db_close(TAKE(db));
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(ask(db, "PRAGMA user_version"), schema_version());
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 2);
	assert_int_equal(ask(db, "SELECT count(*) FROM token_roles"), 0);
	assert_int_equal(
	    ask(db,
		"SELECT number FROM ids WHERE organization = 'org' AND"
		" kind = 'user' AND key = 'eve' AND name = 'eve' AND"
		" home = '' AND state = 'live' AND created = 1000"),
	    2000000007);
	assert_int_equal(
	    ask(db, "SELECT number FROM ids WHERE kind = 'group'"), 2000000003);
	assert_int_equal(insert_id(db, "user", "eve", 2000000008), ERR_EXISTS);
	assert_int_equal(
	    insert_id(db, "robot", "r2", 2000000009), ERR_INVALID_ARGUMENT);
}

static void
a_file_of_others_is_refused(void **state)
{
	struct fixture *f = *state;
	char other[160];

	make_filled(f->path);
	assert_int_equal(chmod(f->path, 0640), 0);
	assert_int_equal(open_only(f->path), ERR_INSECURE_FILE);
	assert_int_equal(chmod(f->path, 0600), 0);
	snprintf(other, sizeof(other), "%s.moved", f->path);
	assert_int_equal(rename(f->path, other), 0);
	assert_int_equal(symlink(other, f->path), 0);
	assert_int_equal(open_only(f->path), ERR_INSECURE_FILE);
	unlink(other);
	assert_int_equal(open_only("/nowhere/state.db"), ERR_NOT_FOUND);
}

#define DB_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DB_TEST(the_connection_is_strict_and_durable),
	    DB_TEST(rows_last),
	    cmocka_unit_test(a_statement_is_prepared_once_and_comes_back_clean),
	    cmocka_unit_test(one_key_is_one_id),
	    cmocka_unit_test(one_identity_is_one_member),
	    DB_TEST(many_writes_end_where_somebody_waits_for_one),
	    cmocka_unit_test(a_transaction_is_all_or_nothing),
	    DB_TEST(a_write_that_nobody_waits_for_lasts_with_the_next),
	    DB_TEST(a_write_that_nobody_waits_for_fails_with_the_next),
	    DB_TEST(a_write_that_nobody_waits_for_joins_many),
	    DB_TEST(a_killed_process_loses_nothing_committed),
	    DB_TEST(a_second_daemon_is_kept_out),
	    DB_TEST(t83_a_newer_or_foreign_file_is_refused),
	    DB_TEST(t83_an_emptied_or_cut_file_is_refused),
	    DB_TEST(t83_a_stand_in_is_empty_and_stays_so),
	    DB_TEST(t83_numbers_survive_a_newer_schema),
	    DB_TEST(a_file_of_others_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
