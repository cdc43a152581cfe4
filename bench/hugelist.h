/*
 * hugelist.h - members by their number, as many as are asked for, and a folder
 * for what is made of them.
 */
#pragma once

#include <stdint.h>

#include "rules/members.h"

#define HUGELIST_ROLES 3

/* One of them; the next call writes over it.  The roles are role-N, and only
 * those of the numbers that are held. */
struct hugelist {
	struct member member;
	char id[48];
	char mail[64];
	char name[64];
	char roles[HUGELIST_ROLES][32];
	const char *list[HUGELIST_ROLES];
};
void hugelist_make(struct hugelist *huge, uint64_t number, uint64_t id_start,
    const uint64_t *held, size_t held_count);

/* Says what failed, and exits. */
void hugelist_must(const char *what, int err);

struct hugelist_folder {
	char path[200];
	char snapshot[256];
	char db[256];
};
/* A new one in the folder of that name. */
void hugelist_folder_make(struct hugelist_folder *folder, const char *in);
void hugelist_folder_remove(const struct hugelist_folder *folder);
