/*
 * test-stamp.c - moments are read and written as RFC 3339 says.
 */
#include "rules/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"

static void
good_moments_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2000-02-29T12:00:00Z", 951825600},
	    {"2026-01-02T03:04:05Z", 1767323045},
	    {"2026-01-02T03:04:05.123456Z", 1767323045},
	    {"2026-01-02T04:34:05+01:30", 1767323045},
	    {"2026-01-01T22:04:05-05:00", 1767323045},
	    {"2016-12-31T23:59:60Z", 1483228800},
	    {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t s = -1;

		assert_int_equal(stamp_parse(rows[i].text, &s), 0);
		assert_int_equal(s, rows[i].s);
	}
}

static void
anything_else_is_refused(void **state)
{
	static const char *const rows[] = {"", "2026", "2026-01-02",
	    "2026-01-02T03:04:05", "2026-01-02 03:04:05Z",
	    "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z",
	    "2026-02-29T03:04:05Z", "2100-02-29T03:04:05Z",
	    "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
	    "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z",
	    "2026-01-02T03:04:05z", "2026-01-02T03:04:05Zx",
	    "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+0100",
	    "1969-12-31T23:59:59Z", "-026-01-02T03:04:05Z",
	    "1970-01-01T00:00:00+01:00", " 2026-01-02T03:04:05Z"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t s = -1;

		assert_int_equal(stamp_parse(rows[i], &s), ERR_MALFORMED);
		assert_int_equal(s, -1);
	}
}

static void
every_day_comes_back(void **state)
{
	char text[STAMP_SIZE];
	int64_t back = 0;

	for (int64_t s = 7; s < INT64_C(253402300799); s += 86400 * 13 + 4567) {
		stamp_format(s, text);
		assert_int_equal(stamp_parse(text, &back), 0);
		assert_int_equal(back, s);
	}
	stamp_format(-5, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	stamp_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_moments_are_read),
	    cmocka_unit_test(anything_else_is_refused),
	    cmocka_unit_test(every_day_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
