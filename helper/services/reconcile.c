/*
 * reconcile.c - the stages between a fetched list and the current one.
 *
 * Promises that nothing which is shown changes before the last slice, that a
 * slice is short whatever the size of the list, and that a list that was given
 * up on the way costs nobody a name or number.  Must not know who waits.
 */
#include "services/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "rules/memberorder.h"
#include "services/memberstore.h"

/* One slice: a few milliseconds of an ordinary machine, for those who are only
 * looked at, are given names, are sorted or are written. */
#define LOOKS 2048
#define NAMED 512
#define MOVES 16384
#define ROWS 256
#define BULK_ROWS 4096

enum stage {
	STAGE_COPY,
	STAGE_COMPARE,
	STAGE_LOST,
	STAGE_SORT,
	STAGE_ASSIGN,
	STAGE_TELL,
	STAGE_SAVE_IDS,
	STAGE_SAVE_MEMBERS,
	STAGE_READY,
};

struct reconcile {
	struct reconcile_options options;
	struct members *members;
	struct locals *locals;
	enum stage stage;
	size_t at;
	bool copied;                     /* members are the current ones */
	size_t kept;                     /* of the current members */
	struct memberstore_list lost;    /* of the current members */
	struct memberstore_list written; /* of the new ones */
	struct memberorder order;        /* of those */
	uint32_t excluded;
	uint32_t identified;
	bool named; /* the map of ids was worked on */
	bool wrote;
	size_t rows; /* in the transaction that is open */
	struct memberstore_run run;
};

int
reconcile_new(const struct reconcile_options *options, struct members *members,
    struct locals *locals, struct reconcile **ret_reconcile)
{
	struct reconcile *r = calloc(1, sizeof(*r));
	int err = r == NULL ? ERR_NO_MEMORY : 0;

	if (err == 0 && members == NULL) {
		r->copied = true;
		err = members_new(&r->members);
	}
	if (err != 0) {
		free(r);
		return err;
	}
	r->options = *options;
	if (!r->copied) {
		r->members = members;
		r->stage = STAGE_COMPARE;
	}
	r->locals = locals;
	*ret_reconcile = r;
	return 0;
}

void
reconcile_free(struct reconcile *reconcile)
{
	if (reconcile == NULL)
		return;
	members_free(reconcile->members);
	locals_free(reconcile->locals);
	free(reconcile->lost.indexes);
	free(reconcile->written.indexes);
	memberorder_done(&reconcile->order);
	free(reconcile);
}

static void
enter(struct reconcile *r, enum stage stage)
{
	r->stage = stage;
	r->at = 0;
}

static int
copy(struct reconcile *r)
{
	struct members *current = r->options.current;
	struct member member;
	int err = 0;

	for (size_t i = 0; i < LOOKS && err == 0; i++) {
		if (!members_get(current, r->at, &member)) {
			enter(r, STAGE_ASSIGN);
			return 0;
		}
		r->at++;
		err = members_add_shared(r->members, current, &member);
	}
	return err;
}

static void
put(struct memberstore_list *list, size_t index)
{
	list->indexes[list->count++] = (uint32_t)index;
}

static int
begin_list(struct memberstore_list *list, size_t count)
{
	list->indexes = calloc(count + 1, sizeof(*list->indexes));
	return list->indexes == NULL ? ERR_NO_MEMORY : 0;
}

/* A few people leave; a fifth of them at once, or all, do not. */
static bool
shrinks(const struct reconcile *r, size_t lost)
{
	size_t before = members_count(r->options.current);

	if (before > 0 && members_count(r->members) == 0)
		return true;
	return lost > 1 && lost * 100 > before * r->options.max_shrink_percent;
}

static int
end_compare(struct reconcile *r)
{
	size_t lost = members_count(r->options.current) - r->kept;

	if (!r->options.accept_shrink && shrinks(r, lost))
		return ERR_DIRECTORY_SHRUNK;
	enter(r, lost > 0 ? STAGE_LOST : STAGE_SORT);
	return begin_list(&r->lost, lost);
}

static int
compare(struct reconcile *r)
{
	struct member now;
	struct member old;

	if (r->at == 0 &&
	    begin_list(&r->written, members_count(r->members)) != 0)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < LOOKS; i++, r->at++) {
		bool known = false;

		if (!members_get(r->members, r->at, &now))
			return end_compare(r);
		known = members_get_id(r->options.current, now.id, &old);
		r->kept += known;
		if (!known || !r->options.stored || !member_same(&old, &now))
			put(&r->written, r->at);
	}
	return 0;
}

static void
find_lost(struct reconcile *r)
{
	struct member old;
	struct member now;

	for (size_t i = 0; i < LOOKS; i++, r->at++) {
		if (!members_get(r->options.current, r->at, &old)) {
			enter(r, STAGE_SORT);
			return;
		}
		if (!members_get_id(r->members, old.id, &now))
			put(&r->lost, r->at);
	}
}

/* Rows in the order of their keys fill one page after the other: those of a
 * first list are all put behind the last, and are read back in one go. */
static int
sort(struct reconcile *r)
{
	struct memberstore_list *list = &r->written;
	int err = 0;

	if (r->at++ == 0)
		err = memberorder_start_ids(
		    &r->order, r->members, list->indexes, list->count);
	if (err != 0 || !memberorder_step(&r->order, MOVES))
		return err;
	for (size_t i = 0; i < list->count; i++)
		list->indexes[i] = (uint32_t)memberorder_at(&r->order, i);
	memberorder_done(&r->order);
	enter(r, STAGE_ASSIGN);
	return 0;
}

static int
assign(struct reconcile *r)
{
	bool done = false;
	int err = 0;

	if (r->at++ == 0)
		err = ids_assign_start(
		    r->options.ids, r->members, r->locals, r->options.now);
	r->named = true;
	if (err == 0)
		err = ids_assign_step(r->options.ids, NAMED, &done);
	if (err == 0 && done)
		enter(r, STAGE_TELL);
	return err;
}

static void
tell_excluded(struct reconcile *r, const struct member *member)
{
	struct member old;

	r->excluded++;
	if (members_get_id(r->options.current, member->id, &old) &&
	    old.excluded == member->excluded)
		return;
	log_warning("member excluded", LOG_TEXT("member", member->id),
	    LOG_TEXT("mail", member->mail),
	    LOG_TEXT("reason", err_name(member->excluded)));
}

static int
tell(struct reconcile *r)
{
	struct member member;

	for (size_t i = 0; i < LOOKS; i++) {
		if (!members_get(r->members, r->at, &member)) {
			enter(r, STAGE_SAVE_IDS);
			return 0;
		}
		r->at++;
		r->identified += member.subject[0] != '\0';
		if (member.excluded != 0)
			tell_excluded(r, &member);
	}
	return 0;
}

/* Ends the transaction now and then: a slice writes, a commit waits for the
 * disk. */
static int
end_slice(struct reconcile *r, bool done)
{
	r->rows = done || r->rows >= BULK_ROWS ? 0 : r->rows + ROWS;
	return r->rows == 0 ? db_commit(r->options.db) : 0;
}

static int
save_ids(struct reconcile *r)
{
	bool done = false;
	int err = db_bulk(r->options.db);

	if (err != 0)
		return err;
	err = ids_save(r->options.ids, ROWS, &done);
	if (err == 0)
		err = end_slice(r, done);
	if (err != 0)
		db_rollback(r->options.db);
	else if (done)
		enter(r, STAGE_SAVE_MEMBERS);
	return err;
}

static int
save_rows(struct reconcile *r, bool *ret_done)
{
	int err = 0;

	if (r->at++ == 0) {
		err = memberstore_save_start(&r->run, r->options.db,
		    r->options.stored ? r->options.current : NULL, r->members);
		r->run.lost = &r->lost;
		r->run.written = &r->written;
	}
	return err == 0 ? memberstore_save_step(&r->run, ROWS, ret_done) : err;
}

static int
save_members(struct reconcile *r)
{
	bool done = false;
	int err = db_bulk(r->options.db);

	if (err != 0)
		return err;
	r->wrote = true;
	err = save_rows(r, &done);
	if (err == 0 && !done)
		err = end_slice(r, false);
	if (err != 0)
		db_rollback(r->options.db);
	else if (done)
		enter(r, STAGE_READY);
	return err;
}

static int
go_on(struct reconcile *r)
{
	switch (r->stage) {
	case STAGE_COPY:
		return copy(r);
	case STAGE_COMPARE:
		return compare(r);
	case STAGE_LOST:
		find_lost(r);
		return 0;
	case STAGE_SORT:
		return sort(r);
	case STAGE_ASSIGN:
		return assign(r);
	case STAGE_TELL:
		return tell(r);
	case STAGE_SAVE_IDS:
		return save_ids(r);
	case STAGE_SAVE_MEMBERS:
		return save_members(r);
	case STAGE_READY:
		return 0;
	}
	return ERR_INTERNAL;
}

int
reconcile_step(struct reconcile *reconcile, enum reconcile_state *ret_state)
{
	struct reconcile *r = reconcile;
	bool compared = r->stage == STAGE_COMPARE;
	int err = go_on(r);

	if (err != 0)
		return err;
	*ret_state =
	    r->stage == STAGE_READY ? RECONCILE_READY : RECONCILE_GOES_ON;
	if (compared && r->stage == STAGE_SORT && r->written.count == 0)
		*ret_state = RECONCILE_SAME;
	return 0;
}

bool
reconcile_wrote(const struct reconcile *reconcile)
{
	return reconcile->wrote;
}

bool
reconcile_named(const struct reconcile *reconcile)
{
	return reconcile->named;
}

struct members *
reconcile_members(struct reconcile *reconcile)
{
	return reconcile->members;
}

const struct locals *
reconcile_locals(const struct reconcile *reconcile)
{
	return reconcile->locals;
}

struct members *
reconcile_take_members(struct reconcile *reconcile)
{
	return TAKE(reconcile->members);
}

struct locals *
reconcile_take_locals(struct reconcile *reconcile)
{
	return TAKE(reconcile->locals);
}

size_t
reconcile_lost(const struct reconcile *reconcile)
{
	return reconcile->lost.count;
}

uint32_t
reconcile_excluded(const struct reconcile *reconcile)
{
	return reconcile->excluded;
}

uint32_t
reconcile_identified(const struct reconcile *reconcile)
{
	return reconcile->identified;
}
