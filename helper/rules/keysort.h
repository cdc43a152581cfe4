/*
 * keysort.h - a merge sort of numbered entries that can be left and taken up
 * again, so that a million of them hold nobody up.
 *
 * An entry is known by two numbers that nearly always decide, so that the
 * owner's own are looked at only where they do not.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

struct keysort_key {
	int64_t first;
	uint64_t second;
	uint32_t entry;
};

/* The order of two entries of which both numbers are the same, as strcmp(). */
typedef int keysort_tie_fn(const void *owner, uint32_t a, uint32_t b);

/* Zeroed is empty. */
struct keysort {
	const void *owner; /* borrowed */
	keysort_tie_fn *tie;
	struct keysort_key *keys;
	struct keysort_key *other; /* what a pass merges into */
	size_t count;
	bool sorted;  /* none was out of order so far */
	size_t width; /* of the runs that are merged */
	size_t from;  /* where the two runs begin */
	size_t left;  /* keys taken of the first, and of the second */
	size_t right;
};

void keysort_done(struct keysort *sort);
#define KEYSORT_AUTO CLEANUP(keysort_done)
/* Empty, with room for so many. */
MUST_CHECK int keysort_start(
    struct keysort *sort, size_t room, keysort_tie_fn *tie, const void *owner);
/* No more than there is room for. */
void keysort_add(struct keysort *sort, const struct keysort_key *key);
/* Once all are in: moves at most moves_max of them. True: they are sorted. */
bool keysort_step(struct keysort *sort, size_t moves_max);
/* The n-th in order. */
uint32_t keysort_at(const struct keysort *sort, size_t n);
/* The first bytes of a text as a number, in the order of texts. */
uint64_t keysort_text(const char *text);
