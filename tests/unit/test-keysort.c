/*
 * test-keysort.c - the order, in one step or in many, and equal numbers.
 */
#include "rules/keysort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 3000

/* Entries in the order of their own numbers, backwards. */
static int
backwards(const void *owner, uint32_t a, uint32_t b)
{
	(void)owner;
	return (a < b) - (a > b);
}

static bool
in_order(const struct keysort_key *a, const struct keysort_key *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	if (a->second != b->second)
		return a->second < b->second;
	return backwards(NULL, a->entry, b->entry) < 0;
}

/* How many steps it took. */
static int
sort(struct keysort_key *keys, uint32_t count, size_t step)
{
	struct keysort sort KEYSORT_AUTO = {0};
	int steps = 1;

	assert_int_equal(keysort_start(&sort, count, backwards, NULL), 0);
	for (uint32_t i = 0; i < count; i++) {
		keys[i].entry = i;
		keysort_add(&sort, &keys[i]);
	}
	while (!keysort_step(&sort, step))
		steps++;
	for (uint32_t i = 1; i < count; i++)
		assert_true(in_order(&keys[keysort_at(&sort, i - 1)],
		    &keys[keysort_at(&sort, i)]));
	if (count > 0)
		assert_true(keysort_at(&sort, 0) < count);
	return steps;
}

static void
every_order_comes_out_whatever_the_step(void **state)
{
	static struct keysort_key keys[COUNT];
	static const size_t steps[] = {1, 7, COUNT, SIZE_MAX};
	static const uint32_t counts[] = {0, 1, 2, 3, 64, COUNT};
	uint64_t random = 1;

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]);
		     c++) {
			for (size_t i = 0; i < COUNT; i++) {
				random = random * 6364136223846793005U + 1;
				keys[i].first = (int64_t)(random >> 62) - 2;
				keys[i].second = random << 2 >> 59 << 59;
			}
			(void)sort(keys, counts[c], steps[s]);
		}
}

static void
what_is_in_order_costs_no_move(void **state)
{
	static struct keysort_key keys[COUNT];

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		keys[i] = (struct keysort_key){.second = i};
	assert_int_equal(sort(keys, COUNT, 1), 1);
	keys[COUNT - 1].second = 0;
	assert_true(sort(keys, COUNT, 1) > COUNT);
}

static void
texts_are_ordered_by_their_first_bytes(void **state)
{
	static const char *const ordered[] = {
	    "", "a", "aa", "b", "baaaaaaa", "c", "\x7f", "\x80"};

	(void)state;
	for (size_t i = 1; i < sizeof(ordered) / sizeof(ordered[0]); i++)
		assert_true(
		    keysort_text(ordered[i - 1]) < keysort_text(ordered[i]));
	assert_true(keysort_text("12345678") == keysort_text("123456789"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_order_comes_out_whatever_the_step),
	    cmocka_unit_test(what_is_in_order_costs_no_move),
	    cmocka_unit_test(texts_are_ordered_by_their_first_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
