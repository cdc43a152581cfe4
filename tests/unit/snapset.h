/*
 * snapset.h - a small set of members, and files of it, for tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "rules/snapwrite.h"

#define SNAPSET_UID 1879050000u /* ada's; bob and grace follow */
#define SNAPSET_GID 1879060000u /* of org-admins; the others follow */

/*
 * ada    org-admins, org-members, everyone, adm
 * bob    org-members, everyone
 * grace  everyone
 * org-admins, org-members, everyone (unlisted), nobody-here (empty), and the
 * host's own adm (4).  The bytes are malloc()ed.
 */
struct snapset {
	uint8_t *bytes;
	size_t size;
};

/* The input itself, to be changed by a test; all of it is static. */
struct snapwrite_input snapset_input(void);
struct snapset snapset_make(uint64_t generation);
/* The bytes of any input; fails the test if they cannot be made. */
struct snapset snapset_of(const struct snapwrite_input *input);
void snapset_done(struct snapset *set);

/* A fresh folder of mode 0755; the path is malloc()ed. */
char *snapset_new_folder(void);
/* Removes the folder and the files in it, and frees the path. */
void snapset_remove_folder(char *folder);
/* FOLDER/members.snapshot; malloc()ed. */
char *snapset_path(const char *folder);
/* Publishes as the daemon does: a file beside it, a rename, and the mark in
 * the file that was there. */
void snapset_publish(const char *path, const uint8_t *bytes, size_t size);
