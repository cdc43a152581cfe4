/*
 * memberorder.h - the fixed order of a list's members: creation time, then id.
 * Every host comes to the same, in whatever order a source told them.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/members.h"

struct memberorder_key;

/* Zeroed is empty. */
struct memberorder {
	struct members *members; /* borrowed; may not grow meanwhile */
	struct memberorder_key *keys;
	struct memberorder_key *other; /* what a pass merges into */
	size_t count;
	size_t taken; /* members that have a key */
	bool sorted;  /* none was out of order so far */
	size_t width; /* of the runs that are merged */
	size_t from;  /* where the two runs begin */
	size_t left;  /* keys taken of the first, and of the second */
	size_t right;
};

void memberorder_done(struct memberorder *order);
MUST_CHECK int memberorder_start(
    struct memberorder *order, struct members *members);
/* Moves at most keys_max keys. True: the order is known. */
bool memberorder_step(struct memberorder *order, size_t keys_max);
/* The index of the n-th; after the order is known. */
size_t memberorder_at(const struct memberorder *order, size_t n);
