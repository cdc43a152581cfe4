/*
 * attempts.c - the table of wrong tries in state.db.
 *
 * Owns the counts and how many sources are remembered; which count waits how
 * long is rules/backoff.  Promises that what cannot be counted is not tried.
 * Must not know what is tried, nor whether it was right before it is told.
 */
#include "services/attempts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/backoff.h"

struct attempts {
	struct db *db;
	const struct clock *clock;
	char *boot_id;
};

/* As they stand in the database. */
static const char *const kinds[] = {
    [ATTEMPTS_PIN] = "pin",
    [ATTEMPTS_TOTP] = "totp",
    [ATTEMPTS_PASSWORD] = "password",
    [ATTEMPTS_SOURCE] = "source",
};

int
attempts_new(struct db *db, const struct clock *clock, const char *boot_id,
    struct attempts **ret_attempts)
{
	struct attempts *attempts = calloc(1, sizeof(*attempts));

	if (attempts == NULL)
		return ERR_NO_MEMORY;
	*attempts = (struct attempts){
	    .db = db, .clock = clock, .boot_id = strdup(boot_id)};
	if (attempts->boot_id == NULL) {
		attempts_free(attempts);
		return ERR_NO_MEMORY;
	}
	*ret_attempts = attempts;
	return ERR_OK;
}

void
attempts_free(struct attempts *attempts)
{
	if (attempts == NULL)
		return;
	free(attempts->boot_id);
	free(attempts);
}

static int
prepare(struct attempts *a, const char *sql, enum attempts_kind kind,
    const char *key, struct db_stmt **ret_stmt)
{
	int r = db_prepare(a->db, sql, ret_stmt);

	if (r == 0)
		r = db_bind_text(*ret_stmt, 1, kinds[kind]);
	return r == 0 ? db_bind_text(*ret_stmt, 2, key) : r;
}

struct past {
	uint32_t failures;
	int64_t rested_ms; /* since the last one */
};

static int
look_up(struct attempts *a, enum attempts_kind kind, const char *key,
    struct past *ret_past)
{
	struct past past = {.rested_ms = clock_boot(a->clock).ms};
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = prepare(a,
	    "SELECT failures, boot_id, boot_ms FROM attempts"
	    " WHERE kind = ?1 AND key = ?2",
	    kind, key, &stmt);

	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	if (step == DB_ROW) {
		past.failures = (uint32_t)db_integer(stmt, 0);
		if (strcmp(db_text(stmt, 1), a->boot_id) == 0)
			past.rested_ms -= db_integer(stmt, 2);
		db_reset(stmt);
	}
	*ret_past = past;
	return ERR_OK;
}

/* Anybody who can connect may be wrong for others too, so that this must shut
 * nobody out. */
static bool
is_open_to_all(enum attempts_kind kind)
{
	return kind == ATTEMPTS_SOURCE || kind == ATTEMPTS_PASSWORD;
}

static int64_t
wait_ms_of(enum attempts_kind kind, uint32_t failures)
{
	uint32_t free = kind == ATTEMPTS_SOURCE ? ATTEMPTS_SOURCE_FREE : 0;
	int64_t wait_s = backoff_wait_s(failures > free ? failures - free : 0);

	if (is_open_to_all(kind) && wait_s > ATTEMPTS_OPEN_WAIT_S)
		wait_s = ATTEMPTS_OPEN_WAIT_S;
	return wait_s * 1000;
}

static int
may_try(enum attempts_kind kind, const struct past *past, int64_t *ret_wait_s)
{
	int64_t left_ms = wait_ms_of(kind, past->failures) - past->rested_ms;

	if (!is_open_to_all(kind) && backoff_locked(past->failures))
		return ERR_FACTOR_LOCKED;
	if (left_ms <= 0)
		return ERR_OK;
	if (ret_wait_s != NULL)
		*ret_wait_s = (left_ms + 999) / 1000;
	return ERR_TRY_LATER;
}

static int
count_sources(struct attempts *a, int64_t *ret_count)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = db_prepare(a->db,
	    "SELECT count(*) FROM attempts WHERE kind = 'source'", &stmt);

	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	*ret_count = db_integer(stmt, 0);
	db_reset(stmt);
	return ERR_OK;
}

/* Of those that rest long enough to have no wait left; other boots first. */
static int
drop_oldest_source(struct attempts *a)
{
	struct db_stmt *stmt = NULL;
	int64_t rested_ms =
	    clock_boot(a->clock).ms - ATTEMPTS_OPEN_WAIT_S * (int64_t)1000;
	int r = db_prepare(a->db,
	    "DELETE FROM attempts WHERE (kind, key) IN (SELECT kind, key"
	    " FROM attempts WHERE kind = 'source' AND"
	    " CASE boot_id WHEN ?1 THEN boot_ms ELSE 0 END <= ?2"
	    " ORDER BY boot_id = ?1,"
	    " CASE boot_id WHEN ?1 THEN boot_ms ELSE wall_s END LIMIT 1)",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, a->boot_id);
	if (r == 0)
		r = db_bind_integer(stmt, 2, rested_ms);
	return r == 0 ? db_run_soon(a->db, stmt) : r;
}

/* A new source needs a place. */
static int
make_room(struct attempts *a)
{
	int64_t count = 0;
	int r = count_sources(a, &count);

	if (r != 0 || count < ATTEMPTS_SOURCES_MAX)
		return r;
	r = drop_oldest_source(a);
	if (r == 0)
		r = count_sources(a, &count);
	return r == 0 && count >= ATTEMPTS_SOURCES_MAX ? ERR_ATTEMPTS_FULL : r;
}

static int
prepare_count(struct attempts *a, enum attempts_kind kind, const char *key,
    struct db_stmt **ret_stmt)
{
	struct db_stmt *stmt = NULL;
	int r = prepare(a,
	    "INSERT INTO attempts"
	    " (kind, key, failures, boot_id, boot_ms, wall_s)"
	    " VALUES (?1, ?2, 1, ?3, ?4, ?5) ON CONFLICT (kind, key)"
	    " DO UPDATE SET failures = min(failures + 1, 4294967295),"
	    " boot_id = ?3, boot_ms = ?4, wall_s = ?5",
	    kind, key, &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 3, a->boot_id);
	if (r == 0)
		r = db_bind_integer(stmt, 4, clock_boot(a->clock).ms);
	if (r == 0)
		r = db_bind_integer(stmt, 5, clock_wall(a->clock).s);
	if (r == 0)
		*ret_stmt = stmt;
	return r;
}

int
attempts_ask(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s)
{
	struct past past = {0};
	int r = look_up(attempts, kind, key, &past);

	return r == 0 ? may_try(kind, &past, ret_wait_s) : r;
}

static int
begin(struct attempts *a, enum attempts_kind kind, const char *key,
    int64_t *ret_wait_s, struct db_stmt **ret_stmt)
{
	struct past past = {0};
	int r = look_up(a, kind, key, &past);

	if (r == 0)
		r = may_try(kind, &past, ret_wait_s);
	if (r == 0 && kind == ATTEMPTS_SOURCE && past.failures == 0)
		r = make_room(a);
	return r == 0 ? prepare_count(a, kind, key, ret_stmt) : r;
}

int
attempts_begin(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s)
{
	struct db_stmt *stmt = NULL;
	int r = begin(attempts, kind, key, ret_wait_s, &stmt);

	return r == 0 ? db_run_alone(attempts->db, stmt) : r;
}

int
attempts_begin_soon(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s)
{
	struct db_stmt *stmt = NULL;
	int r = begin(attempts, kind, key, ret_wait_s, &stmt);

	return r == 0 ? db_run_soon(attempts->db, stmt) : r;
}

int
attempts_clear(
    struct attempts *attempts, enum attempts_kind kind, const char *key)
{
	struct db_stmt *stmt = NULL;
	int r = prepare(attempts,
	    "DELETE FROM attempts WHERE kind = ?1 AND key = ?2", kind, key,
	    &stmt);

	return r == 0 ? db_run_soon(attempts->db, stmt) : r;
}

int
attempts_get(struct attempts *attempts, enum attempts_kind kind,
    const char *key, uint32_t *ret_failures)
{
	struct past past = {0};
	int r = look_up(attempts, kind, key, &past);

	if (r == 0)
		*ret_failures = past.failures;
	return r;
}
