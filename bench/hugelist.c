/*
 * hugelist.c - the members and the folder that benchmarks of long lists share.
 */
#include "bench/hugelist.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/roster.h"

#define WALL_S INT64_C(1767323045)

void
hugelist_must(const char *what, int err)
{
	if (err == 0)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_name(err));
	exit(EXIT_FAILURE);
}

void
hugelist_make(struct hugelist *huge, uint64_t number, uint64_t id_start,
    const uint64_t *held, size_t held_count)
{
	(void)snprintf(huge->id, sizeof(huge->id),
	    "%08jx-0000-4000-8000-%012jx", (uintmax_t)(id_start & UINT32_MAX),
	    (uintmax_t)number);
	(void)snprintf(huge->mail, sizeof(huge->mail), "person%ju@example.com",
	    (uintmax_t)number);
	(void)snprintf(huge->name, sizeof(huge->name), "Person Number %ju",
	    (uintmax_t)number);
	for (size_t i = 0; i < held_count; i++) {
		(void)snprintf(huge->roles[i], sizeof(huge->roles[i]),
		    "role-%ju", (uintmax_t)held[i]);
		huge->list[i] = huge->roles[i];
	}
	huge->member = (struct member){.id = huge->id,
	    .mail = huge->mail,
	    .name = huge->name,
	    .username = "",
	    .shell = "",
	    .issuer = "",
	    .subject = "",
	    .roles = huge->list,
	    .role_count = held_count,
	    .user = "",
	    .state = MEMBER_ACTIVE,
	    .created_s = WALL_S};
}

void
hugelist_folder_make(struct hugelist_folder *folder, const char *in)
{
	(void)snprintf(
	    folder->path, sizeof(folder->path), "%s/bench.XXXXXX", in);
	if (mkdtemp(folder->path) == NULL || chmod(folder->path, 0755) != 0)
		hugelist_must(folder->path, ERR_IO);
	(void)snprintf(folder->snapshot, sizeof(folder->snapshot),
	    "%s/members.snapshot", folder->path);
	(void)snprintf(
	    folder->db, sizeof(folder->db), "%s/state.db", folder->path);
}

void
hugelist_folder_remove(const struct hugelist_folder *folder)
{
	char overlay[256];

	(void)unlink(folder->snapshot);
	(void)unlink(folder->db);
	if (roster_overlay_path(folder->snapshot, overlay, sizeof(overlay)) ==
	    0)
		(void)unlink(overlay);
	(void)rmdir(folder->path);
}
