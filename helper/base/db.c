/*
 * db.c - one SQLite connection and its prepared statements.
 *
 * The schema is in schema.c.  Promises that a write which returned 0 lasts,
 * that one daemon holds the file at a time, and that a file which is damaged,
 * emptied or newer is refused, never filled anew: a lost id map would give one
 * member's files to another.  Knows nothing of what the rows mean.
 */
#include "base/db.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/dbfile.h"
#include "base/pagesum.h"
#include "base/schema.h"
#include "common/err.h"

/* "orgl": the file is ours. */
#define APPLICATION_ID 0x6f72676c
/* KiB, as SQLite takes it: each row is read once a start. */
#define CACHE_SIZE "-256"

struct db_stmt {
	struct db_stmt *next;
	const char *sql;
	sqlite3_stmt *sqlite;
};

struct db {
	sqlite3 *sqlite;
	struct db_stmt *statements;
	bool bulk;      /* the transaction that is open is one of db_bulk() */
	int bulk_fault; /* one was lost when another caller ended it */
	bool soon;      /* it is one of db_run_soon(), and still waits */
};

static int
fault_of(struct db *db, int rc)
{
	int extended = sqlite3_extended_errcode(db->sqlite);

	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_STATE_DAMAGED;
	case SQLITE_NOMEM:
		return ERR_NO_MEMORY;
	case SQLITE_FULL:
		return ERR_NO_SPACE;
	case SQLITE_TOOBIG:
		return ERR_TOO_LARGE;
	case SQLITE_CONSTRAINT:
		return extended == SQLITE_CONSTRAINT_UNIQUE ||
			extended == SQLITE_CONSTRAINT_PRIMARYKEY
		    ? ERR_EXISTS
		    : ERR_INVALID_ARGUMENT;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		return ERR_INTERNAL;
	default:
		return extended == SQLITE_IOERR_DATA ? ERR_STATE_DAMAGED
						     : ERR_IO;
	}
}

static int
execute(struct db *db, const char *sql)
{
	return fault_of(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

static void
stmt_free(struct db_stmt *stmt)
{
	sqlite3_finalize(stmt->sqlite);
	free(stmt);
}

/* Some faults end a transaction by themselves. */
static bool
waits(const struct db *db)
{
	return db->soon && sqlite3_get_autocommit(db->sqlite) == 0;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	if (waits(db))
		(void)!execute(db, "COMMIT");
	while (db->statements != NULL) {
		struct db_stmt *next = db->statements->next;

		stmt_free(db->statements);
		db->statements = next;
	}
	sqlite3_close(db->sqlite);
	free(db);
}

static int
stmt_new(struct db *db, const char *sql, struct db_stmt **ret_stmt)
{
	struct db_stmt *stmt = calloc(1, sizeof(*stmt));
	const char *tail = "";
	int rc;

	if (stmt == NULL)
		return ERR_NO_MEMORY;
	rc = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &stmt->sqlite, &tail);
	if (rc != SQLITE_OK || stmt->sqlite == NULL || tail[0] != '\0') {
		stmt_free(stmt);
		return rc != SQLITE_OK ? fault_of(db, rc) : ERR_INTERNAL;
	}
	stmt->sql = sql;
	stmt->next = db->statements;
	db->statements = stmt;
	*ret_stmt = stmt;
	return 0;
}

int
db_prepare(struct db *db, const char *sql, struct db_stmt **ret_stmt)
{
	struct db_stmt *stmt = db->statements;

	while (stmt != NULL && strcmp(stmt->sql, sql) != 0)
		stmt = stmt->next;
	if (stmt == NULL)
		return stmt_new(db, sql, ret_stmt);
	db_reset(stmt);
	sqlite3_clear_bindings(stmt->sqlite);
	*ret_stmt = stmt;
	return 0;
}

static struct db
db_of(struct db_stmt *stmt)
{
	return (struct db){.sqlite = sqlite3_db_handle(stmt->sqlite)};
}

int
db_bind_text(struct db_stmt *stmt, int index, const char *text)
{
	struct db db = db_of(stmt);

	return fault_of(&db,
	    sqlite3_bind_text(stmt->sqlite, index, text, -1, SQLITE_TRANSIENT));
}

int
db_bind_integer(struct db_stmt *stmt, int index, int64_t value)
{
	struct db db = db_of(stmt);

	return fault_of(&db, sqlite3_bind_int64(stmt->sqlite, index, value));
}

int
db_bind_bytes(struct db_stmt *stmt, int index, const void *bytes, size_t len)
{
	struct db db = db_of(stmt);

	return fault_of(&db,
	    sqlite3_bind_blob64(
		stmt->sqlite, index, bytes, len, SQLITE_TRANSIENT));
}

int
db_step(struct db_stmt *stmt, enum db_step *ret_step)
{
	struct db db = db_of(stmt);
	int rc = sqlite3_step(stmt->sqlite);
	int r = fault_of(&db, rc);

	if (rc != SQLITE_ROW)
		db_reset(stmt);
	if (r != 0)
		return r;
	*ret_step = rc == SQLITE_ROW ? DB_ROW : DB_DONE;
	return 0;
}

int
db_run(struct db_stmt *stmt)
{
	enum db_step step = DB_ROW;
	int r = db_step(stmt, &step);

	if (r == 0 && step == DB_ROW) {
		db_reset(stmt);
		return ERR_INTERNAL;
	}
	return r;
}

const char *
db_text(struct db_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt->sqlite, column);

	return text == NULL ? "" : (const char *)text;
}

const void *
db_bytes(struct db_stmt *stmt, int column, size_t *ret_len)
{
	const void *bytes = sqlite3_column_blob(stmt->sqlite, column);

	*ret_len = (size_t)sqlite3_column_bytes(stmt->sqlite, column);
	return bytes;
}

int64_t
db_integer(struct db_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->sqlite, column);
}

void
db_reset(struct db_stmt *stmt)
{
	sqlite3_reset(stmt->sqlite);
}

static int
set_bulk(struct db *db, bool bulk)
{
	/* KiB. Pages that are changed often are written once a transaction. */
	int r = execute(db,
	    bulk ? "PRAGMA cache_size = -8192"
		 : "PRAGMA cache_size = " CACHE_SIZE "; PRAGMA shrink_memory");

	db->bulk = bulk;
	return r;
}

/* What waits goes along. */
static int
begin(struct db *db)
{
	bool begun = waits(db);

	db->soon = false;
	return begun ? 0 : execute(db, "BEGIN IMMEDIATE");
}

int
db_bulk(struct db *db)
{
	int r = db->bulk_fault;

	db->bulk_fault = 0;
	if (r != 0 || db->bulk)
		return r;
	r = set_bulk(db, true);
	return r == 0 ? begin(db) : r;
}

static void
end_bulk(struct db *db)
{
	if (!db->bulk)
		return;
	db->bulk_fault = db_commit(db);
	if (db->bulk_fault != 0)
		db_rollback(db);
}

int
db_run_alone(struct db *db, struct db_stmt *stmt)
{
	int r;

	end_bulk(db);
	if (!waits(db))
		return db_run(stmt);
	r = db_run(stmt);
	if (r == 0)
		r = db_commit(db);
	if (r != 0)
		db_rollback(db);
	return r;
}

int
db_run_soon(struct db *db, struct db_stmt *stmt)
{
	int r = 0;

	if (sqlite3_get_autocommit(db->sqlite) != 0) {
		r = execute(db, "BEGIN IMMEDIATE");
		db->soon = r == 0;
	}
	return r == 0 ? db_run(stmt) : r;
}

int
db_begin(struct db *db)
{
	end_bulk(db);
	return begin(db);
}

int
db_commit(struct db *db)
{
	int r = execute(db, "COMMIT");

	if (r == 0 && db->bulk)
		(void)!set_bulk(db, false);
	return r;
}

void
db_rollback(struct db *db)
{
	/* After some faults SQLite has rolled back by itself. */
	if (sqlite3_get_autocommit(db->sqlite) == 0)
		(void)!execute(db, "ROLLBACK");
	if (db->bulk)
		(void)!set_bulk(db, false);
}

/* The first column of the first row. */
static int
ask_integer(struct db *db, const char *sql, int64_t *ret_value)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt;
	int r;

	r = db_prepare(db, sql, &stmt);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	if (step != DB_ROW)
		return ERR_STATE_DAMAGED;
	*ret_value = db_integer(stmt, 0);
	db_reset(stmt);
	return 0;
}

/* The full check, because it also holds each index against its table: a bit
 * that flipped in a number shows there. */
static int
check_integrity(struct db *db)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt;
	bool sound;
	int r;

	r = db_prepare(db, "PRAGMA integrity_check(1)", &stmt);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	sound = step == DB_ROW && strcmp(db_text(stmt, 0), "ok") == 0;
	db_reset(stmt);
	return sound ? 0 : ERR_STATE_DAMAGED;
}

static int
apply_step(struct db *db, int64_t version)
{
	char stamp[96];
	int r;

	(void)snprintf(stamp, sizeof(stamp),
	    "PRAGMA application_id = %d; PRAGMA user_version = %jd",
	    APPLICATION_ID, (intmax_t)version + 1);
	r = db_begin(db);
	if (r == 0)
		r = execute(db, schema_step(version));
	if (r == 0)
		r = execute(db, stamp);
	if (r == 0)
		r = db_commit(db);
	if (r != 0)
		db_rollback(db);
	return r;
}

static int
migrate(struct db *db, int64_t version)
{
	int r = 0;

	for (; r == 0 && version < schema_version(); version++)
		r = apply_step(db, version);
	return r;
}

static int
check_and_migrate(struct db *db)
{
	int64_t application = 0;
	int64_t version = 0;
	int r;

	r = ask_integer(db, "PRAGMA application_id", &application);
	if (r == 0)
		r = ask_integer(db, "PRAGMA user_version", &version);
	if (r != 0)
		return r;
	if (application != APPLICATION_ID || version < 1 ||
	    version > schema_version())
		return ERR_STATE_DAMAGED;
	r = check_integrity(db);
	return r == 0 ? migrate(db, version) : r;
}

static int
configure(struct db *db)
{
	(void)sqlite3_extended_result_codes(db->sqlite, 1);
	if (sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
		0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) !=
		SQLITE_OK ||
	    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
		NULL) != SQLITE_OK)
		return ERR_INTERNAL;
	return execute(db,
	    "PRAGMA locking_mode = EXCLUSIVE;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA journal_size_limit = 262144;" /* bytes kept between writes
						   */
	    "PRAGMA cache_size = " CACHE_SIZE ";"
	    /* Takes the lock that keeps a second daemon out. */
	    "BEGIN EXCLUSIVE; COMMIT");
}

static int
connect_to(const char *path, struct db **ret_db)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE;
	DB_AUTO struct db *db = calloc(1, sizeof(*db));
	int reserved_bytes = PAGESUM_BYTES;
	int r;

	if (db == NULL)
		return ERR_NO_MEMORY;
	/* Nobody asks how much memory it has, and counting takes a lock for
	 * each piece.  After the first call this changes nothing. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (pagesum_name() == NULL)
		return ERR_NO_MEMORY;
	r = sqlite3_open_v2(path, &db->sqlite, flags, pagesum_name());
	if (r == SQLITE_OK)
		r = sqlite3_file_control(db->sqlite, "main",
		    SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes);
	if (r != SQLITE_OK)
		return db->sqlite == NULL ? ERR_NO_MEMORY : fault_of(db, r);
	r = configure(db);
	if (r != 0)
		return r;
	*ret_db = TAKE(db);
	return 0;
}

/* Made beside and renamed whole, so that an empty file is never one that a
 * crash left behind: it is a damaged one. */
static int
make_file(const char *path)
{
	DB_AUTO struct db *db = NULL;
	char fresh[PATH_MAX];
	int len = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int r;

	if (len < 0 || (size_t)len >= sizeof(fresh))
		return ERR_INVALID_ARGUMENT;
	(void)unlink(fresh);
	r = dbfile_check(fresh, O_CREAT | O_EXCL);
	if (r == 0)
		r = connect_to(fresh, &db);
	if (r == 0)
		r = migrate(db, 0);
	db_close(TAKE(db));
	if (r == 0 && rename(fresh, path) != 0)
		r = ERR_IO;
	if (r != 0) {
		(void)unlink(fresh);
		return r;
	}
	return dbfile_sync_folder(path);
}

static int
open_memory(struct db **ret_db)
{
	DB_AUTO struct db *db = NULL;
	int r;

	r = connect_to(":memory:", &db);
	if (r == 0)
		r = migrate(db, 0);
	if (r != 0)
		return r;
	*ret_db = TAKE(db);
	return 0;
}

int
db_open(const char *path, struct db **ret_db)
{
	DB_AUTO struct db *db = NULL;
	int r;

	if (strcmp(path, ":memory:") == 0)
		return open_memory(ret_db);
	r = dbfile_check(path, 0);
	if (r == ERR_NOT_FOUND) {
		r = make_file(path);
		if (r == 0)
			r = dbfile_check(path, 0);
	}
	if (r == 0)
		r = connect_to(path, &db);
	if (r == 0)
		r = check_and_migrate(db);
	if (r != 0)
		return r;
	*ret_db = TAKE(db);
	return 0;
}

int
db_open_stand_in(struct db **ret_db)
{
	DB_AUTO struct db *db = NULL;
	int r = open_memory(&db);

	if (r == 0)
		r = execute(db, "PRAGMA query_only = ON");
	if (r == 0)
		*ret_db = TAKE(db);
	return r;
}
