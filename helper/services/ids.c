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
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "rules/memberorder.h"
#include "services/idclaims.h"
#include "services/idrows.h"

/* A longer chain of renames takes more than one sync. */
#define ROUNDS_MAX 8
#define ORDER_MOVES 32 /* together less work than one member */

/* In their order. */
enum phase {
	PHASE_ORDER,
	PHASE_BURY,
	PHASE_ROUND,
	PHASE_RENAME,
	PHASE_GROUPS,
	PHASE_DONE
};

/* One run over a list, in slices. */
struct run {
	struct members *members;
	const struct locals *locals;
	struct wall_time now;
	enum phase phase;
	size_t at; /* in the rows, the members or the claims */
	struct memberorder order;
	bool ordered;
	int round;
	struct idclaims claims; /* of the round */
};

struct ids {
	struct ids_options options;
	struct idrows *rows;
	int state; /* 0: the map is whole */
	struct ids_group *groups;
	size_t group_count;
	struct run run;
	struct buf text; /* of a digest in the making */
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
	ids->run.phase = PHASE_DONE;
	buf_init(&ids->text, 8192);
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

static void
end_run(struct ids *ids)
{
	memberorder_done(&ids->run.order);
	idclaims_done(&ids->run.claims);
	ids->run = (struct run){.phase = PHASE_DONE};
}

void
ids_free(struct ids *ids)
{
	if (ids == NULL)
		return;
	end_run(ids);
	buf_done(&ids->text);
	idrows_free(ids->rows);
	free(ids->groups);
	free(ids);
}

int
ids_load(struct ids *ids)
{
	const char *snapshot = ids->options.snapshot_path;

	end_run(ids);
	ids->state = idrows_load(ids->rows);
	/* Rows are committed before anything is published. */
	if (ids->state == 0 && idrows_count(ids->rows) == 0 &&
	    snapshot != NULL && access(snapshot, F_OK) == 0)
		ids->state = ERR_STATE_DAMAGED;
	return ids->state;
}

int
ids_state(const struct ids *ids)
{
	return ids->state;
}

struct idmap_range
ids_range(const struct ids *ids)
{
	return ids->options.range;
}

int
ids_wish(const struct ids *ids, const struct member *member,
    char out[NAME_USER_MAX + 1])
{
	return username_of(ids->options.username, member, out);
}

int
ids_seal(struct ids *ids)
{
	end_run(ids);
	ids->state = idrows_seal(ids->rows);
	return ids->state;
}

size_t
ids_count(const struct ids *ids)
{
	return idrows_count(ids->rows);
}

static int
digest(struct ids *ids, enum idrow_kind kind, const char *key,
    uint64_t *ret_digest)
{
	buf_reset(&ids->text);
	buf_put_text(&ids->text, "orglogin id 1\n");
	buf_put_text(&ids->text, ids->options.organization_id);
	buf_put_text(&ids->text, kind == IDROW_USER ? "\nuser\n" : "\ngroup\n");
	buf_put_text(&ids->text, key);
	return idrows_digest(ids->rows, &ids->text, ret_digest);
}

static bool
number_taken(void *arg, uint32_t number)
{
	const struct ids *ids = arg;

	return idrows_has_number(ids->rows, number) ||
	    locals_has_number(ids->run.locals, number);
}

/* The row of a member or group, with a number from now on.  given: the source's
 * own or 0; one that cannot be used gives no row at all, so that mending it
 * there is enough. */
static int
take_row(struct ids *ids, enum idrow_kind kind, const char *key, uint32_t given,
    size_t *ret_index)
{
	const struct idmap_range *range = &ids->options.range;
	size_t index = idrows_find(ids->rows, kind, key);
	uint32_t number = given;
	uint64_t hash = 0;
	int err = 0;

	if (index != IDROWS_NONE) {
		*ret_index = index;
		return idrows_set_live(ids->rows, index, true);
	}
	if (given != 0) {
		err = idmap_given(range, given, number_taken, ids);
	} else {
		err = digest(ids, kind, key, &hash);
		if (err == 0)
			err =
			    idmap_pick(range, hash, number_taken, ids, &number);
	}
	if (err != 0)
		return err;
	return idrows_add(
	    ids->rows, kind, key, number, ids->run.now.s, ret_index);
}

/* Who left gives the name back, and keeps number and home as a tombstone. */
static int
bury(struct ids *ids, size_t index)
{
	struct idrow row;
	struct member member;

	idrows_get(ids->rows, index, &row);
	if (!row.ours || !row.live || row.kind != IDROW_USER ||
	    members_get_id(ids->run.members, row.key, &member))
		return 0;
	return idrows_set_live(ids->rows, index, false);
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
blocked(const struct ids *ids, const char *name)
{
	if (locals_has_user(ids->run.locals, name))
		return ERR_LOCAL_USER;
	if (locals_has_group(ids->run.locals, name) || is_group_name(ids, name))
		return ERR_NAME_TAKEN;
	return username_privileged(name) ? ERR_NAME_PRIVILEGED : 0;
}

static bool
taken_by_other(const struct ids *ids, size_t row, const char *name)
{
	size_t holder = idrows_find_name(ids->rows, name);

	return (holder != IDROWS_NONE && holder != row) ||
	    idclaims_has(&ids->run.claims, name);
}

/* The name that the source says now, else the one that is held. */
static int
choose(const struct ids *ids, const struct member *member, size_t index,
    char out[NAME_USER_MAX + 1])
{
	char wanted[NAME_USER_MAX + 1] = "";
	struct idrow row;
	int reason = ids_wish(ids, member, wanted);

	idrows_get(ids->rows, index, &row);
	if (locals_has_number(ids->run.locals, row.number))
		return ERR_ID_TAKEN;
	if (reason == 0)
		reason = blocked(ids, wanted);
	if (reason == 0 && taken_by_other(ids, index, wanted))
		reason = ERR_NAME_TAKEN;
	if (reason != 0 && row.name[0] != '\0' &&
	    strcmp(row.name, wanted) != 0 && blocked(ids, row.name) == 0) {
		memcpy(wanted, row.name, strlen(row.name) + 1);
		reason = 0;
	}
	if (reason == 0)
		memcpy(out, wanted, sizeof(wanted));
	return reason;
}

/* The home that the row has, or will have with its first name. */
static const char *
home_of(const struct ids *ids, const struct idrow *row, const char *user,
    char number[NAME_USER_MAX + 1])
{
	if (row->home[0] != '\0' || row->name[0] != '\0')
		return row->home;
	if (!idrows_has_home(ids->rows, user))
		return user;
	(void)snprintf(number, NAME_USER_MAX + 1, "%u", row->number);
	return number;
}

/* Who has a name keeps it until all have chosen, so that nobody's name depends
 * on who was looked at first. */
static int
accept_name(struct ids *ids, size_t index, size_t row_index,
    const char user[NAME_USER_MAX + 1])
{
	char number[NAME_USER_MAX + 1];
	const char *home = NULL;
	struct idrow row;
	int err = 0;

	idrows_get(ids->rows, row_index, &row);
	home = home_of(ids, &row, user, number);
	err = members_assign(ids->run.members, index, user, row.number,
	    strcmp(home, user) == 0, 0);
	if (err != 0 || strcmp(row.name, user) == 0)
		return err;
	if (row.name[0] != '\0')
		return idclaims_add(&ids->run.claims, row_index, user);
	return row.home[0] == '\0'
	    ? idrows_settle(ids->rows, row_index, user, home)
	    : idrows_set_name(ids->rows, row_index, user);
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
assign_member(struct ids *ids, size_t index)
{
	char user[NAME_USER_MAX + 1] = "";
	struct member member;
	size_t row = IDROWS_NONE;
	int err = ERR_INVALID_ARGUMENT;

	if (members_get(ids->run.members, index, &member))
		err = take_row(
		    ids, IDROW_USER, member.id, member.given_uid, &row);
	if (err == 0)
		err = choose(ids, &member, row, user);
	if (err == 0)
		return accept_name(ids, index, row, user);
	if (!is_reason(err))
		return err;
	return members_assign(ids->run.members, index, "", 0, false, err);
}

static int
apply_rename(struct ids *ids, size_t index)
{
	const struct idclaim *claim = ids->run.claims.items[index];

	return idrows_set_name(ids->rows, claim->row, claim->name);
}

static int
assign_group(struct ids *ids, struct ids_group *group)
{
	struct idrow row;
	size_t index = IDROWS_NONE;
	int err = 0;

	group->gid = 0;
	group->reason = name_group_valid(group->name) ? 0 : ERR_NAME_INVALID;
	if (username_privileged(group->name))
		group->reason = ERR_NAME_PRIVILEGED;
	if (locals_has_group(ids->run.locals, group->name))
		group->reason = ERR_NAME_TAKEN;
	if (group->reason != 0)
		return 0;
	err = take_row(ids, IDROW_GROUP, group->name, 0, &index);
	if (err == 0) {
		idrows_get(ids->rows, index, &row);
		if (locals_has_number(ids->run.locals, row.number))
			err = ERR_ID_TAKEN;
	}
	if (err != 0 && !is_reason(err))
		return err;
	group->reason = err;
	group->gid = err == 0 ? row.number : 0;
	return 0;
}

/* How much a phase has to do, and one piece of it. */
static size_t
phase_size(const struct ids *ids)
{
	switch (ids->run.phase) {
	case PHASE_ORDER:
		return ids->run.ordered ? 0 : SIZE_MAX;
	case PHASE_BURY:
		return idrows_count(ids->rows);
	case PHASE_ROUND:
		return members_count(ids->run.members);
	case PHASE_RENAME:
		return ids->run.claims.count;
	case PHASE_GROUPS:
		return ids->group_count;
	case PHASE_DONE:
		return 0;
	}
	return 0;
}

static int
phase_piece(struct ids *ids, size_t at)
{
	switch (ids->run.phase) {
	case PHASE_ORDER:
		ids->run.ordered =
		    memberorder_step(&ids->run.order, ORDER_MOVES);
		return 0;
	case PHASE_BURY:
		return bury(ids, at);
	case PHASE_ROUND:
		return assign_member(ids, memberorder_at(&ids->run.order, at));
	case PHASE_RENAME:
		return apply_rename(ids, at);
	case PHASE_GROUPS:
		return assign_group(ids, &ids->groups[at]);
	case PHASE_DONE:
		break;
	}
	return ERR_INTERNAL;
}

/* A name given up may be wanted by somebody else: then all choose again. */
static void
next_phase(struct run *run)
{
	bool again = run->phase == PHASE_RENAME && run->claims.count > 0 &&
	    ++run->round < ROUNDS_MAX;

	if (run->phase == PHASE_RENAME)
		idclaims_done(&run->claims);
	run->phase = again ? PHASE_ROUND : run->phase + 1;
	run->at = 0;
}

static int
begin_run(struct ids *ids, struct members *members, const struct locals *locals,
    struct wall_time now)
{
	if (ids->state != 0)
		return ids->state;
	end_run(ids);
	ids->run =
	    (struct run){.members = members, .locals = locals, .now = now};
	return 0;
}

int
ids_assign_start(struct ids *ids, struct members *members,
    const struct locals *locals, struct wall_time now)
{
	int err = begin_run(ids, members, locals, now);

	if (err == 0)
		err = idrows_reserve(ids->rows, members_count(members));
	if (err == 0)
		err = memberorder_start(&ids->run.order, members);
	if (err != 0)
		end_run(ids);
	return err;
}

int
ids_assign_step(struct ids *ids, size_t members_max, bool *ret_done)
{
	struct run *run = &ids->run;
	int err = ids->state;

	for (size_t i = 0;
	     i < members_max && run->phase != PHASE_DONE && err == 0; i++) {
		while (run->phase != PHASE_DONE && run->at >= phase_size(ids))
			next_phase(run);
		if (run->phase != PHASE_DONE)
			err = phase_piece(ids, run->at++);
	}
	if (err != 0)
		return err;
	*ret_done = run->phase == PHASE_DONE;
	if (*ret_done)
		end_run(ids);
	return 0;
}

int
ids_save(struct ids *ids, size_t rows_max, bool *ret_done)
{
	return ids->state != 0 ? ids->state
			       : idrows_save(ids->rows, rows_max, ret_done);
}

int
ids_assign_one(struct ids *ids, struct members *members, size_t index,
    const struct locals *locals, struct wall_time now)
{
	int err = begin_run(ids, members, locals, now);

	if (err == 0)
		err = assign_member(ids, index);
	for (size_t i = 0; i < ids->run.claims.count && err == 0; i++)
		err = apply_rename(ids, i);
	end_run(ids);
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

static struct idrow
row_of_member(const struct ids *ids, const char *id)
{
	struct idrow row = {.home = ""};
	size_t index = idrows_find(ids->rows, IDROW_USER, id);

	if (index != IDROWS_NONE)
		idrows_get(ids->rows, index, &row);
	return row;
}

const char *
ids_home(const struct ids *ids, const char *member_id)
{
	return row_of_member(ids, member_id).home;
}

uint32_t
ids_number(const struct ids *ids, const char *member_id)
{
	return row_of_member(ids, member_id).number;
}

const char *
ids_owner(const struct ids *ids, uint32_t number)
{
	return idrows_owner(ids->rows, number);
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
