/*
 * test-clock.c - the system's clocks run forward; the fake one stands still.
 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

static void
the_system_clock_is_the_kernels(void **state)
{
	const struct clock *clock = clock_system();
	struct timespec before;
	struct timespec after;
	int64_t boot_ms;
	int64_t wall_s;

	clock_gettime(CLOCK_BOOTTIME, &before);
	boot_ms = clock_boot(clock).ms;
	clock_gettime(CLOCK_BOOTTIME, &after);
	assert_true(boot_ms >= before.tv_sec * 1000 + before.tv_nsec / 1000000);
	assert_true(boot_ms <= after.tv_sec * 1000 + after.tv_nsec / 1000000);
	clock_gettime(CLOCK_REALTIME, &before);
	wall_s = clock_wall(clock).s;
	clock_gettime(CLOCK_REALTIME, &after);
	assert_true(wall_s >= before.tv_sec && wall_s <= after.tv_sec);
}

static void
work_takes_time_of_this_thread(void **state)
{
	int64_t began_ms = clock_thread_ms();

	while (clock_thread_ms() < began_ms + 2)
		(void)time(NULL);
	assert_true(clock_thread_ms() > began_ms);
}

static void
the_fake_clock_moves_only_when_told(void **state)
{
	struct clock_fake fake;

	clock_fake_init(&fake, 1000, 5500);
	assert_int_equal(clock_wall(&fake.clock).s, 1000);
	assert_int_equal(clock_boot(&fake.clock).ms, 5500);
	for (int i = 0; i < 4; i++)
		clock_fake_advance(&fake, 500);
	assert_int_equal(clock_wall(&fake.clock).s, 1002);
	assert_int_equal(clock_boot(&fake.clock).ms, 7500);
}

static void
the_wall_can_be_set_back_and_boot_time_stays(void **state)
{
	struct clock_fake fake;

	clock_fake_init(&fake, 1000, 0);
	fake.wall.s = 10;
	clock_fake_advance(&fake, 3000);
	assert_int_equal(clock_wall(&fake.clock).s, 13);
	assert_int_equal(clock_boot(&fake.clock).ms, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_system_clock_is_the_kernels),
	    cmocka_unit_test(work_takes_time_of_this_thread),
	    cmocka_unit_test(the_fake_clock_moves_only_when_told),
	    cmocka_unit_test(the_wall_can_be_set_back_and_boot_time_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
