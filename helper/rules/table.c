/*
 * table.c - open addressing with linear probing, at most half full.
 *
 * Nothing is ever taken out: an index that shrinks is cleared and filled anew,
 * which needs no marks for deleted slots.  Knows nothing of what it points to.
 */
#include "rules/table.h"

#include <stdlib.h>

#include "common/err.h"
#include "rules/keyhash.h"

#define SIZE_MIN 16
#define SIZE_LIMIT ((size_t)1 << 24)

void
table_done(struct table *table)
{
	free(table->slots);
	*table = (struct table){0};
}

static struct table_slot *
free_slot(struct table_slot *slots, size_t size, uint64_t hash)
{
	size_t at = (size_t)hash & (size - 1);

	while (slots[at].entry != NULL)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

int
table_reserve(struct table *table, size_t count)
{
	struct table_slot *slots = NULL;
	size_t size = table->size == 0 ? SIZE_MIN : table->size;

	while (size / 2 < count && size < SIZE_LIMIT)
		size *= 2;
	if (size / 2 < count)
		return ERR_TOO_LARGE;
	if (size == table->size)
		return 0;
	slots = calloc(size, sizeof(*slots));
	if (slots == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < table->size; i++)
		if (table->slots[i].entry != NULL)
			*free_slot(slots, size, table->slots[i].hash) =
			    table->slots[i];
	free(table->slots);
	table->slots = slots;
	table->size = size;
	return 0;
}

int
table_put(struct table *table, uint64_t hash, void *entry)
{
	int err = table_reserve(table, table->used + 1);

	if (err != 0)
		return err;
	*free_slot(table->slots, table->size, hash) =
	    (struct table_slot){hash, entry};
	table->used++;
	return 0;
}

void **
table_at(const struct table *table, uint64_t hash, table_same_fn *same,
    const void *key)
{
	size_t mask = table->size - 1;

	if (table->size == 0)
		return NULL;
	for (size_t at = (size_t)hash & mask; table->slots[at].entry != NULL;
	     at = (at + 1) & mask) {
		struct table_slot *slot = &table->slots[at];

		if (slot->hash == hash && same(slot->entry, key))
			return &slot->entry;
	}
	return NULL;
}

void *
table_get(const struct table *table, uint64_t hash, table_same_fn *same,
    const void *key)
{
	void **at = table_at(table, hash, same, key);

	return at == NULL ? NULL : *at;
}

uint64_t
table_hash_text(const struct table *table, const char *text)
{
	return keyhash_text(table, text);
}

uint64_t
table_hash_number(const struct table *table, uint32_t number)
{
	return keyhash_number(table, number);
}
