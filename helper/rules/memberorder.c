/*
 * memberorder.c - a merge sort that can be left and taken up again.
 *
 * The keys hold what nearly always decides, so that members themselves are
 * read only where it does not.
 */
#include "rules/memberorder.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

struct memberorder_key {
	int64_t created_s;
	uint64_t id; /* its first bytes, in the order of texts */
	uint32_t index;
};

void
memberorder_done(struct memberorder *order)
{
	free(order->keys);
	free(order->other);
	*order = (struct memberorder){0};
}

int
memberorder_start(struct memberorder *order, struct members *members)
{
	size_t count = members_count(members);

	*order = (struct memberorder){.members = members,
	    .keys = calloc(count + 1, sizeof(*order->keys)),
	    .other = calloc(count + 1, sizeof(*order->other)),
	    .count = count,
	    .sorted = true,
	    .width = 1};
	if (order->keys != NULL && order->other != NULL)
		return 0;
	memberorder_done(order);
	return ERR_NO_MEMORY;
}

static bool
comes_before(const struct memberorder *order, const struct memberorder_key *a,
    const struct memberorder_key *b)
{
	struct member one;
	struct member two;

	if (a->created_s != b->created_s)
		return a->created_s < b->created_s;
	if (a->id != b->id)
		return a->id < b->id;
	return members_get(order->members, a->index, &one) &&
	    members_get(order->members, b->index, &two) &&
	    strcmp(one.id, two.id) < 0;
}

static void
take(struct memberorder *order)
{
	size_t at = order->taken++;
	struct memberorder_key *key = &order->keys[at];
	struct member member;

	size_t len = 0;

	if (!members_get(order->members, at, &member))
		return;
	len = strlen(member.id);
	key->created_s = member.created_s;
	key->index = (uint32_t)at;
	for (size_t i = 0; i < sizeof(key->id); i++)
		key->id =
		    key->id << 8 | (i < len ? (unsigned char)member.id[i] : 0);
	if (at > 0 && comes_before(order, key, key - 1))
		order->sorted = false;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
end_runs(struct memberorder *order)
{
	struct memberorder_key *keys = order->keys;

	order->from += 2 * order->width;
	order->left = order->right = 0;
	if (order->from < order->count)
		return;
	order->keys = order->other;
	order->other = keys;
	order->width *= 2;
	order->from = 0;
}

/* The next key of the two runs at from. */
static void
merge(struct memberorder *order)
{
	size_t middle = smaller(order->from + order->width, order->count);
	size_t end = smaller(middle + order->width, order->count);
	size_t a = order->from + order->left;
	size_t b = middle + order->right;
	struct memberorder_key *out =
	    &order->other[order->from + order->left + order->right];

	if (a < middle &&
	    (b == end ||
		!comes_before(order, &order->keys[b], &order->keys[a]))) {
		*out = order->keys[a];
		order->left++;
	} else {
		*out = order->keys[b];
		order->right++;
	}
	if (order->from + order->left + order->right == end)
		end_runs(order);
}

bool
memberorder_step(struct memberorder *order, size_t keys_max)
{
	for (; keys_max > 0; keys_max--) {
		if (order->taken < order->count)
			take(order);
		else if (!order->sorted && order->width < order->count)
			merge(order);
		else
			break;
	}
	if (keys_max == 0)
		return false;
	free(order->other);
	order->other = NULL;
	return true;
}

size_t
memberorder_at(const struct memberorder *order, size_t n)
{
	return order->keys[n].index;
}
