/*
 * roll.c - the current list in memory and in the database, kept the same.
 *
 * Promises that what the database says after a crash at any point is a list
 * that was current, or one that says of itself that it is half written; and
 * that no number is given twice.  Must not know what is published, nor when.
 */
#include "services/roll.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "services/amend.h"
#include "services/memberstore.h"
#include "services/meta.h"

int
roll_open(struct roll *roll, const struct ids_options *options)
{
	int err = clock_boot_id(roll->boot_id);

	if (err == 0)
		err = ids_new(roll->db, options, &roll->ids);
	return err == 0 ? members_new(&roll->members) : err;
}

void
roll_close(struct roll *roll)
{
	ids_free(roll->ids);
	locals_free(roll->locals);
	members_free(roll->members);
}

/* Whether what is stored belongs to our organisation. */
static int
check_organization(const struct roll *roll, bool *ret_ours)
{
	char stored[512];
	int err = meta_get(roll->db, "organization", stored, sizeof(stored));

	if (err == ERR_NOT_FOUND) {
		*ret_ours = true;
		return 0;
	}
	if (err != 0)
		return err;
	*ret_ours = strcmp(stored, roll->organization_id) == 0;
	return 0;
}

static int
load_generation(struct db *db, uint64_t *ret_generation)
{
	int err = meta_get_number(db, "generation", ret_generation);

	return err == ERR_NOT_FOUND ? 0 : err;
}

/* What is stored of another organisation is left to be overwritten. */
static int
load_state(struct roll *roll, struct members *stored)
{
	struct confirmed confirmed = {0};
	uint64_t generation = 0;
	bool ours = false;
	bool whole = true;
	int err = ids_load(roll->ids);

	if (err == 0)
		err = load_generation(roll->db, &generation);
	if (err == 0)
		err = check_organization(roll, &ours);
	if (err == 0 && ours)
		err = memberstore_load(roll->db, stored, &whole);
	if (err == 0 && ours)
		err = confirmed_load(roll->db, &confirmed);
	if (err != 0)
		return err;
	roll->stored = ours && whole;
	roll->generation = generation;
	roll->confirmed = confirmed;
	return 0;
}

/* Names as they were stored, held against the host's files as they are now. */
static int
assign_stored(struct roll *roll, struct members *stored)
{
	int err = db_begin(roll->db);

	if (err != 0)
		return err;
	err = ids_assign(
	    roll->ids, stored, roll->locals, clock_wall(roll->clock));
	if (err == 0)
		err = db_commit(roll->db);
	if (err != 0)
		db_rollback(roll->db);
	return err;
}

static void
tell_excluded(struct roll *roll)
{
	struct member member;

	roll->excluded = roll->identified = 0;
	for (size_t i = 0; members_get(roll->members, i, &member); i++) {
		roll->identified += member.subject[0] != '\0';
		if (member.excluded == 0)
			continue;
		roll->excluded++;
		log_warning("member excluded", LOG_TEXT("member", member.id),
		    LOG_TEXT("mail", member.mail),
		    LOG_TEXT("reason", err_name(member.excluded)));
	}
}

int
roll_load(struct roll *roll, struct locals *locals)
{
	MEMBERS_AUTO struct members *stored = NULL;
	int err = members_new(&stored);

	locals_free(roll->locals);
	roll->locals = locals;
	if (err == 0)
		err = load_state(roll, stored);
	if (err == 0)
		err = assign_stored(roll, stored);
	if (err != 0)
		return err;
	members_free(roll->members);
	roll->members = TAKE(stored);
	tell_excluded(roll);
	return 0;
}

static int
store_time(
    struct roll *roll, const struct confirmed *confirmed, uint64_t generation)
{
	int err = meta_set_number(roll->db, "generation", generation);

	return err == 0 ? confirmed_store(roll->db, confirmed) : err;
}

static int
put_carried(
    struct roll *roll, const struct changes *carried, struct amend *amend)
{
	struct member member;
	int err = carried->too_many ? ERR_TOO_LARGE : 0;

	for (size_t i = 0; i < carried->count && err == 0; i++)
		if (members_get_id(roll->members, carried->ids[i], &member))
			err = amend_member(amend, &member);
	return err == 0 ? amend_save(amend) : err;
}

/* The last writes of the open transaction, and its end. */
static int
end_list(struct roll *roll, const struct changes *carried,
    const struct confirmed *confirmed, struct amend *amend)
{
	int err = put_carried(roll, carried, amend);

	if (err == 0)
		err = meta_set(roll->db, "organization", roll->organization_id);
	if (err == 0)
		err = store_time(roll, confirmed, roll->generation + 1);
	if (err == 0)
		err = db_commit(roll->db);
	if (err != 0)
		db_rollback(roll->db);
	return err;
}

int
roll_take(struct roll *roll, struct reconcile *reconcile,
    const struct changes *carried, const struct confirmed *confirmed)
{
	AMEND_AUTO struct amend amend = {.db = roll->db,
	    .ids = roll->ids,
	    .members = reconcile_members(reconcile),
	    .locals = reconcile_locals(reconcile),
	    .now = clock_wall(roll->clock)};
	int err = end_list(roll, carried, confirmed, &amend);

	if (err != 0)
		return err;
	roll->generation++;
	roll->confirmed = *confirmed;
	roll->stored = true;
	roll->excluded =
	    reconcile_excluded(reconcile) + (uint32_t)amend.excluded;
	roll->identified = reconcile_identified(reconcile) + amend.identified;
	members_free(roll->members);
	roll->members = reconcile_take_members(reconcile);
	locals_free(roll->locals);
	roll->locals = reconcile_take_locals(reconcile);
	return 0;
}

/* What was given in memory only is forgotten; when even this fails, nothing is
 * given from now on.  A damaged map gave nothing, and stays one. */
static void
reload_ids(struct roll *roll)
{
	if (ids_state(roll->ids) == ERR_STATE_DAMAGED)
		return;
	if (ids_load(roll->ids) != 0)
		log_error("id map not read back",
		    LOG_TEXT("reason", err_name(ERR_STATE_DAMAGED)));
}

void
roll_drop(struct roll *roll, const struct reconcile *reconcile)
{
	if (reconcile_wrote(reconcile))
		roll->stored = false;
	if (reconcile_named(reconcile))
		reload_ids(roll);
}

static void
back_out(struct roll *roll, struct amend *amend)
{
	int err = amend_undo(amend, &roll->members);

	if (amend->named)
		reload_ids(roll);
	if (err == 0)
		return;
	roll->stored = false;
	log_error("members are not as they are stored",
	    LOG_TEXT("reason", err_name(err)));
}

static int
write_change(
    struct roll *roll, const struct roll_change *change, struct amend *amend)
{
	int err = 0;

	for (size_t i = 0; i < change->count && err == 0; i++)
		err = amend_member(amend, &change->members[i]);
	if (err == 0)
		err = amend_save(amend);
	if (err == 0)
		err = store_time(roll, change->confirmed, roll->generation + 1);
	return err == 0 ? db_commit(roll->db) : err;
}

int
roll_amend(struct roll *roll, const struct roll_change *change,
    struct changes *ret_changed)
{
	AMEND_AUTO struct amend amend = {.db = roll->db,
	    .ids = change->naming ? roll->ids : NULL,
	    .members = roll->members,
	    .locals = roll->locals,
	    .now = clock_wall(roll->clock)};
	int err = db_begin(roll->db);

	if (err != 0)
		return err;
	err = write_change(roll, change, &amend);
	if (err != 0) {
		db_rollback(roll->db);
		back_out(roll, &amend);
		return err;
	}
	roll->generation++;
	roll->confirmed = *change->confirmed;
	roll->excluded += (uint32_t)amend.excluded;
	roll->identified += amend.identified;
	for (size_t i = 0; i < amend.changed.count; i++)
		changes_add(ret_changed, amend.changed.ids[i]);
	return 0;
}

int
roll_confirm(
    struct roll *roll, const struct confirmed *confirmed, uint64_t generation)
{
	int err = db_begin(roll->db);

	if (err != 0)
		return err;
	err = store_time(roll, confirmed, generation);
	if (err == 0)
		err = db_commit(roll->db);
	if (err != 0) {
		db_rollback(roll->db);
		return err;
	}
	roll->confirmed = *confirmed;
	roll->generation = generation;
	return 0;
}

struct confirmed
roll_now(const struct roll *roll)
{
	return confirmed_now(roll->clock, roll->boot_id);
}

int64_t
roll_age_ms(const struct roll *roll)
{
	return confirmed_age_ms(&roll->confirmed, roll->clock, roll->boot_id);
}

int
roll_look(struct roll *roll)
{
	struct confirmed looked = roll->confirmed;

	confirmed_look(&looked, roll->clock, roll->boot_id);
	return looked.known ? roll_confirm(roll, &looked, roll->generation)
			    : ERR_OK;
}

int
roll_renew(struct roll *roll)
{
	return roll->generation == 0
	    ? ERR_NOT_FOUND
	    : roll_confirm(roll, &roll->confirmed, roll->generation + 1);
}

int
roll_identity(struct roll *roll, const char *member_id, const char *issuer,
    const char *subject, bool *ret_bound)
{
	struct member member;

	*ret_bound = false;
	for (size_t i = 0;
	     roll->identified > 0 && members_get(roll->members, i, &member);
	     i++) {
		bool same = strcmp(member.subject, subject) == 0 &&
		    strcmp(member.issuer, issuer) == 0;
		bool self = strcmp(member.id, member_id) == 0;

		*ret_bound = *ret_bound || (same && self);
		if (same != self && (same || member.subject[0] != '\0'))
			return ERR_EXISTS;
	}
	return 0;
}

int
roll_exclude(struct roll *roll, const char *id, int reason)
{
	int err = members_exclude(roll->members, id, reason);

	if (err == 0)
		roll->excluded++;
	return err;
}
