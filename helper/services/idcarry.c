/*
 * idcarry.c - the import of an id map.
 *
 * Promises that no number changes hands by it: whatever stands in a whole map
 * stays, and what contradicts it is refused with the whole import.  Must not
 * know where the lines come from.
 */
#include "services/idcarry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "services/idline.h"

struct idcarry {
	struct db *db;
	struct idcarry_options options;
	bool begun;    /* the first line was read */
	uint64_t rows; /* as it says */
	uint64_t taken;
	uint64_t line; /* the number of the last one read */
	char problem[IDCARRY_PROBLEM_SIZE];
};

static int
run_sql(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(db, sql, &stmt);

	return err == 0 ? db_run(stmt) : err;
}

int
idcarry_new(struct db *db, const struct idcarry_options *options,
    struct idcarry **ret_carry)
{
	struct idcarry *carry = NULL;
	int err = run_sql(db, "DELETE FROM ids_incoming");

	if (err != 0)
		return err;
	carry = calloc(1, sizeof(*carry));
	if (carry == NULL)
		return ERR_NO_MEMORY;
	carry->db = db;
	carry->options = *options;
	*ret_carry = carry;
	return 0;
}

void
idcarry_free(struct idcarry *carry)
{
	if (carry == NULL)
		return;
	/* What stays is dropped by the next import. */
	(void)!run_sql(carry->db, "DELETE FROM ids_incoming");
	free(carry);
}

const char *
idcarry_problem(const struct idcarry *carry)
{
	return carry->problem;
}

/* Says what is wrong with the line being read. */
static int
refuse(struct idcarry *carry, int err, const char *what)
{
	(void)snprintf(carry->problem, sizeof(carry->problem),
	    "line %" PRIu64 ": %s", carry->line, what);
	return err;
}

static int
take_head(struct idcarry *carry, const char *text, size_t len)
{
	struct json *json JSON_AUTO = NULL;
	struct idline_head head = {0};
	int err = idline_read_head(text, len, &json, &head);

	if (err != 0)
		return refuse(carry, err, "not the first line of an id map");
	if (strcmp(head.organization, carry->options.organization_id) != 0)
		return refuse(carry, ERR_TOKEN_ORGANIZATION,
		    "the map of another organisation");
	if (!head.whole)
		return refuse(carry, ERR_STATE_DAMAGED,
		    "written out from a damaged map: look through it, then set "
		    "whole to true");
	carry->begun = true;
	carry->rows = head.rows;
	return 0;
}

static bool
home_valid(const char *home)
{
	return home[0] == '\0' || name_user_valid(home) ||
	    (strlen(home) <= 10 && strspn(home, "0123456789") == strlen(home));
}

/* Why a row cannot stand by itself; NULL if it can. */
static const char *
judge(const struct idcarry *carry, const struct idline *line, int *ret_err)
{
	const struct idmap_range *range = &carry->options.range;
	bool user = strcmp(line->kind, "user") == 0;
	bool ours = line->organization == NULL ||
	    strcmp(line->organization, carry->options.organization_id) == 0;

	*ret_err = ERR_NAME_INVALID;
	if (!user && strcmp(line->kind, "group") != 0)
		return "a kind that is neither user nor group";
	if (user ? !name_id_valid(line->key) : !name_group_valid(line->key))
		return "a key outside the grammar";
	if (line->name[0] != '\0' &&
	    (!line->live || !name_user_valid(line->name)))
		return "a name outside the grammar, or of a tombstone";
	if (!home_valid(line->home))
		return "a home outside the grammar";
	*ret_err = ERR_ID_OUT_OF_RANGE;
	if (name_number_reserved(line->number))
		return "a number that is reserved";
	if (ours && (line->number < range->first || line->number > range->last))
		return "a number outside [accounts] id_range";
	return NULL;
}

static int
put_row(struct idcarry *carry, const struct idline *line)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(carry->db,
	    "INSERT INTO ids_incoming (organization, kind, key, number, name,"
	    " home, state, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	    &stmt);
	const char *const texts[] = {[1] = line->organization == NULL
		? carry->options.organization_id
		: line->organization,
	    [2] = line->kind,
	    [3] = line->key,
	    [5] = line->name,
	    [6] = line->home,
	    [7] = line->live ? "live" : "tombstone"};

	for (int i = 1; i < (int)ARRAY_SIZE(texts) && err == 0; i++)
		if (texts[i] != NULL)
			err = db_bind_text(stmt, i, texts[i]);
	if (err == 0)
		err = db_bind_integer(stmt, 4, line->number);
	if (err == 0)
		err = db_bind_integer(stmt, 8, line->created_s);
	return err == 0 ? db_run(stmt) : err;
}

static int
take_line(struct idcarry *carry, const char *text, size_t len)
{
	struct json *json JSON_AUTO = NULL;
	struct idline line = {0};
	const char *why = NULL;
	int err = 0;

	carry->line++;
	if (!carry->begun)
		return take_head(carry, text, len);
	err = idline_read(text, len, &json, &line);
	if (err != 0)
		return refuse(carry, err, "not a row of an id map");
	why = judge(carry, &line, &err);
	if (why != NULL)
		return refuse(carry, err, why);
	err = put_row(carry, &line);
	if (err == ERR_EXISTS)
		return refuse(carry, err,
		    "a number, a key, a name or a home for the second time");
	carry->taken += err == 0;
	return err;
}

static int
take_lines(struct idcarry *carry, const char *lines)
{
	int err = 0;

	while (*lines != '\0' && err == 0) {
		size_t len = strcspn(lines, "\n");

		if (len > 0)
			err = take_line(carry, lines, len);
		lines += len + (lines[len] == '\n');
	}
	return err;
}

int
idcarry_take(struct idcarry *carry, const char *lines)
{
	int err = carry->problem[0] == '\0' ? db_begin(carry->db)
					    : ERR_INVALID_ARGUMENT;

	if (err != 0)
		return err;
	err = take_lines(carry, lines);
	if (err == 0)
		err = db_commit(carry->db);
	if (err == 0)
		return 0;
	db_rollback(carry->db);
	if (carry->problem[0] == '\0')
		(void)refuse(carry, err, err_text(err));
	return err;
}

/* ID_TAKEN where the query finds a row: its first column is told. */
static int
expect_none(struct idcarry *carry, const char *sql, const char *what)
{
	enum db_step step = DB_DONE;
	struct db_stmt *stmt = NULL;
	int err = db_prepare(carry->db, sql, &stmt);

	if (err == 0)
		err = db_step(stmt, &step);
	if (err != 0 || step == DB_DONE)
		return err;
	(void)snprintf(carry->problem, sizeof(carry->problem), "%s: %.128s",
	    what, db_text(stmt, 0));
	db_reset(stmt);
	return ERR_ID_TAKEN;
}

/* Against the rows of a whole map. */
static int
compare(struct idcarry *carry)
{
	int err = expect_none(carry,
	    "SELECT n.key FROM ids AS o JOIN ids_incoming AS n"
	    " USING (organization, kind, key)"
	    " WHERE n.number != o.number LIMIT 1",
	    "has another number here");

	if (err == 0)
		err = expect_none(carry,
		    "SELECT n.number FROM ids AS o JOIN ids_incoming AS n"
		    " ON n.number = o.number WHERE n.key != o.key"
		    " OR n.kind != o.kind OR n.organization != o.organization"
		    " LIMIT 1",
		    "belongs to somebody else here");
	if (err == 0)
		err = expect_none(carry,
		    "SELECT n.home FROM ids AS o JOIN ids_incoming AS n"
		    " ON n.home = o.home WHERE n.home != '' AND"
		    " (n.key != o.key OR n.kind != o.kind OR"
		    "  n.organization != o.organization) LIMIT 1",
		    "is somebody else's home here");
	return err;
}

static int
move_aside(struct idcarry *carry, struct wall_time now)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(carry->db,
	    "INSERT INTO ids_aside (moved, organization, kind, key, number,"
	    " name, home, state, created) SELECT ?1, organization, kind, key,"
	    " number, name, home, state, created FROM ids",
	    &stmt);

	if (err == 0)
		err = db_bind_integer(stmt, 1, now.s);
	if (err == 0)
		err = db_run(stmt);
	return err == 0 ? run_sql(carry->db, "DELETE FROM ids") : err;
}

/* A name that is held here stays with who holds it. */
static int
join(struct idcarry *carry)
{
	int err = run_sql(carry->db,
	    "UPDATE ids_incoming SET name = '' WHERE name IN"
	    " (SELECT name FROM ids WHERE name != '')");

	if (err == 0)
		err = run_sql(carry->db,
		    "INSERT INTO ids (organization, kind, key, number, name,"
		    " home, state, created) SELECT organization, kind, key,"
		    " number, name, home, state, created FROM ids_incoming"
		    " WHERE true ON CONFLICT (organization, kind, key)"
		    " DO NOTHING");
	if (err == 0)
		err = run_sql(carry->db, "DELETE FROM ids_incoming");
	return err;
}

int
idcarry_finish(struct idcarry *carry, struct ids *ids, struct wall_time now,
    uint64_t *ret_added)
{
	bool damaged = ids_state(ids) != 0;
	size_t before = damaged ? 0 : ids_count(ids);
	int err = 0;

	if (carry->problem[0] != '\0')
		return ERR_INVALID_ARGUMENT;
	if (!carry->begun || carry->taken != carry->rows)
		return refuse(carry, ERR_MALFORMED,
		    "the last one, but more rows were announced");
	err = db_begin(carry->db);
	if (err != 0)
		return err;
	err = damaged ? move_aside(carry, now) : compare(carry);
	if (err == 0)
		err = join(carry);
	if (err == 0)
		err = ids_seal(ids);
	if (err == 0)
		err = db_commit(carry->db);
	if (err == 0) {
		*ret_added = ids_count(ids) - before;
		return 0;
	}
	db_rollback(carry->db);
	/* When even this fails, nothing is given out from now on. */
	(void)!ids_load(ids);
	return err;
}
