/*
 * snapshot.h - reading members.snapshot and members.overlay, whoever wrote
 * them.
 *
 * Nothing in a file is believed: every offset, length and count is checked
 * where it is used, searches are bounded, and numbers that nobody may have
 * (name_number_reserved()) are refused whatever the file says.  Links libc
 * only, allocates nothing, keeps no state.  The layout is snapshot_format.h,
 * of which both versions are read; base and overlay as one are roster.h.
 *
 * Views (struct snapshot_user, struct snapshot_group) borrow from the bytes
 * and live as long as these stay mapped.  Lookups never block, beyond the
 * kernel reading the file's pages in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"
#include "common/snapshot_format.h"
#include "common/times.h"

/* A section that was found to lie within the file. */
struct snapshot_part {
	uint32_t start;  /* in units of SNAPSHOT_ALIGN */
	uint32_t length; /* in units of SNAPSHOT_UNIT */
};

/*
 * A mapped file whose header was checked: a value, copied freely.  What the
 * header said then is kept here and never read again.  All fields are words of
 * eight bytes, or pairs that make one, so that a copy can be taken by words.
 */
struct snapshot {
	/* All that finding a user needs, up to the indexes of users. */
	const uint8_t *bytes;
	uint64_t hash_seed;
	uint32_t version;
	uint32_t number; /* of an overlay; 0 for a base */
	struct snapshot_part users;
	struct snapshot_part index[SNAPSHOT_INDEX_COUNT];
	/* What other lookups need. */
	struct snapshot_part groups;
	struct snapshot_part user_refs;
	struct snapshot_part group_refs;
	struct snapshot_part members;
	struct snapshot_part hidden;
	uint32_t user_count;
	uint32_t group_count;   /* host groups included, private ones not */
	uint64_t checksum;      /* of the header: it names the file */
	uint64_t base_checksum; /* of the base an overlay is for */
	uint64_t generation;
	/* The rest. */
	size_t size;
	struct snapshot_part chunks;
	uint64_t content_checksum;
	struct wall_time created;
	uint32_t soft_age_s;
	uint32_t hard_age_s;
	/* Set by who mapped a file for one full check: what was read is let go
	 * of on the way, so that a process does not grow by the file. */
	bool passing;
};

/* Strings are NUL-terminated. name, "*", gecos, home and shell stand in this
 * order, each with its NUL, in the text_length bytes from name on. */
struct snapshot_user {
	uint32_t uid;       /* and gid of the private group */
	uint32_t gid_count; /* of snapshot_user_gid(), local ones included */
	uint32_t local_gid_count;
	const uint32_t *gids; /* unchecked: use snapshot_user_gid() */
	const char *name;
	const char *gecos;
	const char *home;
	const char *shell;
	size_t name_length;
	size_t text_length;
	size_t
	    text_room; /* bytes from name on that can be read, if of no use */
};

struct snapshot_group {
	uint32_t gid;
	uint32_t member_count;   /* 0 for a private or an unlisted group */
	const uint32_t *members; /* unchecked: use snapshot_member() */
	const char *name;
	size_t name_length;
	bool local;
	bool unlisted;
	bool private_group;
};

/* How old the list is. The zero value is the one that lets nobody log in. */
enum snapshot_age {
	SNAPSHOT_AGE_HARD = 0, /* past hard_age: ids resolve, nobody logs in */
	SNAPSHOT_AGE_SOFT,     /* past soft_age: the sync is late */
	SNAPSHOT_AGE_FRESH,
};

/*
 * Checks the header over bytes that the caller keeps, aligned to 8.  O(1).
 * ERR_SNAPSHOT_INVALID, ERR_SNAPSHOT_VERSION.
 */
MUST_CHECK int snapshot_init(
    const void *bytes, size_t size, struct snapshot *ret_snap);

/* Opens, maps shared and read-only, checks the header; no descriptor stays.
 * The faults of snapshot_file_open() too. Undone by snapshot_close(). */
MUST_CHECK int snapshot_open(const char *path, struct snapshot *ret_snap);
/* Unmaps what snapshot_open() mapped; accepts a zeroed or closed one. */
void snapshot_close(struct snapshot *snap);
#define SNAPSHOT_AUTO CLEANUP(snapshot_close)

/*
 * Checks everything, with the full grammar of name.h: for the publisher before
 * the rename and the daemon at its start.  Linear.  ERR_SNAPSHOT_INVALID.
 */
MUST_CHECK int snapshot_validate(const struct snapshot *snap);

/* The organisation's display name; borrowed. */
const char *snapshot_organization(const struct snapshot *snap);

/* The marks as they stand now, without a system call. */
struct snapshot_marks {
	bool superseded;  /* a newer file has taken the place of this one */
	uint32_t overlay; /* number of the newest overlay of this base, or 0 */
};
static inline struct snapshot_marks
snapshot_get_marks(const struct snapshot *snap)
{
	bool old = snap->version == SNAPSHOT_VERSION_1;
	size_t end = old ? sizeof(struct snapshot_header_1)
			 : sizeof(struct snapshot_header);
	uint64_t marks =
	    __atomic_load_n((const uint64_t *)(const void *)(snap->bytes + end -
				SNAPSHOT_MARKS_SIZE),
		__ATOMIC_ACQUIRE);

	return (struct snapshot_marks){
	    .superseded = (uint32_t)marks != 0,
	    .overlay = old ? 0 : (uint32_t)(marks >> 32),
	};
}

/* A time before the file's creation counts as soft: the clock is wrong. */
enum snapshot_age snapshot_age(
    const struct snapshot *snap, struct wall_time now);

/*
 * Lookups: 0, ERR_NOT_FOUND, or ERR_SNAPSHOT_INVALID where the bytes that
 * would have told were damaged: then nothing is known about the name.
 * Names are compared byte for byte.  Groups include private ones.
 */
MUST_CHECK int snapshot_user_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_user *ret);
MUST_CHECK int snapshot_user_by_id(
    const struct snapshot *snap, uint32_t uid, struct snapshot_user *ret);
MUST_CHECK int snapshot_group_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_group *ret);
MUST_CHECK int snapshot_group_by_id(
    const struct snapshot *snap, uint32_t gid, struct snapshot_group *ret);

/* User number i of user_count, in the order of names; the same of groups.
 * ERR_NOT_FOUND past the end. */
MUST_CHECK int snapshot_user_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_user *ret);
MUST_CHECK int snapshot_group_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_group *ret);

/* The private group of a user. */
void snapshot_private_group(
    const struct snapshot_user *user, struct snapshot_group *ret);

/*
 * Supplementary gid i of user->gid_count: organisation groups first, then
 * groups of the host.  0 for one that may not be granted: skip it.
 */
static inline uint32_t
snapshot_user_gid(const struct snapshot_user *user, uint32_t i)
{
	if (i >= user->gid_count)
		return 0;

	uint32_t gid = __atomic_load_n(&user->gids[i], __ATOMIC_RELAXED);

	if (i >= user->gid_count - user->local_gid_count)
		return gid == UINT32_MAX ? 0 : gid;
	return name_number_reserved(gid) ? 0 : gid;
}

/* Whether the gid stands in that part of the user's list, which ascends. */
bool snapshot_user_has_gid(
    const struct snapshot_user *user, uint32_t gid, bool local);

/* Member i of group->member_count. */
MUST_CHECK int snapshot_member(const struct snapshot *snap,
    const struct snapshot_group *group, uint32_t i, struct snapshot_user *ret);
