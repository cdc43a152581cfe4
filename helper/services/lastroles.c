/*
 * lastroles.c - the table of the last tokens' roles, in memory and on disk.
 *
 * Promises that what was told last is what is known, whatever became of the
 * disk.  Must not know what a role entitles to, nor for how long.
 */
#include "services/lastroles.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/name.h"
#include "rules/table.h"
#include "services/confirmed.h"

/* What one token told. */
struct told {
	struct confirmed when; /* not known: nothing was told */
	int reason;
	char *text; /* of the roles, each with its NUL */
	const char **roles;
	size_t role_count;
};

struct entry {
	struct entry *next;
	struct told told;
	bool counted; /* as they were recorded or last followed */
	char member_id[];
};

struct lastroles {
	struct db *db;
	const struct clock *clock;
	char boot_id[CLOCK_BOOT_ID_SIZE];
	struct entry *all;
	struct table by_member;
};

static void
told_done(struct told *told)
{
	free(told->text);
	free(told->roles);
	*told = (struct told){0};
}
#define TOLD_AUTO CLEANUP(told_done)

/* Takes lines apart. INVALID_ARGUMENT: one of them is no role id. */
static int
take_roles(struct told *told, const char *lines)
{
	told->text = strdup(lines);
	told->roles = calloc(MEMBERS_CLAIMED_MAX, sizeof(*told->roles));
	if (told->text == NULL || told->roles == NULL)
		return ERR_NO_MEMORY;
	for (char *line = told->text; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		bool last = line[len] == '\0';

		line[len] = '\0';
		if (told->role_count == MEMBERS_CLAIMED_MAX ||
		    !name_role_valid(line))
			return ERR_INVALID_ARGUMENT;
		told->roles[told->role_count++] = line;
		line += last ? len : len + 1;
	}
	return ERR_OK;
}

static bool
same_member(const void *entry, const void *key)
{
	return strcmp(((const struct entry *)entry)->member_id, key) == 0;
}

static struct entry *
find(const struct lastroles *lastroles, const char *member_id)
{
	return table_get(&lastroles->by_member,
	    table_hash_text(&lastroles->by_member, member_id), same_member,
	    member_id);
}

static int
add(struct lastroles *lastroles, const char *member_id,
    struct entry **ret_entry)
{
	size_t size = strnlen(member_id, NAME_ID_MAX) + 1;
	struct entry *entry = NULL;
	int r = ERR_OK;

	if (!name_id_valid(member_id))
		return ERR_INVALID_ARGUMENT;
	entry = calloc(1, sizeof(*entry) + size);
	if (entry == NULL)
		return ERR_NO_MEMORY;
	memcpy(entry->member_id, member_id, size);
	r = table_put(&lastroles->by_member,
	    table_hash_text(&lastroles->by_member, member_id), entry);
	if (r != 0) {
		free(entry);
		return r;
	}
	entry->next = lastroles->all;
	lastroles->all = entry;
	*ret_entry = entry;
	return ERR_OK;
}

/* Moves what was told into memory, in the place of what was told before. */
static int
keep(struct lastroles *lastroles, const char *member_id, struct told *told)
{
	struct entry *entry = find(lastroles, member_id);
	int r = entry != NULL ? ERR_OK : add(lastroles, member_id, &entry);

	if (r != 0)
		return r;
	told_done(&entry->told);
	entry->told = *told;
	*told = (struct told){0};
	entry->counted = entry->told.role_count > 0;
	return ERR_OK;
}

static int
read_reason(const char *name, int *ret_reason)
{
	enum err reason = ERR_OK;
	int r = name[0] == '\0' ? ERR_OK : err_from_name(name, &reason);

	if (r == 0)
		*ret_reason = reason;
	return r;
}

static int
read_row(struct lastroles *lastroles, struct db_stmt *stmt)
{
	struct told told TOLD_AUTO = {.when = {.known = true}};
	const char *boot_id = db_text(stmt, 4);
	int r = take_roles(&told, db_text(stmt, 1));

	told.when.wall.s = told.when.seen.s = db_integer(stmt, 3);
	told.when.boot.ms = db_integer(stmt, 5);
	if (r == 0 &&
	    (strlen(boot_id) != CLOCK_BOOT_ID_SIZE - 1 ||
		told.when.wall.s < 0 || told.when.boot.ms < 0))
		r = ERR_STATE_DAMAGED;
	if (r == 0) {
		memcpy(told.when.boot_id, boot_id, CLOCK_BOOT_ID_SIZE);
		r = read_reason(db_text(stmt, 2), &told.reason);
	}
	if (r == 0)
		r = keep(lastroles, db_text(stmt, 0), &told);
	return r == 0 || r == ERR_NO_MEMORY ? r : ERR_STATE_DAMAGED;
}

static int
load(struct lastroles *lastroles)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
	int r = db_prepare(lastroles->db,
	    "SELECT member_id, roles, reason, wall_s, boot_id, boot_ms"
	    " FROM token_roles",
	    &stmt);

	while (r == 0) {
		r = db_step(stmt, &step);
		if (r != 0 || step == DB_DONE)
			break;
		r = read_row(lastroles, stmt);
	}
	if (stmt != NULL)
		db_reset(stmt);
	return r;
}

int
lastroles_new(struct db *db, const struct clock *clock, const char *boot_id,
    struct lastroles **ret_lastroles)
{
	struct lastroles *lastroles LASTROLES_AUTO =
	    calloc(1, sizeof(*lastroles));
	int r = ERR_NO_MEMORY;

	if (lastroles == NULL)
		return r;
	lastroles->db = db;
	lastroles->clock = clock;
	if (strlen(boot_id) != CLOCK_BOOT_ID_SIZE - 1)
		return ERR_INVALID_ARGUMENT;
	memcpy(lastroles->boot_id, boot_id, CLOCK_BOOT_ID_SIZE);
	r = load(lastroles);
	if (r == 0)
		*ret_lastroles = TAKE(lastroles);
	return r;
}

void
lastroles_free(struct lastroles *lastroles)
{
	if (lastroles == NULL)
		return;
	while (lastroles->all != NULL) {
		struct entry *next = lastroles->all->next;

		told_done(&lastroles->all->told);
		free(lastroles->all);
		lastroles->all = next;
	}
	table_done(&lastroles->by_member);
	free(lastroles);
}

static int
store(struct lastroles *lastroles, const char *member_id, const char *lines,
    int reason, const struct confirmed *when)
{
	struct db_stmt *stmt = NULL;
	int r = db_prepare(lastroles->db,
	    "INSERT OR REPLACE INTO token_roles"
	    " (member_id, roles, reason, wall_s, boot_id, boot_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member_id);
	if (r == 0)
		r = db_bind_text(stmt, 2, lines);
	if (r == 0)
		r = db_bind_text(stmt, 3, reason == 0 ? "" : err_name(reason));
	if (r == 0)
		r = db_bind_integer(stmt, 4, when->wall.s);
	if (r == 0)
		r = db_bind_text(stmt, 5, when->boot_id);
	if (r == 0)
		r = db_bind_integer(stmt, 6, when->boot.ms);
	return r == 0 ? db_run_alone(lastroles->db, stmt) : r;
}

/* One a line; none where the token could not tell them. */
static int
put_roles(struct buf *lines, const struct tokenroles *told)
{
	if (told->role_count > MEMBERS_CLAIMED_MAX)
		return ERR_INVALID_ARGUMENT;
	buf_init(lines, MEMBERS_CLAIMED_MAX * (NAME_ROLE_MAX + 1));
	buf_put_text(lines, "");
	for (size_t i = 0; told->reason == 0 && i < told->role_count; i++) {
		if (!name_role_valid(told->roles[i]))
			return ERR_INVALID_ARGUMENT;
		buf_put_format(
		    lines, "%s%s", i == 0 ? "" : "\n", told->roles[i]);
	}
	return buf_fault(lines);
}

int
lastroles_record(struct lastroles *lastroles, const char *member_id,
    const struct tokenroles *told)
{
	const struct confirmed now =
	    confirmed_now(lastroles->clock, lastroles->boot_id);
	struct told copy TOLD_AUTO = {.when = now, .reason = told->reason};
	struct buf lines BUF_AUTO = {0};
	int r = put_roles(&lines, told);

	if (r == 0)
		r = take_roles(&copy, buf_text(&lines));
	if (r == 0)
		r = keep(lastroles, member_id, &copy);
	return r == 0
	    ? store(lastroles, member_id, buf_text(&lines), told->reason, &now)
	    : r;
}

static struct tokenroles
with_age(const struct lastroles *lastroles, const struct entry *entry)
{
	return (struct tokenroles){
	    .roles = entry->told.roles,
	    .role_count = entry->told.role_count,
	    .reason = entry->told.reason,
	    .age_ms = confirmed_age_ms(
		&entry->told.when, lastroles->clock, lastroles->boot_id),
	};
}

struct tokenroles
lastroles_get(const struct lastroles *lastroles, const char *member_id)
{
	const struct entry *entry = find(lastroles, member_id);

	return entry == NULL ? (struct tokenroles){.age_ms = -1}
			     : with_age(lastroles, entry);
}

bool
lastroles_add(const struct lastroles *lastroles, int64_t limit_s,
    struct member *member, struct tokenroles_room *room)
{
	struct tokenroles token;

	if (lastroles == NULL)
		return false;
	token = lastroles_get(lastroles, member->id);
	if (tokenroles_left_ms(&token, limit_s) < 0)
		return false;
	*member = tokenroles_member(member, &token, limit_s, room);
	return true;
}

bool
lastroles_counted(const struct lastroles *lastroles, const char *member_id)
{
	const struct entry *entry = find(lastroles, member_id);

	return entry != NULL && entry->counted;
}

int64_t
lastroles_follow(
    struct lastroles *lastroles, int64_t limit_s, lastroles_fn *fn, void *arg)
{
	int64_t soonest_ms = INT64_MAX;

	for (struct entry *e = lastroles->all; e != NULL; e = e->next) {
		const struct tokenroles token = with_age(lastroles, e);
		int64_t left_ms = tokenroles_left_ms(&token, limit_s);

		if (e->counted != (left_ms >= 0))
			fn(arg, e->member_id);
		e->counted = left_ms >= 0;
		if (left_ms >= 0 && left_ms < soonest_ms)
			soonest_ms = left_ms;
	}
	return soonest_ms;
}

int
lastroles_forget(struct lastroles *lastroles, const char *member_id)
{
	struct entry *entry = find(lastroles, member_id);
	struct db_stmt *stmt = NULL;
	int r = db_prepare(lastroles->db,
	    "DELETE FROM token_roles WHERE member_id = ?1", &stmt);

	if (entry != NULL) {
		told_done(&entry->told);
		entry->counted = false;
	}
	if (r == 0)
		r = db_bind_text(stmt, 1, member_id);
	return r == 0 ? db_run_alone(lastroles->db, stmt) : r;
}
