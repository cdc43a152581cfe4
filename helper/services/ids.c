/*
 * ids.c - names and numbers for members and groups, on top of the stored rows.
 *
 * Promises that a number is given once, that nobody inherits a name's home,
 * and that what this host has of its own is never given to a member.  Must not
 * know how the rows are stored, nor what is published.
 */
#include "services/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/err.h"
#include "rules/table.h"
#include "services/idrows.h"

/* A chain of renames, each to the name before, longer than this takes more
 * than one sync. */
#define ROUNDS_MAX 8

struct ids {
	struct ids_options options;
	struct idrows *rows;
	int state; /* 0: the map is whole */
	struct ids_group *groups;
	size_t group_count;
	struct members *members;
	const struct locals *locals;
	struct wall_time now;
};

/* One run of ids_assign(). */
struct run {
	struct ids *ids;
	struct members *members;
	const struct locals *locals;
	struct wall_time now;
	struct table held;    /* rows by the name that they hold */
	struct table claimed; /* members by a name that they take over */
};

static int
compare_groups(const void *a, const void *b)
{
	return strcmp(((const struct ids_group *)a)->name,
	    ((const struct ids_group *)b)->name);
}

static size_t
name_groups(const struct access_policy *policy, struct ids_group *groups)
{
	size_t count = 0;

	if (policy->everyone[0] != '\0')
		groups[count++].name = policy->everyone;
	for (size_t i = 0; i < policy->mapping_count; i++) {
		const struct access_mapping *m = policy->mappings[i];

		for (size_t j = 0; j < m->group_count; j++)
			groups[count++].name = m->groups[j];
	}
	return count;
}

/* The names that the policy speaks of, once each. */
static int
collect_groups(struct ids *ids)
{
	const struct access_policy *policy = ids->options.policy;
	struct ids_group *groups = NULL;
	size_t most = 1;
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < policy->mapping_count; i++)
		most += policy->mappings[i]->group_count;
	groups = calloc(most, sizeof(*groups));
	if (groups == NULL)
		return ERR_NO_MEMORY;
	count = name_groups(policy, groups);
	qsort(groups, count, sizeof(*groups), compare_groups);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 ||
		    strcmp(groups[kept - 1].name, groups[i].name) != 0)
			groups[kept++] = groups[i];
	ids->groups = groups;
	ids->group_count = kept;
	return 0;
}

int
ids_new(struct db *db, const struct ids_options *options, struct ids **ret_ids)
{
	struct ids *ids = calloc(1, sizeof(*ids));
	int err = 0;

	if (ids == NULL)
		return ERR_NO_MEMORY;
	ids->options = *options;
	ids->state = ERR_STATE_DAMAGED;
	err = idrows_new(db, options->organization_id, &ids->rows);
	if (err == 0)
		err = collect_groups(ids);
	if (err != 0) {
		ids_free(ids);
		return err;
	}
	*ret_ids = ids;
	return 0;
}

void
ids_free(struct ids *ids)
{
	if (ids == NULL)
		return;
	idrows_free(ids->rows);
	free(ids->groups);
	free(ids);
}

int
ids_load(struct ids *ids)
{
	ids->state = idrows_load(ids->rows);
	return ids->state;
}

int
ids_state(const struct ids *ids)
{
	return ids->state;
}

void
ids_lose(struct ids *ids)
{
	ids->state = ERR_STATE_DAMAGED;
}

int
ids_seal(struct ids *ids)
{
	ids->state = idrows_seal(ids->rows);
	return ids->state;
}

size_t
ids_count(const struct ids *ids)
{
	return idrows_count(ids->rows);
}

static int
digest(const struct ids *ids, enum idrow_kind kind, const char *key,
    uint64_t *ret_digest)
{
	struct buf text BUF_AUTO = {.limit = 8192};

	buf_put_format(&text, "orglogin id 1\n%s\n%s\n%s",
	    ids->options.organization_id, kind == IDROW_USER ? "user" : "group",
	    key);
	return idrows_digest(&text, ret_digest);
}

static bool
number_taken(void *arg, uint32_t number)
{
	const struct run *run = arg;

	return idrows_has_number(run->ids->rows, number) ||
	    locals_has_number(run->locals, number);
}

/*
 * The row of a member or group, with a number from now on.  given: the
 * source's own number or 0; one that cannot be used gives no row at all, so
 * that mending it at the source is enough.
 */
static int
take_row(struct run *run, enum idrow_kind kind, const char *key, uint32_t given,
    struct idrow **ret_row)
{
	const struct idmap_range *range = &run->ids->options.range;
	struct idrow *row = idrows_get(run->ids->rows, kind, key);
	uint32_t number = given;
	uint64_t hash = 0;
	int err = 0;

	if (row != NULL) {
		row->changed = row->changed || !row->live;
		row->live = true;
		*ret_row = row;
		return 0;
	}
	if (given != 0) {
		err = idmap_given(range, given, number_taken, run);
	} else {
		err = digest(run->ids, kind, key, &hash);
		if (err == 0)
			err =
			    idmap_pick(range, hash, number_taken, run, &number);
	}
	if (err != 0)
		return err;
	return idrows_add(
	    run->ids->rows, kind, key, number, run->now.s, ret_row);
}

/* Who left gives the name back, and keeps number and home as a tombstone. */
static void
bury(struct run *run)
{
	struct idrows *rows = run->ids->rows;

	for (size_t i = 0; i < idrows_count(rows); i++) {
		struct idrow *row = idrows_at(rows, i);

		if (!row->ours || !row->live || row->kind != IDROW_USER ||
		    members_by_id(run->members, row->key) != NULL)
			continue;
		row->live = false;
		row->name[0] = '\0';
		row->changed = true;
	}
}

static bool
row_has_name(const void *entry, const void *key)
{
	return strcmp(((const struct idrow *)entry)->name, key) == 0;
}

static bool
member_has_user(const void *entry, const void *key)
{
	return strcmp(((const struct member *)entry)->user, key) == 0;
}

static int
index_held(struct run *run)
{
	struct idrows *rows = run->ids->rows;
	int err = 0;

	for (size_t i = 0; i < idrows_count(rows) && err == 0; i++) {
		struct idrow *row = idrows_at(rows, i);

		if (row->ours && row->live && row->kind == IDROW_USER &&
		    row->name[0] != '\0')
			err = table_put(&run->held,
			    table_hash_text(&run->held, row->name), row);
	}
	return err;
}

static bool
is_group_name(const struct ids *ids, const char *name)
{
	const struct ids_group key = {.name = name};

	return bsearch(&key, ids->groups, ids->group_count,
		   sizeof(*ids->groups), compare_groups) != NULL;
}

/* Why this host cannot give the name to any member; 0 if it can. */
static int
blocked(const struct run *run, const char *name)
{
	if (locals_has_user(run->locals, name))
		return ERR_LOCAL_USER;
	if (locals_has_group(run->locals, name) ||
	    is_group_name(run->ids, name))
		return ERR_NAME_TAKEN;
	return username_privileged(name) ? ERR_NAME_PRIVILEGED : 0;
}

static bool
taken_by_other(const struct run *run, const struct idrow *row, const char *name)
{
	const struct idrow *holder = table_get(
	    &run->held, table_hash_text(&run->held, name), row_has_name, name);

	return (holder != NULL && holder != row) ||
	    table_get(&run->claimed, table_hash_text(&run->claimed, name),
		member_has_user, name) != NULL;
}

/* The name that the source says now, else the one that is held. */
static int
choose(struct run *run, const struct member *member, const struct idrow *row,
    char out[NAME_USER_MAX + 1])
{
	char wanted[NAME_USER_MAX + 1] = "";
	int reason = username_of(run->ids->options.username, member, wanted);

	if (reason == 0)
		reason = blocked(run, wanted);
	if (reason == 0 && taken_by_other(run, row, wanted))
		reason = ERR_NAME_TAKEN;
	if (reason != 0 && row->name[0] != '\0' &&
	    strcmp(row->name, wanted) != 0 && blocked(run, row->name) == 0) {
		memcpy(wanted, row->name, sizeof(wanted));
		reason = 0;
	}
	if (reason == 0)
		memcpy(out, wanted, sizeof(wanted));
	return reason;
}

static int
take_home(struct run *run, struct idrow *row, const char *user)
{
	char number[NAME_USER_MAX + 1];

	if (row->home[0] != '\0')
		return 0;
	(void)snprintf(number, sizeof(number), "%u", row->number);
	return idrows_set_home(run->ids->rows, row,
	    idrows_has_home(run->ids->rows, user) ? number : user);
}

static int
accept_name(struct run *run, size_t index, struct idrow *row,
    const char user[NAME_USER_MAX + 1])
{
	int err = members_assign(run->members, index, user, row->number, 0);

	if (err != 0 || strcmp(row->name, user) == 0)
		return err;
	err = take_home(run, row, user);
	if (err == 0)
		err = table_put(&run->claimed,
		    table_hash_text(&run->claimed, user),
		    members_at(run->members, index));
	return err;
}

/* Reasons are of this member alone; anything else is a fault. */
static bool
is_reason(int err)
{
	return err == ERR_NAME_INVALID || err == ERR_NAME_TAKEN ||
	    err == ERR_NAME_PRIVILEGED || err == ERR_LOCAL_USER ||
	    err == ERR_ID_TAKEN || err == ERR_ID_OUT_OF_RANGE ||
	    err == ERR_ID_EXHAUSTED;
}

static int
assign_member(struct run *run, size_t index)
{
	const struct member *member = members_at(run->members, index);
	char user[NAME_USER_MAX + 1] = "";
	struct idrow *row = NULL;
	int err =
	    take_row(run, IDROW_USER, member->id, member->given_uid, &row);

	if (err == 0 && locals_has_number(run->locals, row->number))
		err = ERR_ID_TAKEN;
	if (err == 0)
		err = choose(run, member, row, user);
	if (err == 0)
		return accept_name(run, index, row, user);
	if (!is_reason(err))
		return err;
	return members_assign(run->members, index, "", 0, err);
}

/* Only when all have chosen, so that nobody's name depends on who was looked at
 * first.  True: a name was given up, which somebody else may want. */
static bool
write_names(struct run *run)
{
	bool given_up = false;

	for (size_t i = 0; i < members_count(run->members); i++) {
		const struct member *member = members_at(run->members, i);
		struct idrow *row =
		    idrows_get(run->ids->rows, IDROW_USER, member->id);

		if (row == NULL || member->user[0] == '\0' ||
		    strcmp(row->name, member->user) == 0)
			continue;
		given_up = given_up || row->name[0] != '\0';
		memcpy(row->name, member->user, strlen(member->user) + 1);
		row->changed = true;
	}
	return given_up;
}

static int
assign_members(struct run *run, bool *ret_again)
{
	int err = 0;

	table_clear(&run->held);
	table_clear(&run->claimed);
	err = index_held(run);
	for (size_t i = 0; i < members_count(run->members) && err == 0; i++)
		err = assign_member(run, i);
	if (err == 0)
		*ret_again = write_names(run);
	return err;
}

static int
assign_group(struct run *run, struct ids_group *group)
{
	struct idrow *row = NULL;
	int err = 0;

	group->gid = 0;
	group->reason = name_group_valid(group->name) ? 0 : ERR_NAME_INVALID;
	if (username_privileged(group->name))
		group->reason = ERR_NAME_PRIVILEGED;
	if (locals_has_group(run->locals, group->name))
		group->reason = ERR_NAME_TAKEN;
	if (group->reason != 0)
		return 0;
	err = take_row(run, IDROW_GROUP, group->name, 0, &row);
	if (err == 0 && locals_has_number(run->locals, row->number))
		err = ERR_ID_TAKEN;
	if (err != 0 && !is_reason(err))
		return err;
	group->reason = err;
	group->gid = err == 0 ? row->number : 0;
	return 0;
}

static int
run_all(struct run *run)
{
	struct ids *ids = run->ids;
	bool again = true;
	int err = 0;

	bury(run);
	for (int round = 0; round < ROUNDS_MAX && again && err == 0; round++)
		err = assign_members(run, &again);
	for (size_t i = 0; i < ids->group_count && err == 0; i++)
		err = assign_group(run, &ids->groups[i]);
	return err == 0 ? members_index(run->members) : err;
}

int
ids_assign_start(struct ids *ids, struct members *members,
    const struct locals *locals, struct wall_time now)
{
	if (ids->state != 0)
		return ids->state;
	ids->members = members;
	ids->locals = locals;
	ids->now = now;
	return 0;
}

int
ids_assign_step(struct ids *ids, size_t members_max, bool *ret_done)
{
	struct run run = {.ids = ids,
	    .members = ids->members,
	    .locals = ids->locals,
	    .now = ids->now};
	int err = members_max == 0 ? ERR_INVALID_ARGUMENT : run_all(&run);

	table_done(&run.held);
	table_done(&run.claimed);
	*ret_done = err == 0;
	return err;
}

int
ids_save(struct ids *ids, size_t rows_max, bool *ret_done)
{
	int err = rows_max == 0 ? ERR_INVALID_ARGUMENT : idrows_save(ids->rows);

	*ret_done = err == 0;
	return err;
}

int
ids_assign_one(struct ids *ids, struct members *members, size_t index,
    const struct locals *locals, struct wall_time now)
{
	struct run run = {
	    .ids = ids, .members = members, .locals = locals, .now = now};
	struct member member;
	int err = ids->state;

	if (err == 0 && !members_get(members, index, &member))
		err = ERR_INVALID_ARGUMENT;
	if (err == 0)
		err = run_all(&run);
	table_done(&run.held);
	table_done(&run.claimed);
	return err;
}

int
ids_assign(struct ids *ids, struct members *members,
    const struct locals *locals, struct wall_time now)
{
	bool done = false;
	int err = ids_assign_start(ids, members, locals, now);

	while (err == 0 && !done)
		err = ids_assign_step(ids, MEMBERS_MAX, &done);
	done = false;
	while (err == 0 && !done)
		err = ids_save(ids, SIZE_MAX, &done);
	return err;
}

const char *
ids_home(const struct ids *ids, const char *member_id)
{
	const struct idrow *row = idrows_get(ids->rows, IDROW_USER, member_id);

	return row == NULL ? "" : row->home;
}

uint32_t
ids_number(const struct ids *ids, const char *member_id)
{
	const struct idrow *row = idrows_get(ids->rows, IDROW_USER, member_id);

	return row == NULL ? 0 : row->number;
}

size_t
ids_group_count(const struct ids *ids)
{
	return ids->group_count;
}

const struct ids_group *
ids_group(const struct ids *ids, size_t index)
{
	return &ids->groups[index];
}
