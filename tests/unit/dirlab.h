/*
 * dirlab.h - for tests of the directory: a folder with the files of a small
 * host, and members from JSON lines.
 */
#pragma once

#include <stddef.h>

#include "rules/access.h"
#include "rules/members.h"
#include "services/directory.h"
#include "services/ids.h"
#include "services/locals.h"

#define DIRLAB_WALL_S INT64_C(1767323045)

struct dirlab {
	char folder[64];
	char passwd[96];
	char group[96];
	char subuid[96]; /* not there at first, as the next */
	char subgid[96];
	struct locals_paths locals; /* of the four above */
	char db[96];
	char snapshot[96];
	char members[96];
	struct access_policy policy;
};

/* A host with root, daemon and local, and the groups root, adm and docker; a
 * policy that maps OrganizationAdmin to org-admins and adm. */
void dirlab_init(struct dirlab *lab);
/* The same, and a clock at DIRLAB_WALL_S that stands still. */
void dirlab_begin(struct dirlab *lab, struct clock_fake *clock);
void dirlab_done(struct dirlab *lab);
/* How many users the name service sees, overlay and all, checked whole. */
uint32_t dirlab_published(const struct dirlab *lab);
void dirlab_write(const char *path, const char *text);
/* For org_acme, with this host's files. */
struct ids_options dirlab_ids_options(const struct dirlab *lab);
struct directory_options dirlab_options(const struct dirlab *lab);
/* A complete list from JSON lines; the caller frees. */
struct members *dirlab_members(const char *const *lines, size_t count);
/* The same with names and numbers, written to the database. */
struct members *dirlab_assigned(struct db *db, struct ids *ids,
    const struct locals *locals, const char *const *lines, size_t count);
/* One statement that gives no rows; a constant. */
void dirlab_sql(struct db *db, const char *sql);
/* Ends all of them, the lab too; each may be NULL. */
void dirlab_close(struct dirlab *lab, struct db *db, struct ids *ids,
    struct locals *locals, struct members *members);
#define DIRLAB_LINES(...)                   \
	(const char *const[]){__VA_ARGS__}, \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
/* An Active member with the role OrganizationAdmin and nothing else. */
struct member dirlab_member(const char *id, const char *mail);
/* An Active member with one role, as a line in a static buffer. */
const char *dirlab_line(const char *id, const char *mail, const char *more);
