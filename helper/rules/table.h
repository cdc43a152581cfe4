/*
 * table.h - a hash table of borrowed pointers, for the indexes of the layers
 * above.
 *
 * It owns its slots, never what they point to.  Hashes are seeded with the
 * table's own address, so that keys which collide cannot be prepared outside.
 * Looking up and adding take constant time on average.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

struct table_slot {
	uint64_t hash;
	void *entry;
};

/* Zeroed is empty and ready. */
struct table {
	struct table_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

typedef bool table_same_fn(const void *entry, const void *key);

/* Frees the slots; accepts a zeroed table. */
void table_done(struct table *table);
/* Makes room for count entries in all: table_put() cannot fail up to there. */
MUST_CHECK int table_reserve(struct table *table, size_t count);
/* Adds an entry that is not there yet. */
MUST_CHECK int table_put(struct table *table, uint64_t hash, void *entry);
/* Where the entry stands, to be read or replaced by one of the same key; NULL
 * when there is none. Borrowed until the next change. */
void **table_at(const struct table *table, uint64_t hash, table_same_fn *same,
    const void *key);
/* The entry itself, or NULL. */
void *table_get(const struct table *table, uint64_t hash, table_same_fn *same,
    const void *key);

uint64_t table_hash_text(const struct table *table, const char *text);
uint64_t table_hash_number(const struct table *table, uint32_t number);
