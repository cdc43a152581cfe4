/*
 * amend.c - one member changed, without looking at the others.
 *
 * Promises that memory and database say the same, whatever fails.  Must not
 * know who changed the member, nor who is told.
 */
#include "services/amend.h"

#include <string.h>

#include "common/err.h"
#include "services/memberstore.h"

/* Whether the name or the number may depend on what changed. */
static bool
renames(const struct member *old, const struct member *now)
{
	return old->excluded != 0 || strcmp(old->mail, now->mail) != 0 ||
	    strcmp(old->username, now->username) != 0 ||
	    old->given_uid != now->given_uid ||
	    old->created_s != now->created_s;
}

static int
keep_former(struct amend *a, const struct member *old)
{
	int err = a->former == NULL ? members_new(&a->former) : 0;

	if (err == 0)
		err = members_add(a->former, old);
	/* Amended twice: the first is how it was. */
	return err == ERR_EXISTS ? 0 : err;
}

static int
give_name(struct amend *a, const struct member *member)
{
	size_t index = 0;

	a->named = true;
	return members_find(a->members, member->id, &index)
	    ? ids_assign_one(a->ids, a->members, index, a->locals, a->now)
	    : ERR_NOT_FOUND;
}

static int
put(struct amend *a, const struct member *old, const struct member *member)
{
	bool naming = old == NULL || renames(old, member);
	struct member now = *member;
	int err = 0;

	if (naming && a->ids == NULL)
		return ERR_EXISTS;
	now.user = old == NULL ? "" : old->user;
	now.uid = old == NULL ? 0 : old->uid;
	now.at_home = old != NULL && old->at_home;
	now.excluded = old == NULL ? 0 : old->excluded;
	if (old == NULL)
		changes_add(&a->joined, now.id);
	else
		err = keep_former(a, old);
	if (err == 0)
		err = members_replace(a->members, &now);
	if (err == 0 && naming)
		err = give_name(a, &now);
	return err == 0 ? memberstore_save_one(a->db, a->members, &now) : err;
}

static int
put_and_count(struct amend *a, const struct member *member)
{
	struct member old;
	struct member now;
	bool known = members_get_id(a->members, member->id, &old);
	bool left_out = known && old.excluded != 0;
	int err = 0;

	if (known && member_same(&old, member))
		return 0;
	err = put(a, known ? &old : NULL, member);
	if (err != 0)
		return err;
	changes_add(&a->changed, member->id);
	a->identified += member->subject[0] != '\0';
	if (members_get_id(a->members, member->id, &now))
		a->excluded += (now.excluded != 0) - left_out;
	return 0;
}

/* What is told may be the text of the very record that is replaced. */
int
amend_member(struct amend *amend, const struct member *member)
{
	int err = 0;

	members_hold(amend->members);
	err = put_and_count(amend, member);
	members_release(amend->members);
	return err;
}

int
amend_save(struct amend *amend)
{
	bool done = !amend->named;
	int err = 0;

	while (err == 0 && !done)
		err = ids_save(amend->ids, SIZE_MAX, &done);
	return err;
}

static bool
holds(const struct changes *changes, const char *id)
{
	for (size_t i = 0; i < changes->count; i++)
		if (strcmp(changes->ids[i], id) == 0)
			return true;
	return false;
}

/* All but those who had joined. */
static int
leave_out(struct amend *a, struct members **ret_members)
{
	MEMBERS_AUTO struct members *members = NULL;
	struct member member;
	int err = members_new(&members);

	for (size_t i = 0; err == 0 && members_get(a->members, i, &member); i++)
		if (!holds(&a->joined, member.id))
			err = members_add_shared(members, a->members, &member);
	if (err == 0)
		*ret_members = TAKE(members);
	return err;
}

int
amend_undo(struct amend *amend, struct members **ret_members)
{
	struct amend *a = amend;
	struct members *members = NULL;
	struct member old;
	int err = 0;

	for (size_t i = 0;
	     err == 0 && a->former != NULL && members_get(a->former, i, &old);
	     i++)
		err = members_replace(a->members, &old);
	if (err != 0 || a->joined.count == 0)
		return err;
	err = leave_out(a, &members);
	if (err != 0)
		return err;
	members_free(a->members);
	a->members = *ret_members = members;
	return 0;
}

void
amend_done(struct amend *amend)
{
	changes_clear(&amend->changed);
	changes_clear(&amend->joined);
	members_free(amend->former);
	amend->former = NULL;
}
