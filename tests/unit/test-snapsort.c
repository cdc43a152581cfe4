/*
 * test-snapsort.c - numbers and names come out in the order of comparison.
 */
#include "rules/snapsort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 5000u

/* The same numbers in each run; they need not be good ones. */
static uint64_t
next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 20;
}

static void
numbers_ascend(void **state)
{
	static const uint64_t masks[] = {
	    0, 0xff, 0xff00, 0xffffffff, UINT64_C(0xff00000000000000), ~0ul};
	static uint64_t items[COUNT], spare[COUNT];
	uint64_t seed = 1;

	for (size_t m = 0; m < sizeof(masks) / sizeof(*masks); m++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < COUNT; i++) {
			items[i] = next(&seed) * next(&seed) & masks[m];
			sum += items[i];
		}
		snapsort_numbers(items, spare, COUNT);
		for (size_t i = 0; i < COUNT; i++) {
			assert_true(i == 0 || items[i] >= items[i - 1]);
			sum -= items[i];
		}
		assert_true(sum == 0);
	}
	snapsort_numbers(items, spare, 0);
}

static const char *
name_of(const void *context, uint32_t code)
{
	const char(*names)[40] = context;

	return names[code];
}

/* Long equal beginnings, ends at each multiple of eight, and repetitions. */
static void
make_name(char name[40], uint64_t *seed)
{
	static const char *const starts[] = {
	    "", "a", "person", "personal", "personal.assistant.of."};
	static const unsigned int ranges[] = {1, 10, 1000, 100000};
	const char *start = starts[next(seed) % 5];

	(void)snprintf(name, 40, "%s%u", start,
	    (unsigned int)(next(seed) % ranges[next(seed) % 4]));
	if (next(seed) % 7 == 0)
		name[strlen(name) - 1] = (char)0xc3;
}

static void
names_come_in_the_order_of_strcmp_and_codes(void **state)
{
	static const size_t counts[] = {0, 1, 2, 200, COUNT};
	static struct snapsort_entry entries[COUNT], spare[COUNT];
	static char names[COUNT][40];
	static bool seen[COUNT];
	uint64_t seed = 7;

	for (uint32_t i = 0; i < COUNT; i++)
		make_name(names[i], &seed);
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		for (uint32_t i = 0; i < counts[c]; i++)
			entries[i] = (struct snapsort_entry){
			    .key = snapsort_key(names[i]), .code = i};
		snapsort_names(entries, spare, counts[c], name_of, names);
		memset(seen, 0, sizeof(seen));
		for (size_t i = 0; i < counts[c]; i++) {
			uint32_t code = entries[i].code;
			int order = i == 0
			    ? -1
			    : strcmp(names[entries[i - 1].code], names[code]);

			assert_true(order < 0 ||
			    (order == 0 && entries[i - 1].code < code));
			assert_false(seen[code]);
			seen[code] = true;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_ascend),
	    cmocka_unit_test(names_come_in_the_order_of_strcmp_and_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
