/*
 * snapshot.h - reading members.snapshot, whoever wrote it.
 *
 * Nothing in the file is believed: every offset, length and count is checked
 * where it is used, searches are bounded, and numbers that nobody may have
 * (name_number_reserved()) are refused whatever the file says.  Links libc
 * only, allocates nothing, keeps no state.  The layout is snapshot_format.h.
 *
 * Views (struct snapshot_user, struct snapshot_group) borrow from the bytes
 * and live as long as these stay mapped.  Lookups never block, beyond the
 * kernel reading the file's pages in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/attrs.h"
#include "common/snapshot_format.h"
#include "common/times.h"

/* A mapped file whose header was checked: a value, copied freely. */
struct snapshot {
	const uint8_t *bytes;
	size_t size;
	uint64_t generation;
	struct wall_time created;
	uint32_t soft_age_s;
	uint32_t hard_age_s;
	uint32_t user_count;
	uint32_t group_count; /* host groups included, private ones not */
};

/* A file that passed the checks of its owner and mode, not yet of its bytes. */
struct snapshot_file {
	int fd; /* the caller closes it */
	size_t size;
	dev_t device;
	ino_t inode;
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
 * Opens without following links or waiting on a FIFO, and refuses what others
 * could have written: the file must be regular, owned by root or by the owner
 * of its folder (the daemon), and neither it nor the folder writable by group
 * or others.  ERR_SNAPSHOT_MISSING, ERR_INSECURE_FILE, ERR_SNAPSHOT_INVALID
 * (not a regular file, or of an impossible size), ERR_IO.
 */
MUST_CHECK int snapshot_file_open(
    const char *path, struct snapshot_file *ret_file);

/*
 * Checks the header over bytes that the caller keeps, aligned to 8.  O(1).
 * ERR_SNAPSHOT_INVALID, ERR_SNAPSHOT_VERSION.
 */
MUST_CHECK int snapshot_init(
    const void *bytes, size_t size, struct snapshot *ret_snap);

/* Opens, maps shared and read-only, checks the header; no descriptor stays.
 * The faults of both functions above. Undone by snapshot_close(). */
MUST_CHECK int snapshot_open(const char *path, struct snapshot *ret_snap);
/* Unmaps what snapshot_open() mapped; accepts a zeroed or closed one. */
void snapshot_close(struct snapshot *snap);
#define SNAPSHOT_AUTO CLEANUP(snapshot_close)

/*
 * Checks everything, with the full grammar of name.h: for the publisher before
 * the rename and the daemon at its start.  Linear.  ERR_SNAPSHOT_INVALID.
 */
MUST_CHECK int snapshot_validate(const struct snapshot *snap);

/* Every byte is as the writer left it, by the checksum alone.  Linear, at a
 * small part of the cost of snapshot_validate(). */
MUST_CHECK bool snapshot_is_whole(const struct snapshot *snap);

/* The organisation's display name; borrowed. */
const char *snapshot_organization(const struct snapshot *snap);

/* A newer file has taken the place of this one. No system call. */
bool snapshot_is_superseded(const struct snapshot *snap);

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
uint32_t snapshot_user_gid(const struct snapshot_user *user, uint32_t i);

/* Member i of group->member_count. */
MUST_CHECK int snapshot_member(const struct snapshot *snap,
    const struct snapshot_group *group, uint32_t i, struct snapshot_user *ret);
