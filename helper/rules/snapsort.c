/*
 * snapsort.c - numbers by radix; names by their first eight bytes, then what
 * is equal by the next eight, and so on.
 *
 * Names are looked at once for each eight bytes, not once for each comparison:
 * among a million of them every look is a wait for memory.
 */
#include "rules/snapsort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 256
#define RADIX_MIN 256 /* below, counting costs more than comparing */
#define KEY_BYTES 8

static unsigned int
digit(uint64_t key, unsigned int place)
{
	return (unsigned int)(key >> (8 * place)) & (DIGITS - 1);
}

/* Turns counts of each digit into places; false where all have one digit. */
static bool
place_digits(size_t counts[DIGITS], size_t total)
{
	size_t at = 0;

	for (int i = 0; i < DIGITS; i++) {
		size_t count = counts[i];

		if (count == total)
			return false;
		counts[i] = at;
		at += count;
	}
	return true;
}

void
snapsort_numbers(uint64_t *items, uint64_t *spare, size_t count)
{
	uint64_t *from = items;
	uint64_t *to = spare;

	for (unsigned int place = 0; place < KEY_BYTES && count > 1; place++) {
		size_t counts[DIGITS] = {0};
		uint64_t *swap = from;

		for (size_t i = 0; i < count; i++)
			counts[digit(from[i], place)]++;
		if (!place_digits(counts, count))
			continue;
		for (size_t i = 0; i < count; i++)
			to[counts[digit(from[i], place)]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
}

static int
compare(const void *left, const void *right)
{
	const struct snapsort_entry *a = left;
	const struct snapsort_entry *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->code > b->code) - (a->code < b->code);
}

static void
sort_keys(
    struct snapsort_entry *entries, struct snapsort_entry *spare, size_t count)
{
	struct snapsort_entry *from = entries;
	struct snapsort_entry *to = spare;

	for (unsigned int place = 0; place < KEY_BYTES; place++) {
		size_t counts[DIGITS] = {0};
		struct snapsort_entry *swap = from;

		for (size_t i = 0; i < count; i++)
			counts[digit(from[i].key, place)]++;
		if (!place_digits(counts, count))
			continue;
		for (size_t i = 0; i < count; i++)
			to[counts[digit(from[i].key, place)]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*entries));
}

uint64_t
snapsort_key(const char *name)
{
	uint64_t key = 0;

	for (int i = 0; i < KEY_BYTES; i++) {
		key = key << 8 | (uint8_t)*name;
		name += *name != '\0';
	}
	return key;
}

struct sort {
	struct snapsort_entry *spare;
	snapsort_name_fn *name;
	const void *context;
};

static void sort_from(const struct sort *sort, struct snapsort_entry *entries,
    size_t count, size_t depth);

/* Entries that are equal up to depth; their keys are of the bytes before. */
static void
sort_deeper(const struct sort *sort, struct snapsort_entry *entries,
    size_t count, size_t depth)
{
	bool ends = (entries[0].key & 0xff) == 0;

	for (size_t i = 0; i < count; i++)
		entries[i].key = ends
		    ? 0
		    : snapsort_key(
			  sort->name(sort->context, entries[i].code) + depth);
	if (ends)
		qsort(entries, count, sizeof(*entries), compare);
	else
		sort_from(sort, entries, count, depth);
}

/* The depth is bounded by the length of a name. */
static void
sort_from(const struct sort *sort, struct snapsort_entry *entries, size_t count,
    size_t depth)
{
	size_t start = 0;

	if (count < RADIX_MIN)
		qsort(entries, count, sizeof(*entries), compare);
	else
		sort_keys(entries, sort->spare, count);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && entries[i].key == entries[start].key)
			continue;
		if (i - start > 1)
			sort_deeper(sort, entries + start, i - start,
			    depth + KEY_BYTES);
		start = i;
	}
}

void
snapsort_names(struct snapsort_entry *entries, struct snapsort_entry *spare,
    size_t count, snapsort_name_fn *name, const void *context)
{
	const struct sort sort = {
	    .spare = spare, .name = name, .context = context};

	if (count > 1)
		sort_from(&sort, entries, count, 0);
}
