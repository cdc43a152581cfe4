/*
 * idread.c - a walk over the ids table that holds nothing between two steps.
 *
 * Promises to work on a map that ids_load() refuses: what is damaged must be
 * seen to be repaired.  Must not know what the rows are for.
 */
#include "services/idread.h"

#include <string.h>

#include "common/err.h"

int
idread_start(struct idread *read, struct db *db, const char *organization)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt = NULL;
	int err = db_prepare(
	    db, "SELECT count(*), coalesce(max(rowid), 0) FROM ids", &stmt);

	if (err == 0)
		err = db_step(stmt, &step);
	if (err != 0)
		return err;
	*read = (struct idread){.db = db,
	    .organization = organization,
	    .last = -1,
	    .count = (uint64_t)db_integer(stmt, 0),
	    .end = db_integer(stmt, 1)};
	db_reset(stmt);
	return 0;
}

static void
take_row(const struct idread *read, struct db_stmt *stmt, struct idline *line)
{
	line->organization = db_text(stmt, 1);
	if (strcmp(line->organization, read->organization) == 0)
		line->organization = NULL;
	line->kind = db_text(stmt, 2);
	line->key = db_text(stmt, 3);
	line->number = (uint32_t)db_integer(stmt, 4);
	line->name = db_text(stmt, 5);
	line->home = db_text(stmt, 6);
	line->live = strcmp(db_text(stmt, 7), "live") == 0;
	line->created_s = db_integer(stmt, 8);
}

int
idread_next(struct idread *read, struct idline *ret_line)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt = NULL;
	int err = db_prepare(read->db,
	    "SELECT rowid, organization, kind, key, number, name, home, state,"
	    " created FROM ids WHERE rowid > ?1 AND rowid <= ?2"
	    " ORDER BY rowid LIMIT 1",
	    &stmt);

	if (err == 0)
		err = db_bind_integer(stmt, 1, read->last);
	if (err == 0)
		err = db_bind_integer(stmt, 2, read->end);
	if (err == 0)
		err = db_step(stmt, &step);
	if (err == 0 && step == DB_DONE)
		err = ERR_NOT_FOUND;
	if (err != 0)
		return err;
	read->stmt = stmt;
	read->last = db_integer(stmt, 0);
	take_row(read, stmt, ret_line);
	return 0;
}

void
idread_pause(struct idread *read)
{
	if (read->stmt != NULL)
		db_reset(read->stmt);
	read->stmt = NULL;
}
