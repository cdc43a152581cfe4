/*
 * passwd.h - the passwd map of NSS, over any struct map.
 */
#pragma once

#include <nss.h>
#include <pwd.h>
#include <stddef.h>

#include "nss_module/map.h"
#include "nss_module/walk.h"

/* What glibc hands over for an answer: strings go to the buffer. */
struct passwd_answer {
	struct passwd *entry;
	char *buffer;
	size_t size;
	int *errnop;
};

enum nss_status passwd_by_name(
    struct map *map, const char *name, const struct passwd_answer *answer);
enum nss_status passwd_by_id(
    struct map *map, uid_t uid, const struct passwd_answer *answer);
/* The entry where the walk stands; it moves on only when one was told. */
enum nss_status passwd_next(
    struct map *map, struct walk *walk, const struct passwd_answer *answer);
