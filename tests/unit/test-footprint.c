/*
 * test-footprint.c - what is given back, and that nothing else is.
 */
#include "base/footprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SIZE_BYTES ((size_t)1024 * 1024)
#define PAGE_BYTES 4096

int __wrap_malloc_trim(size_t pad);

static const uint8_t constants[SIZE_BYTES] = {[0] = 1, [SIZE_BYTES - 1] = 2};
static uint8_t variables[SIZE_BYTES] = {[0] = 1, [SIZE_BYTES - 1] = 2};

int
__wrap_malloc_trim(size_t pad)
{
	check_expected(pad);
	return 1;
}

/* Resident bytes of the mapping that holds an address (proc(5), smaps). */
static size_t
resident_bytes(const void *address)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512];
	bool here = false;
	size_t kb = 0;

	assert_non_null(smaps);
	while (fgets(line, sizeof(line), smaps) != NULL) {
		uintptr_t start = 0;
		uintptr_t end = 0;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = (uintptr_t)address >= start &&
			    (uintptr_t)address < end;
		if (here && sscanf(line, "Rss: %zu kB", &kb) == 1)
			break;
	}
	(void)fclose(smaps);
	return kb * 1024;
}

static unsigned int
sum(const volatile uint8_t *bytes)
{
	unsigned int total = 0;

	for (size_t i = 0; i < SIZE_BYTES; i += PAGE_BYTES)
		total += bytes[i];
	return total + bytes[SIZE_BYTES - 1];
}

static void
pages_that_equal_their_file_are_given_back(void **state)
{
	assert_int_equal(sum(constants), 3);
	assert_true(resident_bytes(constants) >= SIZE_BYTES);
	expect_value(__wrap_malloc_trim, pad, 0);
	footprint_shrink();
	assert_true(resident_bytes(constants) < SIZE_BYTES / 2);
	assert_int_equal(sum(constants), 3);
}

static void
what_was_written_stays(void **state)
{
	memset(variables, 7, sizeof(variables));
	expect_value(__wrap_malloc_trim, pad, 0);
	footprint_shrink();
	assert_true(resident_bytes(variables) >= SIZE_BYTES);
	for (size_t i = 0; i < sizeof(variables); i++)
		assert_int_equal(variables[i], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_that_equal_their_file_are_given_back),
	    cmocka_unit_test(what_was_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
