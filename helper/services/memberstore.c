/*
 * memberstore.c - the directory table: one record a member.
 *
 * Writes only what changed, so that a beat in which one member of many was
 * renamed costs one row.  Must not know what the list is used for.
 */
#include "services/memberstore.h"

#include <string.h>

#include "common/err.h"
#include "services/memberjson.h"
#include "services/meta.h"

int
memberstore_load(struct db *db, struct members *members)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
	uint64_t count = 0;
	int err = db_prepare(db, "SELECT record FROM directory", &stmt);

	while (err == 0) {
		const char *record = NULL;

		err = db_step(stmt, &step);
		if (err != 0 || step == DB_DONE)
			break;
		record = db_text(stmt, 0);
		err = memberjson_read(members, record, strlen(record));
		if (err != 0 && err != ERR_NO_MEMORY)
			err = ERR_STATE_DAMAGED;
	}
	if (stmt != NULL)
		db_reset(stmt);
	if (err != 0)
		return err;
	err = meta_get_number(db, "directory_count", &count);
	if (err == ERR_NOT_FOUND)
		err = 0;
	return err == 0 && count != members_count(members) ? ERR_STATE_DAMAGED
							   : err;
}

static int
write_record(struct db *db, const struct member *member)
{
	struct buf record BUF_AUTO = {.limit = MEMBERJSON_LINE_MAX};
	struct db_stmt *stmt = NULL;
	int err = 0;

	memberjson_write(&record, member);
	err = buf_fault(&record);
	if (err == 0)
		err = db_prepare(db,
		    "INSERT OR REPLACE INTO directory (member_id, record)"
		    " VALUES (?1, ?2)",
		    &stmt);
	if (err == 0)
		err = db_bind_text(stmt, 1, member->id);
	if (err == 0)
		err = db_bind_text(stmt, 2, buf_text(&record));
	return err == 0 ? db_run(stmt) : err;
}

static int
drop_record(struct db *db, const char *member_id)
{
	struct db_stmt *stmt = NULL;
	int err =
	    db_prepare(db, "DELETE FROM directory WHERE member_id = ?1", &stmt);

	if (err == 0)
		err = db_bind_text(stmt, 1, member_id);
	return err == 0 ? db_run(stmt) : err;
}

static int
drop_lost(struct db *db, struct members *before, struct members *after)
{
	struct db_stmt *stmt = NULL;
	int err = 0;

	if (before == NULL) {
		err = db_prepare(db, "DELETE FROM directory", &stmt);
		return err == 0 ? db_run(stmt) : err;
	}
	for (size_t i = 0; i < members_count(before) && err == 0; i++) {
		const char *id = members_at(before, i)->id;

		if (members_by_id(after, id) == NULL)
			err = drop_record(db, id);
	}
	return err;
}

int
memberstore_save(struct db *db, struct members *before, struct members *after)
{
	int err = drop_lost(db, before, after);

	for (size_t i = 0; i < members_count(after) && err == 0; i++) {
		const struct member *member = members_at(after, i);
		const struct member *old =
		    before == NULL ? NULL : members_by_id(before, member->id);

		if (old == NULL || !member_same(old, member))
			err = write_record(db, member);
	}
	if (err == 0)
		err = meta_set_number(
		    db, "directory_count", members_count(after));
	return err;
}
