/*
 * memberstore.h - the last good member list in the state database.  Blocks on
 * the disk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "rules/members.h"

/* Adds what is stored. STATE_DAMAGED: a record that cannot be read, or another
 * number of them than was written.  ret_whole: false where a list is half
 * written: its members are known, but it is not to be published. */
MUST_CHECK int memberstore_load(
    struct db *db, struct members *members, bool *ret_whole);
/*
 * Makes the stored list equal to after, over many transactions.  before: what
 * is stored now; NULL when that is not known.  Start sets the mark that a list
 * is half written; each step writes at most rows_max records inside the
 * caller's transaction; the last one takes the mark away.  The lists are
 * borrowed until done and may not change in between.  Whoever gives up in
 * between begins again with before NULL.
 */
struct memberstore_list {
	uint32_t *indexes;
	size_t count;
};
struct memberstore_run {
	struct db *db;
	struct members *before;
	struct members *after;
	/* set after start by who knows them, borrowed: members of before who
	 * are lost, and of after who are written; NULL: found by looking */
	const struct memberstore_list *lost;
	const struct memberstore_list *written;
	size_t at;
	bool dropped; /* who is lost */
};
MUST_CHECK int memberstore_save_start(struct memberstore_run *run,
    struct db *db, struct members *before, struct members *after);
MUST_CHECK int memberstore_save_step(
    struct memberstore_run *run, size_t rows_max, bool *ret_done);
/* One member of a list that is stored but for it. */
MUST_CHECK int memberstore_save_one(
    struct db *db, struct members *after, const struct member *member);
