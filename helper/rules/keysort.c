/*
 * keysort.c - runs that double with each pass, from one array into another.
 *
 * What came in order costs no pass.  Knows nothing of what it numbers.
 */
#include "rules/keysort.h"

#include <stdlib.h>

#include "common/err.h"

void
keysort_done(struct keysort *sort)
{
	free(sort->keys);
	free(sort->other);
	*sort = (struct keysort){0};
}

int
keysort_start(
    struct keysort *sort, size_t room, keysort_tie_fn *tie, const void *owner)
{
	keysort_done(sort);
	*sort = (struct keysort){.owner = owner,
	    .tie = tie,
	    .keys = calloc(room + 1, sizeof(*sort->keys)),
	    .other = calloc(room + 1, sizeof(*sort->other)),
	    .sorted = true,
	    .width = 1};
	if (sort->keys != NULL && sort->other != NULL)
		return 0;
	keysort_done(sort);
	return ERR_NO_MEMORY;
}

static bool
comes_before(const struct keysort *sort, const struct keysort_key *a,
    const struct keysort_key *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	if (a->second != b->second)
		return a->second < b->second;
	return sort->tie(sort->owner, a->entry, b->entry) < 0;
}

void
keysort_add(struct keysort *sort, const struct keysort_key *key)
{
	if (sort->sorted && sort->count > 0 &&
	    comes_before(sort, key, &sort->keys[sort->count - 1]))
		sort->sorted = false;
	sort->keys[sort->count++] = *key;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
end_runs(struct keysort *sort)
{
	struct keysort_key *keys = sort->keys;

	sort->from += 2 * sort->width;
	sort->left = sort->right = 0;
	if (sort->from < sort->count)
		return;
	sort->keys = sort->other;
	sort->other = keys;
	sort->width *= 2;
	sort->from = 0;
}

/* The next key of the two runs at from. */
static void
merge(struct keysort *sort)
{
	size_t middle = smaller(sort->from + sort->width, sort->count);
	size_t end = smaller(middle + sort->width, sort->count);
	size_t a = sort->from + sort->left;
	size_t b = middle + sort->right;
	struct keysort_key *out =
	    &sort->other[sort->from + sort->left + sort->right];

	if (a < middle &&
	    (b == end || !comes_before(sort, &sort->keys[b], &sort->keys[a]))) {
		*out = sort->keys[a];
		sort->left++;
	} else {
		*out = sort->keys[b];
		sort->right++;
	}
	if (sort->from + sort->left + sort->right == end)
		end_runs(sort);
}

bool
keysort_step(struct keysort *sort, size_t moves_max)
{
	for (; !sort->sorted && sort->width < sort->count; moves_max--) {
		if (moves_max == 0)
			return false;
		merge(sort);
	}
	sort->sorted = true;
	free(sort->other);
	sort->other = NULL;
	return true;
}

uint32_t
keysort_at(const struct keysort *sort, size_t n)
{
	return sort->keys[n].entry;
}

uint64_t
keysort_text(const char *text)
{
	uint64_t key = 0;

	for (size_t i = 0; i < sizeof(key); i++) {
		key = key << 8 | (unsigned char)*text;
		text += *text != '\0';
	}
	return key;
}
