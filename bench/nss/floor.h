/*
 * floor.h - the arena of the floor: fixed-size records of the sizes that real
 * answers have, in as much memory.
 *
 * The floor is the least that any module over a mapped file can do for one
 * lookup: hash the key, touch one random place of an arena as large as the
 * data, copy a record out.  It compares no key, so it has neither collisions
 * nor misses, and its answers are wrong.
 */
#pragma once

#include <stdint.h>

#define FLOOR_MAGIC 0x31524f4f4c46534eu
#define FLOOR_USER_SLOT 128 /* two cache lines */
#define FLOOR_USER_COPY 112 /* bytes of each user that are copied */
#define FLOOR_GIDS_SLOT 64
#define FLOOR_GIDS_MAX 14
#define FLOOR_EVERYBODY "allmembers"

struct floor_header {
	uint64_t magic;
	uint64_t size;
	uint64_t user_count;
	uint64_t users; /* offsets in the arena */
	uint64_t group_count;
	uint64_t groups;
	uint64_t group_slot; /* bytes of a group's record */
	uint64_t gids;       /* a record a user */
	uint64_t everybody;  /* the names of the group of everybody */
	uint64_t name_size;  /* bytes of a name in a member list */
};

/* Offsets of the fields are into text. */
struct floor_user {
	uint32_t uid;
	uint32_t gid;
	uint8_t name;
	uint8_t passwd;
	uint8_t gecos;
	uint8_t home;
	uint8_t shell;
	uint8_t padding[3];
	char text[FLOOR_USER_COPY];
};

struct floor_group {
	uint32_t gid;
	uint32_t member_count;
	uint32_t name;
	uint32_t passwd;
	uint32_t members;
	uint32_t text_length;
	char text[];
};

struct floor_gids {
	uint32_t count;
	uint32_t gid[FLOOR_GIDS_MAX + 1];
};
