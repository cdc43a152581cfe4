/*
 * test-backoff.c - the waits after failures, between beats and after wrong
 * tries.
 */
#include "rules/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
failures_double_up_to_the_beat(void **state)
{
	assert_int_equal(backoff_ms(1, 60000, -1), 5000);
	assert_int_equal(backoff_ms(2, 60000, -1), 10000);
	assert_int_equal(backoff_ms(3, 60000, -1), 20000);
	assert_int_equal(backoff_ms(4, 60000, -1), 40000);
	assert_int_equal(backoff_ms(5, 60000, -1), 60000);
	assert_int_equal(backoff_ms(UINT32_MAX, 60000, -1), 60000);
	assert_int_equal(backoff_ms(1, 2000, -1), 2000);
}

static void
retry_after_is_kept_but_not_for_ever(void **state)
{
	assert_int_equal(backoff_ms(1, 60000, 90), 90000);
	assert_int_equal(backoff_ms(1, 60000, 1), 5000);
	assert_int_equal(backoff_ms(1, 60000, INT64_MAX), 3600000);
}

static void
the_beat_is_never_late_and_at_most_a_fifth_early(void **state)
{
	for (uint32_t random = 0; random < 100000; random += 7) {
		int64_t wait_ms = backoff_jitter_ms(60000, random);

		assert_in_range(wait_ms, 48000, 60000);
	}
	assert_in_range(backoff_jitter_ms(60000, UINT32_MAX), 48000, 60000);
	assert_int_equal(backoff_jitter_ms(0, 77), 0);
	assert_int_equal(backoff_jitter_ms(60000, 0), 60000);
	assert_int_equal(backoff_jitter_ms(60000, 12000), 48000);
}

static void
t93_wrong_tries_wait_twice_as_long_each_and_end_at_fifty(void **state)
{
	int64_t wait_s = 1;

	for (uint32_t failures = 0; failures < 5; failures++)
		assert_int_equal(backoff_wait_s(failures), 0);
	for (uint32_t failures = 5; failures < 17; failures++, wait_s *= 2)
		assert_int_equal(backoff_wait_s(failures), wait_s);
	assert_int_equal(backoff_wait_s(17), 3600);
	assert_int_equal(backoff_wait_s(UINT32_MAX), 3600);
	assert_false(backoff_locked(0));
	assert_false(backoff_locked(49));
	assert_true(backoff_locked(50));
	assert_true(backoff_locked(UINT32_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(failures_double_up_to_the_beat),
	    cmocka_unit_test(retry_after_is_kept_but_not_for_ever),
	    cmocka_unit_test(the_beat_is_never_late_and_at_most_a_fifth_early),
	    cmocka_unit_test(
		t93_wrong_tries_wait_twice_as_long_each_and_end_at_fifty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
