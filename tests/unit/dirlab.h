/*
 * dirlab.h - for tests of the directory: a folder with the files of a small
 * host, and members from JSON lines.
 */
#pragma once

#include <stddef.h>

#include "rules/access.h"
#include "rules/members.h"

struct dirlab {
	char folder[64];
	char passwd[96];
	char group[96];
	char db[96];
	char snapshot[96];
	char members[96];
	struct access_policy policy;
};

/* A host with root, daemon and local, and the groups root, adm and docker; a
 * policy that maps OrganizationAdmin to org-admins and adm. */
void dirlab_init(struct dirlab *lab);
void dirlab_done(struct dirlab *lab);
void dirlab_write(const char *path, const char *text);
/* A complete list from JSON lines; the caller frees. */
struct members *dirlab_members(const char *const *lines, size_t count);
/* An Active member with one role, as a line in a static buffer. */
const char *dirlab_line(const char *id, const char *mail, const char *more);
