/*
 * meta.c - the meta table: one text a key.
 *
 * Promises that a value comes back as it was set or as a fault.  Must not know
 * what the keys mean.
 */
#include "services/meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/num.h"

int
meta_get(struct db *db, const char *key, char *out, size_t out_size)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt = NULL;
	size_t len = 0;
	int err =
	    db_prepare(db, "SELECT value FROM meta WHERE key = ?1", &stmt);

	if (err == 0)
		err = db_bind_text(stmt, 1, key);
	if (err == 0)
		err = db_step(stmt, &step);
	if (err != 0)
		return err;
	if (step == DB_DONE)
		return ERR_NOT_FOUND;
	len = strlen(db_text(stmt, 0));
	if (len < out_size)
		memcpy(out, db_text(stmt, 0), len + 1);
	db_reset(stmt);
	return len < out_size ? 0 : ERR_STATE_DAMAGED;
}

int
meta_get_number(struct db *db, const char *key, uint64_t *ret_number)
{
	char text[24];
	int err = meta_get(db, key, text, sizeof(text));

	if (err == 0 && num_parse(text, UINT64_MAX, ret_number) != 0)
		err = ERR_STATE_DAMAGED;
	return err;
}

int
meta_set(struct db *db, const char *key, const char *value)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(db,
	    "INSERT INTO meta (key, value) VALUES (?1, ?2)"
	    " ON CONFLICT (key) DO UPDATE SET value = ?2",
	    &stmt);

	if (err == 0)
		err = db_bind_text(stmt, 1, key);
	if (err == 0)
		err = db_bind_text(stmt, 2, value);
	return err == 0 ? db_run(stmt) : err;
}

int
meta_set_number(struct db *db, const char *key, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	return meta_set(db, key, text);
}
