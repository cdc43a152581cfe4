/*
 * memberorder.h - the fixed order of a list's members: creation time, then id.
 * Every host comes to the same, in whatever order a source told them.  Or the
 * order of the ids of some of them.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/keysort.h"
#include "rules/members.h"

/* Zeroed is empty. */
struct memberorder {
	struct members *members; /* borrowed; may not grow meanwhile */
	const uint32_t *indexes; /* NULL: all, by creation time first */
	size_t count;
	struct keysort sort;
};

void memberorder_done(struct memberorder *order);
MUST_CHECK int memberorder_start(
    struct memberorder *order, struct members *members);
/* These alone, by id; the indexes are borrowed until the order is known. */
MUST_CHECK int memberorder_start_ids(struct memberorder *order,
    struct members *members, const uint32_t *indexes, size_t count);
/* Moves at most keys_max keys. True: the order is known. */
bool memberorder_step(struct memberorder *order, size_t keys_max);
/* The index of the n-th; after the order is known. */
size_t memberorder_at(const struct memberorder *order, size_t n);
