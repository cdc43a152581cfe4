/*
 * snapshot_format.h - the bytes of members.snapshot and members.overlay; see
 * orglogin-snapshot(5).
 *
 * Little-endian files that never change: a header, then sections, each
 * beginning at a multiple of 64.  A reader that has one mapped reads one random
 * cache line of an index and one record, and nothing else.  References are
 * counted in units of SNAPSHOT_UNIT bytes from the start of their section.
 *
 *   users        user records, one behind the other, in the order of names
 *   groups       group records, likewise
 *   user_refs    u32 a user: the reference of user number i
 *   group_refs   u32 a group
 *   members      u32 a membership: user numbers, ascending within a group
 *   four indexes of buckets: users by name and by id, groups by name and by id
 *   hidden       u32 a user of the base that an overlay takes away
 *   chunks       u64 a chunk: what proves a part without reading the rest
 *
 * A user's private group (her own name and number) is implied by the user
 * record and stands nowhere else.
 *
 * The base, members.snapshot, holds everybody.  An overlay, members.overlay,
 * holds all that changed since one base was made, so that one change need not
 * rewrite a million records: the records of users who changed or joined, and
 * which records of the base stand no longer.  It has no groups and no members:
 * who is in a group is told by the gid lists of its users.
 */
#pragma once

#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "members.snapshot is read in place and is little endian"
#endif

#define SNAPSHOT_MAGIC "orgsnap\n"
#define SNAPSHOT_VERSION_1 1
#define SNAPSHOT_VERSION_2 2
#define SNAPSHOT_ALIGN 64
#define SNAPSHOT_UNIT 4
#define SNAPSHOT_ORGANIZATION_MAX 96
#define SNAPSHOT_CHUNK 4096 /* bytes that one checksum covers */
#define SNAPSHOT_OVERLAY_MAX                             \
	1024 /* users, and hidden records, of an overlay \
	      */

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

/* What the headers of both versions begin with. */
struct snapshot_start {
	char magic[8];
	uint32_t version;
	uint32_t header_size; /* sizeof the struct of the version */
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
};

/*
 * Version 2.  Every byte of the file is covered, but for the marks:
 * - header_checksum covers the header before it.  It also names the file: an
 *   overlay repeats that of its base.
 * - The chunks are the last section, and end where the file ends.  Chunk i is
 *   the SNAPSHOT_CHUNK bytes from offset sizeof(struct snapshot_header) +
 *   i * SNAPSHOT_CHUNK on; the last one ends where the section of chunks
 *   begins and may be shorter.  Bytes between sections are 0, and covered.
 *   Each entry is snapshot_checksum() of its chunk.
 * - content_checksum is snapshot_checksum() of the section of chunks.
 */
struct snapshot_header {
	struct snapshot_start start;
	/* References of the base's user records, ascending; empty in a base. */
	struct snapshot_section hidden;
	struct snapshot_section chunks;
	uint64_t base_checksum; /* the base's header_checksum; 0 in a base */
	uint32_t number; /* 1, 2, ... of the overlays of a base; 0 in a base */
	uint32_t padding[3];
	uint64_t content_checksum;
	uint64_t header_checksum;
	/*
	 * The marks, 0 from birth, each written later with one aligned store (a
	 * shared map, or a pwrite(2) of four bytes): 1 in the old file after
	 * the rename of a newer base; and, in a base, the number of its newest
	 * overlay after the rename of that.
	 */
	uint32_t superseded;
	uint32_t overlay;
};

/* The marks stand in the last eight bytes of either header. */
#define SNAPSHOT_MARKS_SIZE 8

/* Version 1: a base without chunks, that gets no overlays. */
struct snapshot_header_1 {
	struct snapshot_start start;
	uint64_t content_checksum; /* all bytes behind the header */
	uint64_t header_checksum;
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

_Static_assert(sizeof(struct snapshot_header) == 384, "fixed by version 2");
_Static_assert(sizeof(struct snapshot_header_1) == 328, "fixed by version 1");
_Static_assert(sizeof(struct snapshot_bucket) == 64, "one cache line");
_Static_assert(sizeof(struct snapshot_user_record) == 12, "both versions");
_Static_assert(sizeof(struct snapshot_group_record) == 16, "both versions");
