/*
 * reconcile.h - a list on its way to be the current one: compared, given names
 * and numbers, written down, a slice at a time.
 *
 * The current list stays as it is until the caller puts the new one in its
 * place, in the transaction that writes the last rows.  Until then its members
 * may change, but none may join or leave.  Blocks on the disk, for one slice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "rules/members.h"
#include "services/ids.h"
#include "services/locals.h"

struct reconcile;

struct reconcile_options {
	struct db *db; /* borrowed, as are ids and current */
	struct ids *ids;
	struct members *current;
	bool stored;        /* the database holds the current members */
	bool accept_shrink; /* also a loss of more than this */
	unsigned int max_shrink_percent;
	struct wall_time now;
};

/* members: the new list; NULL: the current one, because only locals changed.
 * Takes both over on success. */
MUST_CHECK int reconcile_new(const struct reconcile_options *options,
    struct members *members, struct locals *locals,
    struct reconcile **ret_reconcile);
void reconcile_free(struct reconcile *reconcile);

enum reconcile_state {
	RECONCILE_GOES_ON = 0,
	RECONCILE_SAME, /* the source says what it said */
	RECONCILE_READY,
};
/*
 * Goes on by one slice.  READY: a transaction is open, which holds the last
 * rows of the new list; the caller adds its own and ends it.  On a fault no
 * transaction is open and the list is lost: DIRECTORY_SHRUNK, or of the
 * database, which then holds a half-written list (see reconcile_wrote()).
 */
MUST_CHECK int reconcile_step(
    struct reconcile *reconcile, enum reconcile_state *ret_state);
/* The database no longer holds the current members. */
bool reconcile_wrote(const struct reconcile *reconcile);
/* The map of ids in memory is that of the new list. */
bool reconcile_named(const struct reconcile *reconcile);

/* Once READY: the new list and the host's files that it was held against. */
struct members *reconcile_members(struct reconcile *reconcile);
const struct locals *reconcile_locals(const struct reconcile *reconcile);
struct members *reconcile_take_members(struct reconcile *reconcile);
struct locals *reconcile_take_locals(struct reconcile *reconcile);
/* Members of the current list that the new one does not have. */
size_t reconcile_lost(const struct reconcile *reconcile);
/* Members of the new list whose identity the source says. */
uint32_t reconcile_identified(const struct reconcile *reconcile);
/* Members of the new list who are left out. */
uint32_t reconcile_excluded(const struct reconcile *reconcile);
