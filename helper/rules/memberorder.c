/*
 * memberorder.c - keys of members, sorted a few at a time.
 */
#include "rules/memberorder.h"

#include <string.h>

#include "common/err.h"

void
memberorder_done(struct memberorder *order)
{
	keysort_done(&order->sort);
	*order = (struct memberorder){0};
}

static int
compare_ids(const void *owner, uint32_t a, uint32_t b)
{
	/* Reading changes nothing. */
	struct members *members = (struct members *)(uintptr_t)owner;
	struct member one;
	struct member two;

	return members_get(members, a, &one) && members_get(members, b, &two)
	    ? strcmp(one.id, two.id)
	    : 0;
}

int
memberorder_start(struct memberorder *order, struct members *members)
{
	size_t count = members_count(members);

	*order = (struct memberorder){.members = members, .count = count};
	return keysort_start(&order->sort, count, compare_ids, members);
}

int
memberorder_start_ids(struct memberorder *order, struct members *members,
    const uint32_t *indexes, size_t count)
{
	*order = (struct memberorder){
	    .members = members, .indexes = indexes, .count = count};
	return keysort_start(&order->sort, count, compare_ids, members);
}

static void
take(struct memberorder *order)
{
	size_t at = order->sort.count;
	struct keysort_key key = {.entry = order->indexes == NULL
		? (uint32_t)at
		: order->indexes[at]};
	struct member member = {.id = ""};

	(void)members_get(order->members, key.entry, &member);
	key.first = order->indexes == NULL ? member.created_s : 0;
	key.second = keysort_text(member.id);
	keysort_add(&order->sort, &key);
}

bool
memberorder_step(struct memberorder *order, size_t keys_max)
{
	for (; order->sort.count < order->count; keys_max--) {
		if (keys_max == 0)
			return false;
		take(order);
	}
	return keysort_step(&order->sort, keys_max);
}

size_t
memberorder_at(const struct memberorder *order, size_t n)
{
	return keysort_at(&order->sort, n);
}
