/*
 * roster.h - members.snapshot and members.overlay as one list.
 *
 * What the name service and the PAM module read.  The overlay takes users of
 * the base away and gives others; groups stand in the base.  Views borrow from
 * the bytes of either file.  Allocates nothing, keeps no state.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot.h"
#include "common/times.h"

/* A value, copied freely. */
struct roster {
	struct snapshot base;
	struct snapshot overlay; /* its bytes are NULL where there is none */
};

/* Where an enumeration stands: how many of each file are behind. */
struct roster_place {
	uint32_t base;
	uint32_t overlay;
};

/* Where an enumeration of a group's members stands. */
struct roster_members {
	struct snapshot_group group;
	struct roster_place place; /* in the group's list; in the overlay */
};

/*
 * Maps the base and, where one lies beside it and belongs to it, the overlay.
 * Keeps no descriptor.  The faults of snapshot_open() for the base; a faulty
 * overlay is as none, which roster_proves_absent() tells.
 */
MUST_CHECK int roster_open(const char *base_path, struct roster *ret_roster);
/* Unmaps what roster_open() mapped; accepts a zeroed or closed one. */
void roster_close(struct roster *roster);
#define ROSTER_AUTO CLEANUP(roster_close)

/* The path of the overlay of a base: members.overlay of members.snapshot.
 * ERR_TOO_LARGE. */
MUST_CHECK int roster_overlay_path(
    const char *base_path, char *path, size_t size);

/* Whether the overlay was made for that base. */
bool roster_belongs(
    const struct snapshot *overlay, const struct snapshot *base);

/*
 * Checks what holds between the two, each of which snapshot_validate() passed:
 * hidden records exist, gids are those of groups, and no name or number stands
 * twice.  Linear in the overlay.  ERR_SNAPSHOT_INVALID.
 */
MUST_CHECK int roster_validate(const struct roster *roster);

/* When the organisation last told its whole list: of the base. */
enum snapshot_age roster_age(const struct roster *roster, struct wall_time now);

/* Lookups as in snapshot.h.  Groups include private ones. */
MUST_CHECK int roster_user_by_name(
    const struct roster *roster, const char *name, struct snapshot_user *ret);
MUST_CHECK int roster_user_by_id(
    const struct roster *roster, uint32_t uid, struct snapshot_user *ret);
MUST_CHECK int roster_group_by_name(
    const struct roster *roster, const char *name, struct snapshot_group *ret);
MUST_CHECK int roster_group_by_id(
    const struct roster *roster, uint32_t gid, struct snapshot_group *ret);

/* Whether it is certain that nobody of that name is a member: it rests on
 * bytes that are as the writer left them, of all the files there are. */
MUST_CHECK bool roster_proves_absent(
    const struct roster *roster, const char *name);

/* The user at the place, in the order of names, and the place behind her;
 * likewise of groups that are not private.  ERR_NOT_FOUND past the end.  A
 * zeroed place is the start. */
MUST_CHECK int roster_user_next(const struct roster *roster,
    struct roster_place *place, struct snapshot_user *ret);
MUST_CHECK int roster_group_next(const struct roster *roster,
    struct roster_place *place, struct snapshot_group *ret);
/* The place of the first one whose name comes behind this one. */
MUST_CHECK int roster_seek_user(const struct roster *roster, const char *name,
    struct roster_place *ret_place);
MUST_CHECK int roster_seek_group(const struct roster *roster, const char *name,
    struct roster_place *ret_place);

/* How many users roster_member_next() will tell. */
MUST_CHECK int roster_count_members(const struct roster *roster,
    const struct snapshot_group *group, uint32_t *ret_count);
/* The next member; ERR_NOT_FOUND past the end.  Begins with the group set and
 * a zeroed place. */
MUST_CHECK int roster_member_next(const struct roster *roster,
    struct roster_members *members, struct snapshot_user *ret);
