/*
 * snapshot_format.h - the bytes of members.snapshot; see orglogin-snapshot(5).
 *
 * One immutable little-endian file: a header, then sections, each beginning at
 * a multiple of 64.  A reader that has the file mapped reads one random cache
 * line of an index and one record, and nothing else.  References are counted
 * in units of SNAPSHOT_UNIT bytes from the start of their section.
 *
 *   users        user records, one behind the other, in the order of names
 *   groups       group records, likewise
 *   user_refs    u32 a user: the reference of user number i
 *   group_refs   u32 a group
 *   members      u32 a membership: user numbers, ascending within a group
 *   four indexes of buckets: users by name and by id, groups by name and by id
 *
 * A user's private group (her own name and number) is implied by the user
 * record and stands nowhere else.
 */
#pragma once

#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "members.snapshot is read in place and is little endian"
#endif

#define SNAPSHOT_MAGIC "orgsnap\n"
#define SNAPSHOT_VERSION 1
#define SNAPSHOT_ALIGN 64
#define SNAPSHOT_UNIT 4
#define SNAPSHOT_ORGANIZATION_MAX 96

enum snapshot_index_id {
	SNAPSHOT_USERS_BY_NAME,
	SNAPSHOT_USERS_BY_ID,
	SNAPSHOT_GROUPS_BY_NAME,
	SNAPSHOT_GROUPS_BY_ID,
	SNAPSHOT_INDEX_COUNT
};

/* Byte range of a section, within the file. */
struct snapshot_section {
	uint64_t offset;
	uint64_t length;
};

struct snapshot_header {
	char magic[8];
	uint32_t version;
	uint32_t header_size; /* sizeof(struct snapshot_header) */
	uint64_t size;        /* of the whole file */
	uint64_t generation;
	int64_t created_s; /* wall clock */
	uint32_t soft_age_s;
	uint32_t hard_age_s;
	uint32_t user_count;
	uint32_t group_count;
	uint64_t hash_seed; /* of both kinds of index */
	struct snapshot_section users;
	struct snapshot_section groups;
	struct snapshot_section user_refs;
	struct snapshot_section group_refs;
	struct snapshot_section members;
	struct snapshot_section index[SNAPSHOT_INDEX_COUNT];
	char organization[SNAPSHOT_ORGANIZATION_MAX]; /* shown, NUL-padded */
	uint64_t content_checksum; /* all bytes behind the header */
	uint64_t header_checksum;  /* all bytes of the header before this */
	/*
	 * 0 from birth.  After the rename of a newer file the publisher writes
	 * 1 here, in the old file, with one aligned store (a shared map, or a
	 * pwrite(2) of these four bytes).  No checksum covers it.
	 */
	uint32_t superseded;
	uint32_t padding;
};

/*
 * One cache line of an index.  An entry stands in the bucket its hash picks
 * or, where that is full, in one of the next SNAPSHOT_PROBE_MAX - 1, wrapping;
 * a bucket that is not full ends every search.
 */
#define SNAPSHOT_BUCKET_ENTRIES 12
#define SNAPSHOT_PROBE_MAX 32

struct snapshot_bucket {
	uint32_t ref[SNAPSHOT_BUCKET_ENTRIES];
	uint8_t tag[SNAPSHOT_BUCKET_ENTRIES]; /* low byte of the hash */
	uint8_t count;
	uint8_t padding[3];
};

/*
 * Then, behind the fixed part: the gids (u32 each: gid_count organisation
 * groups, local_gid_count groups of the host, each part ascending), and the
 * text: name NUL "*" NUL gecos NUL home NUL shell NUL, NUL-padded to a unit.
 */
struct snapshot_user_record {
	uint32_t uid; /* and the number of the private group */
	uint16_t gid_count;
	uint16_t local_gid_count;
	uint8_t name_length;
	uint8_t gecos_length;
	uint8_t home_length;
	uint8_t shell_length;
};

/* The group is one of the host's own; its gid need not be in our range. */
#define SNAPSHOT_GROUP_LOCAL 1
/* Members are known by their gid lists only: too many to list. */
#define SNAPSHOT_GROUP_UNLISTED 2

/* Then the text: name NUL "*" NUL, NUL-padded to a unit. */
struct snapshot_group_record {
	uint32_t gid;
	uint32_t member_count;
	uint32_t first_member; /* place in the members section */
	uint8_t name_length;
	uint8_t flags;
	uint16_t padding;
};

_Static_assert(sizeof(struct snapshot_header) == 328, "fixed by version 1");
_Static_assert(sizeof(struct snapshot_bucket) == 64, "one cache line");
_Static_assert(sizeof(struct snapshot_user_record) == 12, "version 1");
_Static_assert(sizeof(struct snapshot_group_record) == 16, "version 1");
