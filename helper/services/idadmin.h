/*
 * idadmin.h - what the administrator does with the id map of a running daemon:
 * see it, check it, write it out, bring one in.
 */
#pragma once

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"
#include "services/directory.h"
#include "services/idcarry.h"
#include "services/idcheck.h"

struct idadmin {
	/* Borrowed, for as long as it is used. */
	struct db *db; /* NULL: its file is damaged, and nothing can be done */
	const struct clock *clock;
	struct directory *directory;
	struct idcarry_options options;
	/* The import under way; NULL: none. */
	struct idcarry *carry;
};

/* 0, or STATE_DAMAGED: damaged or lost. */
int idadmin_state(const struct idadmin *admin);
/* What is wrong with the map and how it is mended; "" where nothing is. */
const char *idadmin_trouble(const struct idadmin *admin);
/* Logs that. */
void idadmin_tell(const struct idadmin *admin);
/* STATE_DAMAGED without a database, as idadmin_begin(). */
MUST_CHECK int idadmin_read(
    const struct idadmin *admin, struct idread *ret_read);
struct idcheck_view idadmin_view(const struct idadmin *admin);

/* Begins an import, one at a time: EXISTS. */
MUST_CHECK int idadmin_begin(struct idadmin *admin);
/* Some lines more: as idcarry_take(). */
MUST_CHECK int idadmin_take(struct idadmin *admin, const char *lines);
/*
 * Brings in what was taken; where the map was damaged, what is stored of the
 * members is read anew.  EXISTS: a member list is being taken over, try again;
 * else the faults of idcarry_finish() and directory_load().
 */
MUST_CHECK int idadmin_finish(struct idadmin *admin, uint64_t *ret_added);
/* What was wrong, as idcarry_problem(). */
const char *idadmin_problem(const struct idadmin *admin);
/* Ends the import, whatever became of it. */
void idadmin_drop(struct idadmin *admin);
