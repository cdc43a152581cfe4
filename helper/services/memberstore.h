/*
 * memberstore.h - the last good member list in the state database.  Blocks on
 * the disk.
 */
#pragma once

#include "base/db.h"
#include "common/attrs.h"
#include "rules/members.h"

/* Adds what is stored. STATE_DAMAGED: a record that cannot be read, or another
 * number of them than was written. */
MUST_CHECK int memberstore_load(struct db *db, struct members *members);
/*
 * Makes the stored list equal to after, inside the caller's transaction.
 * before: what is stored now; NULL when that is not known.
 */
MUST_CHECK int memberstore_save(
    struct db *db, struct members *before, struct members *after);
