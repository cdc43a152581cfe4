/*
 * memberstore.c - the directory table: one record a member.
 *
 * Writes only what changed, so that a beat in which one member of many was
 * renamed costs one row.  A list that takes many transactions stands behind a
 * mark in meta until its last one, so that half a list is never taken for a
 * whole one.  Must not know what the list is used for.
 */
#include "services/memberstore.h"

#include <string.h>

#include "common/err.h"
#include "services/memberjson.h"
#include "services/meta.h"

#define MARK "directory_half_written"
/* Members that a step looks at, for each that it may write. */
#define LOOKS 32

static int
get_number(struct db *db, const char *key, uint64_t *ret_number)
{
	int err = meta_get_number(db, key, ret_number);

	if (err == ERR_NOT_FOUND)
		*ret_number = 0;
	return err == ERR_NOT_FOUND ? 0 : err;
}

static int
load_records(struct db *db, struct members *members)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
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
	return err;
}

int
memberstore_load(struct db *db, struct members *members, bool *ret_whole)
{
	uint64_t count = 0;
	uint64_t half = 0;
	int err = get_number(db, "directory_count", &count);

	if (err == 0 && count <= MEMBERS_MAX)
		err = members_reserve(members, (size_t)count);
	if (err == 0)
		err = load_records(db, members);
	if (err == 0)
		err = get_number(db, MARK, &half);
	if (err != 0)
		return err;
	if (half == 0 && count != members_count(members))
		return ERR_STATE_DAMAGED;
	*ret_whole = half == 0;
	return 0;
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
drop_all(struct db *db)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(db, "DELETE FROM directory", &stmt);

	return err == 0 ? db_run(stmt) : err;
}

int
memberstore_save_start(struct memberstore_run *run, struct db *db,
    struct members *before, struct members *after)
{
	*run = (struct memberstore_run){
	    .db = db, .before = before, .after = after};
	return meta_set_number(db, MARK, 1);
}

static int
drop_lost(struct memberstore_run *run, size_t index, size_t *writes)
{
	struct member old;
	struct member now;

	if (!members_get(run->before, index, &old) ||
	    members_get_id(run->after, old.id, &now))
		return 0;
	++*writes;
	return drop_record(run->db, old.id);
}

static int
write_changed(struct memberstore_run *run, size_t index, size_t *writes)
{
	struct member old;
	struct member now;

	if (!members_get(run->after, index, &now) ||
	    (run->before != NULL && members_get_id(run->before, now.id, &old) &&
		member_same(&old, &now)))
		return 0;
	++*writes;
	return write_record(run->db, &now);
}

static size_t
list_count(const struct memberstore_list *list, struct members *members)
{
	return list != NULL ? list->count : members_count(members);
}

static size_t
list_at(const struct memberstore_list *list, size_t at)
{
	return list != NULL ? list->indexes[at] : at;
}

/* One of the two passes; true in *ret_over once it went through all. */
static int
pass(struct memberstore_run *run, size_t rows_max, size_t *writes,
    bool *ret_over)
{
	const struct memberstore_list *list =
	    run->dropped ? run->written : run->lost;
	size_t count =
	    list_count(list, run->dropped ? run->after : run->before);
	size_t looks = 0;
	int err = 0;

	while (run->at < count && *writes < rows_max &&
	    looks++ / LOOKS < rows_max && err == 0) {
		size_t index = list_at(list, run->at++);

		err = run->dropped ? write_changed(run, index, writes)
				   : drop_lost(run, index, writes);
	}
	*ret_over = run->at >= count;
	return err;
}

static int
drop_step(struct memberstore_run *run, size_t rows_max, size_t *writes)
{
	bool over = true;
	int err = run->before == NULL ? drop_all(run->db)
				      : pass(run, rows_max, writes, &over);

	if (err == 0 && over) {
		run->dropped = true;
		run->at = 0;
	}
	return err;
}

int
memberstore_save_step(
    struct memberstore_run *run, size_t rows_max, bool *ret_done)
{
	size_t writes = 0;
	bool over = false;
	int err = run->dropped ? 0 : drop_step(run, rows_max, &writes);

	if (err == 0 && run->dropped)
		err = pass(run, rows_max, &writes, &over);
	if (err == 0 && over)
		err = meta_set_number(
		    run->db, "directory_count", members_count(run->after));
	if (err == 0 && over)
		err = meta_set_number(run->db, MARK, 0);
	if (err == 0)
		*ret_done = over;
	return err;
}

int
memberstore_save_one(
    struct db *db, struct members *after, const struct member *member)
{
	int err = write_record(db, member);

	if (err == 0)
		err = meta_set_number(
		    db, "directory_count", members_count(after));
	return err;
}
