/*
 * descriptors.c - counts what is open, for tests that nothing stays open.
 */
#include "tests/unit/descriptors.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

size_t
descriptors_count(void)
{
	DIR *listing = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(listing);
	while (readdir(listing) != NULL)
		count++;
	assert_int_equal(closedir(listing), 0);
	return count;
}
