/*
 * roster_find.h - from a key to a user of a roster; for the name service, which
 * wants the way of a base without an overlay inline.
 */
#pragma once

#include "common/roster.h"
#include "common/snapshot_find.h"

/* The same as roster_member_next(). */
SNAPSHOT_INLINE int
roster_find_member(const struct roster *roster, struct roster_members *members,
    struct snapshot_user *ret)
{
	struct snapshot_user user;
	int err;

	if (!roster->overlay.bytes) {
		err = snapshot_find_member(
		    &roster->base, &members->group, members->place.base, ret);
		members->place.base += err == 0;
		return err;
	}
	err = roster_member_next(roster, members, &user);
	if (!err)
		*ret = user;
	return err;
}

/* The key is from snapshot_aim() for the base. */
SNAPSHOT_INLINE int
roster_find(const struct roster *roster, const struct snapshot_key *key,
    struct snapshot_user *ret)
{
	/* What is found stays in registers if its address is never taken. */
	struct snapshot_user user;
	int err;

	if (!roster->overlay.bytes)
		return snapshot_find_user(&roster->base, key, ret);
	err = key->name ? roster_user_by_name(roster, key->name, &user)
			: roster_user_by_id(roster, key->id, &user);
	if (!err)
		*ret = user;
	return err;
}
