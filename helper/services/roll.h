/*
 * roll.h - the current members of this host, as they are stored: each change is
 * committed first, then it counts.
 *
 * A fault on the way to the commit leaves everything as it was.  Blocks on the
 * disk, for what changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"
#include "rules/changes.h"
#include "rules/members.h"
#include "services/confirmed.h"
#include "services/ids.h"
#include "services/locals.h"
#include "services/reconcile.h"

/* Read by its owner, written by the functions below. */
struct roll {
	struct db *db; /* borrowed, as are clock and organization_id */
	const struct clock *clock;
	const char *organization_id;
	char boot_id[CLOCK_BOOT_ID_SIZE];
	struct ids *ids;
	struct locals
	    *locals; /* of this host, as the names were held against */
	struct members *members;
	struct confirmed confirmed; /* the last complete answer */
	bool stored;                /* the database holds these members */
	uint64_t generation;        /* committed; 0: none */
	uint32_t excluded;          /* members without a name */
	uint32_t
	    identified; /* those whose identity the source says, at least */
};

/* db, clock and organization_id are set. */
MUST_CHECK int roll_open(struct roll *roll, const struct ids_options *options);
void roll_close(struct roll *roll);

/* Reads back what is stored and holds it against locals, which it takes over
 * in any case.  STATE_DAMAGED: nobody is known, and nothing was changed. */
MUST_CHECK int roll_load(struct roll *roll, struct locals *locals);

/*
 * The complete list that is READY takes the place of the current one, and its
 * transaction is ended.  carried: who changed since it was begun, and goes into
 * it; TOO_LARGE: they are too many.
 */
MUST_CHECK int roll_take(struct roll *roll, struct reconcile *reconcile,
    const struct changes *carried, const struct confirmed *confirmed);
/* A complete list was given up. */
void roll_drop(struct roll *roll, const struct reconcile *reconcile);

/*
 * Members replace those of the same id, or join.  naming: false while a
 * complete list is on its way; then ERR_EXISTS where somebody's name could
 * depend on it.  ret_changed: who it is, added.
 */
struct roll_change {
	const struct member *members;
	size_t count;
	const struct confirmed *confirmed;
	bool naming;
};
MUST_CHECK int roll_amend(struct roll *roll, const struct roll_change *change,
    struct changes *ret_changed);
/* For an answer that comes now; how old the last one is, as confirmed_age_ms()
 * says. */
struct confirmed roll_now(const struct roll *roll);
int64_t roll_age_ms(const struct roll *roll);
/* Stores how old it has become; nothing where there was none. */
MUST_CHECK int roll_look(struct roll *roll);
/* A new time, and the generation of what will carry it. */
MUST_CHECK int roll_confirm(
    struct roll *roll, const struct confirmed *confirmed, uint64_t generation);
/* The same list as another generation. ERR_NOT_FOUND: there is none yet. */
MUST_CHECK int roll_renew(struct roll *roll);
/* Whether the source says so of the member already, and of nobody else:
 * ERR_EXISTS. Looks at members only where the source tells identities. */
MUST_CHECK int roll_identity(struct roll *roll, const char *member_id,
    const char *issuer, const char *subject, bool *ret_bound);
/* Takes the name away from a member, in memory only: the next list or start
 * comes to the same by itself. */
MUST_CHECK int roll_exclude(struct roll *roll, const char *id, int reason);
