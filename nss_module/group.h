/*
 * group.h - the group and initgroups maps of NSS, over any struct map.
 */
#pragma once

#include <grp.h>
#include <nss.h>
#include <stddef.h>

#include "nss_module/map.h"
#include "nss_module/walk.h"

/* What glibc hands over for an answer: strings and members go to the buffer. */
struct group_answer {
	struct group *entry;
	char *buffer;
	size_t size;
	int *errnop;
};

/* The caller's growing list of gids, as glibc hands it over. */
struct group_list {
	gid_t **gids; /* grown by realloc() */
	long *count;
	long *room;
	long limit; /* most entries, if above 0 */
	gid_t skip; /* the primary group, which the caller has already */
};

enum nss_status group_by_name(
    struct map *map, const char *name, const struct group_answer *answer);
enum nss_status group_by_id(
    struct map *map, gid_t gid, const struct group_answer *answer);
/*
 * The entry where the walk stands: first groups, then private groups.  Groups
 * of the host are not told: /etc/group lists them.
 */
enum nss_status group_next(
    struct map *map, struct walk *walk, const struct group_answer *answer);
/* Adds a member's supplementary groups; NOTFOUND for anybody else. */
enum nss_status group_list(struct map *map, const char *user,
    const struct group_list *list, int *errnop);
