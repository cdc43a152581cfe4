/*
 * finder.h - a hash index of numbered entries, four bytes a slot: for lists of
 * a million, where a table of pointers would cost more than what it finds.
 *
 * It keeps an entry's number and nine bits of its hash; whether an entry has
 * the key, and the hash of an entry that must move, are asked of the owner.
 * Growing moves a few entries with each one that is put in, so that no single
 * call is long.  Hashes are those of keyhash.h, seeded with the finder's own
 * address.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

#define FINDER_NONE UINT32_MAX
#define FINDER_MAX UINT32_C(8388606) /* entries are 0 .. FINDER_MAX - 1 */

typedef bool finder_same_fn(const void *owner, uint32_t entry, const void *key);
typedef uint64_t finder_hash_fn(const void *owner, uint32_t entry);

struct finder_slots {
	uint32_t *slots;
	uint32_t size;
};

struct finder {
	const void *owner;
	finder_same_fn *same;
	finder_hash_fn *hash;
	struct finder_slots now;
	struct finder_slots old; /* of before the last growth */
	uint32_t moved;          /* slots of old that were looked at */
	uint32_t count;
	uint32_t removed; /* slots of now that were left */
};

/* Empty; owner is borrowed.  finder_done() leaves it like that. */
void finder_init(struct finder *finder, const void *owner, finder_same_fn *same,
    finder_hash_fn *hash);
void finder_done(struct finder *finder);
/* Makes room for count entries in all. ERR_NO_MEMORY, TOO_LARGE. */
MUST_CHECK int finder_reserve(struct finder *finder, size_t count);
/* Adds an entry; that it is not there yet is the caller's to know. */
MUST_CHECK int finder_put(struct finder *finder, uint64_t hash, uint32_t entry);
/* Takes it out, where it is in. */
void finder_remove(struct finder *finder, uint64_t hash, uint32_t entry);
/* An entry that has the key, or FINDER_NONE. */
uint32_t finder_get(
    const struct finder *finder, uint64_t hash, const void *key);
