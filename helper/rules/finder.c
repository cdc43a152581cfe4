/*
 * finder.c - open addressing with linear probing, at most 85 % full, in 32 bits
 * a slot: 23 of the entry's number and one, 9 of its hash.
 *
 * A slot that is left stays marked until the next growth, so that what was
 * put behind it is still found; slots that moved are marked in the same way.
 * Knows nothing of what it numbers.
 */
#include "rules/finder.h"

#include <stdlib.h>

#include "common/err.h"

#define SIZE_MIN 16
#define ENTRY_BITS 23
#define ENTRY_MASK ((UINT32_C(1) << ENTRY_BITS) - 1)
#define LEFT ENTRY_MASK /* the mark of a slot that was left */
#define MOVES 32        /* slots of the old array looked at for each put */

void
finder_init(struct finder *finder, const void *owner, finder_same_fn *same,
    finder_hash_fn *hash)
{
	*finder = (struct finder){.owner = owner, .same = same, .hash = hash};
}

void
finder_done(struct finder *finder)
{
	free(finder->now.slots);
	free(finder->old.slots);
	finder_init(finder, finder->owner, finder->same, finder->hash);
}

/* The low half of the hash says where, nine bits of the high half what. */
static uint32_t
first_slot(const struct finder_slots *in, uint64_t hash)
{
	return (uint32_t)((hash & UINT32_MAX) * in->size >> 32);
}

static uint32_t
next_slot(const struct finder_slots *in, uint32_t at)
{
	return at + 1 == in->size ? 0 : at + 1;
}

static uint32_t
slot_value(uint64_t hash, uint32_t entry)
{
	return (uint32_t)(hash >> 55) << ENTRY_BITS | (entry + 1);
}

/* A slot that was left is not taken again: it counts until the next growth. */
static void
place(struct finder_slots *in, uint64_t hash, uint32_t entry)
{
	uint32_t at = first_slot(in, hash);

	while (in->slots[at] != 0)
		at = next_slot(in, at);
	in->slots[at] = slot_value(hash, entry);
}

static void
move_some(struct finder *finder, uint32_t slots)
{
	struct finder_slots *old = &finder->old;

	for (; slots > 0 && finder->moved < old->size; slots--) {
		uint32_t *slot = &old->slots[finder->moved++];
		uint32_t entry = (*slot & ENTRY_MASK) - 1;

		if (*slot == 0 || *slot == LEFT)
			continue;
		place(&finder->now, finder->hash(finder->owner, entry), entry);
		*slot = LEFT;
	}
	if (finder->moved < old->size || old->size == 0)
		return;
	free(old->slots);
	*old = (struct finder_slots){0};
	finder->moved = 0;
}

static bool
has_room(const struct finder *finder, size_t count)
{
	return (uint64_t)(count + finder->removed) * 20 <=
	    (uint64_t)finder->now.size * 17;
}

int
finder_reserve(struct finder *finder, size_t count)
{
	uint64_t size = 0;
	uint32_t *slots = NULL;

	if (count > FINDER_MAX)
		return ERR_TOO_LARGE;
	if (has_room(finder, count))
		return 0;
	if (count < finder->count)
		count = finder->count;
	size = (uint64_t)count * 5 / 4 + SIZE_MIN;
	move_some(finder, UINT32_MAX);
	slots = calloc(size, sizeof(*slots));
	if (slots == NULL)
		return ERR_NO_MEMORY;
	finder->old = finder->now;
	finder->now =
	    (struct finder_slots){.slots = slots, .size = (uint32_t)size};
	finder->removed = 0;
	finder->moved = finder->count == 0 ? finder->old.size : 0;
	move_some(finder, 0);
	return 0;
}

int
finder_put(struct finder *finder, uint64_t hash, uint32_t entry)
{
	int err = 0;

	if (entry >= FINDER_MAX)
		return ERR_TOO_LARGE;
	/* a quarter more: what is moved for each put is done long before */
	if (!has_room(finder, (size_t)finder->count + 1))
		err = finder_reserve(
		    finder, (size_t)finder->count + finder->count / 4 + 1);
	if (err != 0)
		return err;
	move_some(finder, MOVES);
	place(&finder->now, hash, entry);
	finder->count++;
	return 0;
}

static bool
leave(struct finder_slots *in, uint64_t hash, uint32_t entry)
{
	if (in->size == 0)
		return false;
	for (uint32_t at = first_slot(in, hash); in->slots[at] != 0;
	     at = next_slot(in, at)) {
		if (in->slots[at] != slot_value(hash, entry))
			continue;
		in->slots[at] = LEFT;
		return true;
	}
	return false;
}

void
finder_remove(struct finder *finder, uint64_t hash, uint32_t entry)
{
	if (leave(&finder->now, hash, entry))
		finder->removed++;
	else if (!leave(&finder->old, hash, entry))
		return;
	finder->count--;
}

static uint32_t
look(const struct finder *finder, const struct finder_slots *in, uint64_t hash,
    const void *key)
{
	uint32_t tag = slot_value(hash, 0) & ~ENTRY_MASK;

	if (in->size == 0)
		return FINDER_NONE;
	for (uint32_t at = first_slot(in, hash); in->slots[at] != 0;
	     at = next_slot(in, at)) {
		uint32_t slot = in->slots[at];
		uint32_t entry = (slot & ENTRY_MASK) - 1;

		if ((slot & ~ENTRY_MASK) == tag && slot != LEFT &&
		    finder->same(finder->owner, entry, key))
			return entry;
	}
	return FINDER_NONE;
}

uint32_t
finder_get(const struct finder *finder, uint64_t hash, const void *key)
{
	uint32_t entry = look(finder, &finder->now, hash, key);

	return entry != FINDER_NONE ? entry
				    : look(finder, &finder->old, hash, key);
}
