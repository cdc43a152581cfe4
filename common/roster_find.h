/*
 * roster_find.h - from a key to a user of a roster; for the name service, which
 * wants the way of a base without an overlay inline.
 */
#pragma once

#include "common/roster.h"
#include "common/snapshot_find.h"

/* What is found stays in registers if its address is never taken. */
SNAPSHOT_INLINE int
roster_find_by_name(
    const struct roster *roster, const char *name, struct snapshot_user *ret)
{
	struct snapshot_user user;
	int err;

	if (!roster->overlay.bytes)
		return snapshot_find_by_name(&roster->base, name, ret);
	err = roster_user_by_name(roster, name, &user);
	if (!err)
		*ret = user;
	return err;
}

SNAPSHOT_INLINE int
roster_find_by_id(
    const struct roster *roster, uint32_t uid, struct snapshot_user *ret)
{
	struct snapshot_user user;
	int err;

	if (!roster->overlay.bytes)
		return snapshot_find_by_id(&roster->base, uid, ret);
	err = roster_user_by_id(roster, uid, &user);
	if (!err)
		*ret = user;
	return err;
}
