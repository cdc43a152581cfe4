/*
 * db.h - the state database; the only user of SQLite.
 *
 * One connection, one schema with versions (in schema.c), synchronous FULL:
 * when a write returns 0 it survives a power cut.  Statements are prepared once
 * and owned by the database.  Blocks on the disk.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

struct db;
struct db_stmt;

/*
 * Makes the file (0600) if there is none.  path ":memory:" for tests.  A
 * damaged or emptied file or one of a newer version is ERR_STATE_DAMAGED:
 * nothing is repaired in silence.  One that others may read is
 * ERR_INSECURE_FILE; one that another process holds is ERR_IO.
 */
MUST_CHECK int db_open(const char *path, struct db **ret_db);
/* Empty, in memory, and takes no write: for a host whose file is damaged. */
MUST_CHECK int db_open_stand_in(struct db **ret_db);
void db_close(struct db *db);
DEFINE_CLEANUP(struct db, db, db_close)
#define DB_AUTO CLEANUP(db_cleanup)

/*
 * A transaction of many writes that no caller waits for, which stays open while
 * the loop turns: each call but the first goes on with it, until db_commit().
 * Whoever needs a transaction of their own ends it before: db_begin() and
 * db_run_alone() do.  Where that failed, the next call returns the fault.
 */
MUST_CHECK int db_bulk(struct db *db);
MUST_CHECK int db_begin(struct db *db);
MUST_CHECK int db_commit(struct db *db);
/* Also right after a failed commit. */
void db_rollback(struct db *db);

/* The statement of this SQL text (a constant), reset and unbound; borrowed. The
 * same text always gives the same statement, so do not nest one in itself. */
MUST_CHECK int db_prepare(
    struct db *db, const char *sql, struct db_stmt **ret_stmt);
/* Parameters are numbered from 1; text is copied, and NULL is SQL's NULL. */
MUST_CHECK int db_bind_text(struct db_stmt *stmt, int index, const char *text);
MUST_CHECK int db_bind_integer(struct db_stmt *stmt, int index, int64_t value);
MUST_CHECK int db_bind_bytes(
    struct db_stmt *stmt, int index, const void *bytes, size_t len);

enum db_step { DB_DONE = 0, DB_ROW };
/* A statement that is done, or failed, resets itself. ERR_EXISTS: a value that
 * must be unique is there already; ERR_INVALID_ARGUMENT: another constraint. */
MUST_CHECK int db_step(struct db_stmt *stmt, enum db_step *ret_step);
/* For a statement that gives no rows. */
MUST_CHECK int db_run(struct db_stmt *stmt);
/* The same as a transaction of its own. */
MUST_CHECK int db_run_alone(struct db *db, struct db_stmt *stmt);
/* The same, seen at once and without a wait for the disk: it lasts with the
 * next transaction, or fails with it, or when the database is closed.  For what
 * may come undone by a crash. */
MUST_CHECK int db_run_soon(struct db *db, struct db_stmt *stmt);
/* Columns from 0; text is borrowed until the next step, "" for NULL. */
const char *db_text(struct db_stmt *stmt, int column);
/* Likewise; NULL for NULL and for no bytes. */
const void *db_bytes(struct db_stmt *stmt, int column, size_t *ret_len);
int64_t db_integer(struct db_stmt *stmt, int column);
void db_reset(struct db_stmt *stmt);
