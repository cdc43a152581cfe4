/*
 * test-finder.c - what was put in is found again while the index grows, what
 * was taken out is not, and one hash may stand for many.
 */
#include "rules/finder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/err.h"
#include "rules/keyhash.h"

#define MANY 50000

/* Entry i has the key keys[i]; a constant hash where all is to collide. */
struct owner {
	struct finder finder;
	uint32_t keys[MANY];
	uint64_t constant;
};

static uint64_t
hash_of(const struct owner *owner, uint32_t key)
{
	return owner->constant != 0 ? owner->constant
				    : keyhash_number(&owner->finder, key);
}

static uint64_t
hash(const void *owner, uint32_t entry)
{
	return hash_of(owner, ((const struct owner *)owner)->keys[entry]);
}

static bool
same(const void *owner, uint32_t entry, const void *key)
{
	return ((const struct owner *)owner)->keys[entry] ==
	    *(const uint32_t *)key;
}

static int
setup(void **state)
{
	struct owner *owner = calloc(1, sizeof(*owner));

	assert_non_null(owner);
	finder_init(&owner->finder, owner, same, hash);
	*state = owner;
	return 0;
}

static int
teardown(void **state)
{
	struct owner *owner = *state;

	finder_done(&owner->finder);
	free(owner);
	return 0;
}

static uint32_t
get(const struct owner *owner, uint32_t key)
{
	return finder_get(&owner->finder, hash_of(owner, key), &key);
}

static void
put(struct owner *owner, uint32_t entry, uint32_t key)
{
	owner->keys[entry] = key;
	assert_int_equal(
	    finder_put(&owner->finder, hash_of(owner, key), entry), 0);
}

static void
drop(struct owner *owner, uint32_t entry)
{
	finder_remove(
	    &owner->finder, hash_of(owner, owner->keys[entry]), entry);
}

static void
an_empty_index_holds_nothing(void **state)
{
	struct owner *owner = *state;

	assert_int_equal(get(owner, 5), FINDER_NONE);
	drop(owner, 0);
	assert_int_equal(owner->finder.count, 0);
}

static void
entries_are_found_while_it_grows(void **state)
{
	struct owner *owner = *state;

	for (uint32_t i = 0; i < MANY; i++) {
		put(owner, i, i * 7);
		assert_int_equal(get(owner, i * 7), i);
		assert_int_equal(get(owner, i / 2 * 7), i / 2);
		assert_int_equal(get(owner, i * 7 + 1), FINDER_NONE);
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(get(owner, i * 7), i);
	assert_true(owner->finder.now.size < (uint32_t)MANY * 8 / 5);
}

static void
what_was_taken_out_stays_out(void **state)
{
	struct owner *owner = *state;

	for (uint32_t i = 0; i < MANY; i++) {
		put(owner, i, i);
		if (i % 3 == 0)
			drop(owner, i / 3);
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(
		    get(owner, i), i <= (MANY - 1) / 3 ? FINDER_NONE : i);
	assert_int_equal(owner->finder.count, MANY - (MANY + 2) / 3);
}

static void
one_entry_that_moves_for_ever_does_not_grow_it(void **state)
{
	struct owner *owner = *state;

	put(owner, 0, 0);
	for (uint32_t key = 1; key < MANY; key++) {
		drop(owner, 0);
		put(owner, 0, key);
		assert_int_equal(get(owner, key), 0);
		assert_int_equal(get(owner, key - 1), FINDER_NONE);
	}
	assert_true(owner->finder.now.size < 64);
}

static void
room_that_is_made_keeps_what_is_there(void **state)
{
	struct owner *owner = *state;

	for (uint32_t i = 0; i < 1000; i++)
		put(owner, i, i);
	for (uint32_t i = 0; i < 900; i++)
		drop(owner, i);
	/* More slots were left than the room that is asked for. */
	assert_int_equal(finder_reserve(&owner->finder, 1), 0);
	for (uint32_t i = 900; i < 1000; i++)
		assert_int_equal(get(owner, i), i);
	assert_int_equal(finder_reserve(&owner->finder, 5000), 0);
	for (uint32_t i = 900; i < 1000; i++)
		assert_int_equal(get(owner, i), i);
	assert_int_equal(finder_reserve(&owner->finder, 20000), 0);
	for (uint32_t i = 900; i < 1000; i++)
		assert_int_equal(get(owner, i), i);
	assert_int_equal(get(owner, 5), FINDER_NONE);
}

static void
t76_entries_of_one_hash_are_told_apart(void **state)
{
	struct owner *owner = *state;

	owner->constant = UINT64_C(0xfedcba9876543210);
	for (uint32_t i = 0; i < 500; i++)
		put(owner, i, i);
	drop(owner, 250);
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(get(owner, i), i == 250 ? FINDER_NONE : i);
}

static void
too_many_are_refused_before_memory_is_asked_for(void **state)
{
	struct finder *finder = &((struct owner *)*state)->finder;

	assert_int_equal(finder_reserve(finder, FINDER_MAX + 1), ERR_TOO_LARGE);
	assert_int_equal(finder_put(finder, 1, FINDER_MAX), ERR_TOO_LARGE);
	assert_null(finder->now.slots);
	assert_int_equal(finder_put(finder, 1, FINDER_MAX - 1), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_empty_index_holds_nothing),
	    TEST(entries_are_found_while_it_grows),
	    TEST(what_was_taken_out_stays_out),
	    TEST(one_entry_that_moves_for_ever_does_not_grow_it),
	    TEST(room_that_is_made_keeps_what_is_there),
	    TEST(t76_entries_of_one_hash_are_told_apart),
	    TEST(too_many_are_refused_before_memory_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
