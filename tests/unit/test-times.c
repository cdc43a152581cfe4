/*
 * test-times.c - a wall time as it is written, at its bounds.
 */
#include "common/times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/attrs.h"

static void
a_time_is_written_in_utc(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} cases[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {1582979696, "2020-02-29T12:34:56Z"},
	    {INT64_C(253402300799), "9999-12-31T23:59:59Z"},
	    {INT64_C(253402300800), ""},
	    {-1, ""},
	    {INT64_MAX, ""},
	    {INT64_MIN, ""},
	};
	char out[TIMES_UTC_SIZE];

	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(
		    times_utc((struct wall_time){cases[i].s}, out),
		    cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_time_is_written_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
