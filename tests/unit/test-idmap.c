/*
 * test-idmap.c - numbers stay inside their range, off the reserved ones, and
 * are the same on every host.
 */
#include "rules/idmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/name.h"

static const struct idmap_range usual = {1879048192, 2147352575};

static bool
none(void *arg, uint32_t number)
{
	return false;
}

static bool
all(void *arg, uint32_t number)
{
	return true;
}

struct taken {
	uint32_t first;
	bool numbers[64];
};

static bool
listed(void *arg, uint32_t number)
{
	const struct taken *taken = arg;

	return taken->numbers[number - taken->first];
}

/* Fixed for good: a host that computes others disagrees with the rest. */
static void
the_rule_gives_these_numbers(void **state)
{
	uint32_t number = 0;

	assert_int_equal(idmap_pick(&usual, 0, none, NULL, &number), 0);
	assert_int_equal(number, 1879048192);
	assert_int_equal(idmap_pick(&usual, 1, none, NULL, &number), 0);
	assert_int_equal(number, 2001929701);
	assert_int_equal(
	    idmap_pick(&usual, UINT64_MAX, none, NULL, &number), 0);
	assert_int_equal(number, 2117320059);
}

static void
t74_reserved_and_foreign_numbers_are_refused(void **state)
{
	static const struct idmap_range wide = {1, UINT32_MAX};
	static const struct {
		uint32_t number;
		int err;
	} rows[] = {{0, ERR_ID_OUT_OF_RANGE}, {1, ERR_ID_OUT_OF_RANGE},
	    {999, ERR_ID_OUT_OF_RANGE}, {1000, 0}, {60000, 0},
	    {60001, ERR_ID_OUT_OF_RANGE}, {60577, ERR_ID_OUT_OF_RANGE},
	    {60578, 0}, {61183, 0}, {61184, ERR_ID_OUT_OF_RANGE},
	    {65519, ERR_ID_OUT_OF_RANGE}, {65520, 0}, {65533, 0},
	    {65534, ERR_ID_OUT_OF_RANGE}, {65535, ERR_ID_OUT_OF_RANGE},
	    {65536, 0}, {524287, 0}, {524288, 0}, {1879048191, 0},
	    {2147483647, 0}, {2147483648, ERR_ID_OUT_OF_RANGE},
	    {UINT32_MAX, ERR_ID_OUT_OF_RANGE}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(idmap_given(&wide, rows[i].number, none, NULL),
		    rows[i].err);
	assert_int_equal(idmap_given(&usual, usual.first - 1, none, NULL),
	    ERR_ID_OUT_OF_RANGE);
	assert_int_equal(idmap_given(&usual, usual.first, none, NULL), 0);
	assert_int_equal(idmap_given(&usual, usual.last, none, NULL), 0);
	assert_int_equal(idmap_given(&usual, usual.last + 1, none, NULL),
	    ERR_ID_OUT_OF_RANGE);
	assert_int_equal(
	    idmap_given(&usual, usual.first, all, NULL), ERR_ID_TAKEN);
}

static void
t74_reserved_numbers_are_never_picked(void **state)
{
	static const struct idmap_range edge = {990, 1010};
	uint32_t number = 0;

	for (uint64_t digest = 0; digest < 1000; digest++) {
		assert_int_equal(
		    idmap_pick(&edge, digest, none, NULL, &number), 0);
		assert_in_range(number, 1000, 1010);
	}
}

static void
t76_one_digest_many_times_fills_the_range_without_sharing(void **state)
{
	static const struct idmap_range range = {5000, 5063};
	struct taken taken = {.first = range.first};
	uint32_t number = 0;

	for (size_t i = 0; i < ARRAY_SIZE(taken.numbers); i++) {
		assert_int_equal(
		    idmap_pick(&range, 42, listed, &taken, &number), 0);
		assert_false(taken.numbers[number - range.first]);
		taken.numbers[number - range.first] = true;
	}
	number = 17;
	assert_int_equal(
	    idmap_pick(&range, 42, listed, &taken, &number), ERR_ID_EXHAUSTED);
	assert_int_equal(number, 17);
}

static void
a_range_without_numbers_is_exhausted(void **state)
{
	static const struct idmap_range reversed = {6000, 5999};
	static const struct idmap_range reserved = {10, 20};
	uint32_t number = 0;

	assert_int_equal(
	    idmap_pick(&reversed, 1, none, NULL, &number), ERR_ID_EXHAUSTED);
	assert_int_equal(
	    idmap_pick(&reserved, 1, none, NULL, &number), ERR_ID_EXHAUSTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_rule_gives_these_numbers),
	    cmocka_unit_test(t74_reserved_and_foreign_numbers_are_refused),
	    cmocka_unit_test(t74_reserved_numbers_are_never_picked),
	    cmocka_unit_test(
		t76_one_digest_many_times_fills_the_range_without_sharing),
	    cmocka_unit_test(a_range_without_numbers_is_exhausted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
