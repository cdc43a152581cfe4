/*
 * test-num.c - a text is one number or none.
 */
#include "common/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/err.h"

static void
decimals_are_read_up_to_the_most(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x1",
	    "1e3", "256", "1000", "18446744073709551616", "1,0", "\xd9\xa1"};
	uint64_t value = 77;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(num_parse(bad[i], 255, &value), ERR_MALFORMED);
		assert_true(value == 77);
	}
	assert_int_equal(num_parse("255", 255, &value), 0);
	assert_true(value == 255);
	assert_int_equal(num_parse("007", 255, &value), 0);
	assert_true(value == 7);
	assert_int_equal(
	    num_parse("18446744073709551615", UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(num_parse("18446744073709551616", UINT64_MAX, &value),
	    ERR_MALFORMED);
	assert_int_equal(num_parse("3", 2, &value), ERR_MALFORMED);
}

static void
durations_need_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {{"0", 0}, {"0s", 0}, {"90s", 90}, {"15m", 900},
	    {"12h", 43200}, {"7d", 604800}, {"3650d", 315360000}};
	static const char *const bad[] = {"", "s", "15", "15M", "15 m", "1h30m",
	    "-1s", "1.5h", "3651d", "99999999999999999999s", "15ms"};
	int64_t seconds = -7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(
		    num_parse_duration(bad[i], &seconds), ERR_MALFORMED);
		assert_true(seconds == -7);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(num_parse_duration(good[i].text, &seconds), 0);
		assert_true(seconds == good[i].seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decimals_are_read_up_to_the_most),
	    cmocka_unit_test(durations_need_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
