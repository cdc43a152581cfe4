/*
 * proofs.c - the table of last proofs in state.db.
 *
 * Owns the rule that a proof counts within one boot only; knows nothing of
 * what a proof entitles to.
 */
#include "services/proofs.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

struct proofs {
	struct db *db;
	const struct clock *clock;
	char *boot_id;
};

int
proofs_new(struct db *db, const struct clock *clock, const char *boot_id,
    struct proofs **ret_proofs)
{
	struct proofs *proofs = calloc(1, sizeof(*proofs));

	if (proofs == NULL)
		return ERR_NO_MEMORY;
	proofs->db = db;
	proofs->clock = clock;
	proofs->boot_id = strdup(boot_id);
	if (proofs->boot_id == NULL) {
		proofs_free(proofs);
		return ERR_NO_MEMORY;
	}
	*ret_proofs = proofs;
	return ERR_OK;
}

void
proofs_free(struct proofs *proofs)
{
	if (proofs == NULL)
		return;
	free(proofs->boot_id);
	free(proofs);
}

/* A full sign-in of this boot is remembered beside what came after it. */
int
proofs_record(struct proofs *proofs, const char *member_id, const char *service,
    enum proofs_factor factor)
{
	int64_t boot_ms = clock_boot(proofs->clock).ms;
	struct db_stmt *stmt = NULL;
	int r = db_prepare(proofs->db,
	    "INSERT INTO proofs"
	    " (member_id, wall_s, boot_id, boot_ms, service, full_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, iif(?6, ?4, NULL))"
	    " ON CONFLICT (member_id) DO UPDATE SET wall_s = excluded.wall_s,"
	    " full_ms = coalesce(excluded.full_ms,"
	    " iif(boot_id = excluded.boot_id, full_ms, NULL)),"
	    " boot_id = excluded.boot_id, boot_ms = excluded.boot_ms,"
	    " service = excluded.service",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member_id);
	if (r == 0)
		r = db_bind_integer(stmt, 2, clock_wall(proofs->clock).s);
	if (r == 0)
		r = db_bind_text(stmt, 3, proofs->boot_id);
	if (r == 0)
		r = db_bind_integer(stmt, 4, boot_ms);
	if (r == 0)
		r = db_bind_text(stmt, 5, service);
	if (r == 0)
		r = db_bind_integer(stmt, 6, factor == PROOFS_FULL);
	return r == 0 ? db_run_soon(proofs->db, stmt) : r;
}

static int64_t
age_ms(struct proofs *proofs, const char *member_id, const char *sql)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int64_t age = -1;

	if (db_prepare(proofs->db, sql, &stmt) != 0 ||
	    db_bind_text(stmt, 1, member_id) != 0 ||
	    db_bind_text(stmt, 2, proofs->boot_id) != 0 ||
	    db_step(stmt, &step) != 0 || step != DB_ROW)
		return -1;
	age = clock_boot(proofs->clock).ms - db_integer(stmt, 0);
	db_reset(stmt);
	return age >= 0 ? age : -1;
}

int64_t
proofs_age_ms(struct proofs *proofs, const char *member_id)
{
	return age_ms(proofs, member_id,
	    "SELECT full_ms FROM proofs WHERE member_id = ?1"
	    " AND boot_id = ?2 AND full_ms IS NOT NULL");
}

int64_t
proofs_any_age_ms(struct proofs *proofs, const char *member_id)
{
	return age_ms(proofs, member_id,
	    "SELECT boot_ms FROM proofs WHERE member_id = ?1"
	    " AND boot_id = ?2");
}

int
proofs_forget(struct proofs *proofs, const char *member_id)
{
	struct db_stmt *stmt = NULL;
	int r = db_prepare(
	    proofs->db, "DELETE FROM proofs WHERE member_id = ?1", &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member_id);
	return r == 0 ? db_run_alone(proofs->db, stmt) : r;
}

int
proofs_next_member(
    struct proofs *proofs, const char *after, char *out, size_t out_size)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = db_prepare(proofs->db,
	    "SELECT member_id FROM proofs WHERE member_id > ?1"
	    " ORDER BY member_id LIMIT 1",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, after);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	if (step == DB_DONE)
		return ERR_NOT_FOUND;
	r = text_copy(out, out_size, db_text(stmt, 0)) ? ERR_OK
						       : ERR_STATE_DAMAGED;
	db_reset(stmt);
	return r;
}
