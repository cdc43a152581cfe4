/*
 * amend.h - single members of a list changed in place: in memory, and in the
 * transaction that the caller has open, with the way back where that fails.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "rules/changes.h"
#include "rules/members.h"
#include "services/ids.h"
#include "services/locals.h"

struct amend {
	/* set by the caller; borrowed */
	struct db *db;
	struct ids *ids; /* NULL: names and numbers are being given just now */
	struct members *members;
	const struct locals *locals;
	struct wall_time now;
	/* what was done */
	struct changes changed;
	struct changes joined;  /* of them */
	struct members *former; /* the others, as they were; owned */
	int32_t excluded;       /* how many more are left out */
	uint32_t identified;    /* of whom the source says the identity */
	bool named;             /* ids must be saved */
};

/*
 * Puts the member in, or in the place of that of the same id, with a name and a
 * number; nothing where the source says what it said.  The directory table has
 * the rows of the list but for this one.  ERR_EXISTS: without ids only what
 * gives nobody another name can be changed.
 */
MUST_CHECK int amend_member(struct amend *amend, const struct member *member);
/* The last writes of the transaction. */
MUST_CHECK int amend_save(struct amend *amend);
/*
 * After a rollback: the list as it was.  ret_members: the list in its place,
 * where somebody had joined; the old one is freed.
 */
MUST_CHECK int amend_undo(struct amend *amend, struct members **ret_members);
void amend_done(struct amend *amend);
#define AMEND_AUTO CLEANUP(amend_done)
