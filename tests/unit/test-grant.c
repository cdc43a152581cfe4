/*
 * test-grant.c - a device grant is polled at exact times and approved by
 * nothing but an approval that came in time.
 */
#include "rules/grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"

#define FAR ((struct boot_time){INT64_MAX})

static const struct boot_time start = {1000000};

static struct boot_time
after_ms(int64_t ms)
{
	return (struct boot_time){start.ms + ms};
}

static struct grant
begin(int64_t expires_in_s, int64_t interval_s, struct boot_time deadline)
{
	struct grant grant;

	grant_begin(&grant, start, expires_in_s, interval_s, deadline);
	return grant;
}

/* Answers at the planned time; returns how long was waited for it. */
static int64_t
answer(struct grant *grant, enum grant_event event, struct boot_time *now)
{
	int64_t delay_ms = grant_delay_ms(grant, *now);

	assert_true(delay_ms >= 0);
	now->ms += delay_ms;
	assert_int_equal(grant_next(grant, event, *now), GRANT_WAIT);
	return delay_ms;
}

static void
t21_the_first_poll_comes_after_one_interval(void **state)
{
	struct grant grant = begin(600, 7, FAR);

	assert_int_equal(grant_delay_ms(&grant, start), 7000);
	assert_int_equal(grant_delay_ms(&grant, after_ms(6999)), 1);
	assert_int_equal(grant_delay_ms(&grant, after_ms(7000)), 0);
	assert_int_equal(grant_delay_ms(&grant, after_ms(9000)), 0);
}

static void
t21_an_absent_interval_means_five_seconds(void **state)
{
	struct grant absent = begin(600, 0, FAR);
	struct grant negative = begin(600, -3, FAR);
	struct grant huge = begin(3600, INT64_MAX, FAR);

	assert_int_equal(grant_delay_ms(&absent, start), 5000);
	assert_int_equal(grant_delay_ms(&negative, start), 5000);
	assert_int_equal(
	    grant_delay_ms(&huge, start), GRANT_INTERVAL_MAX_S * 1000);
}

static void
t21_slow_down_adds_five_seconds_for_good(void **state)
{
	struct grant grant = begin(3600, 5, FAR);
	struct boot_time now = start;

	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 5000);
	assert_int_equal(answer(&grant, GRANT_SLOW_DOWN, &now), 5000);
	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 10000);
	assert_int_equal(answer(&grant, GRANT_SLOW_DOWN, &now), 10000);
	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 15000);
	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 15000);
	/* The interval counts from the answer, not from the request. */
	now.ms += grant_delay_ms(&grant, now) + 4000;
	assert_int_equal(grant_next(&grant, GRANT_PENDING, now), GRANT_WAIT);
	assert_int_equal(grant_delay_ms(&grant, now), 15000);
	for (int i = 0; i < 100; i++)
		(void)grant_next(&grant, GRANT_SLOW_DOWN, now);
	assert_int_equal(
	    grant_delay_ms(&grant, now), GRANT_INTERVAL_MAX_S * 1000);
}

static void
t21_no_answer_doubles_the_wait_until_one_comes(void **state)
{
	static const int64_t waits_ms[] = {
	    5000, 10000, 20000, 40000, 60000, 60000};
	struct grant grant = begin(3600, 5, FAR);
	struct boot_time now = start;

	for (size_t i = 0; i < ARRAY_SIZE(waits_ms); i++)
		assert_int_equal(
		    answer(&grant, GRANT_NO_ANSWER, &now), waits_ms[i]);
	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 60000);
	assert_int_equal(answer(&grant, GRANT_PENDING, &now), 5000);
	/* An interval above the cap of the backoff is never made shorter. */
	grant = begin(3600, 100, FAR);
	now = start;
	assert_int_equal(answer(&grant, GRANT_NO_ANSWER, &now), 100000);
	assert_int_equal(answer(&grant, GRANT_NO_ANSWER, &now), 100000);
}

static void
t21_nothing_is_polled_at_or_after_the_end(void **state)
{
	struct grant code = begin(5, 5, FAR);
	struct grant later = begin(6, 5, FAR);
	struct grant ours = begin(600, 5, after_ms(5000));
	struct boot_time now = start;

	assert_int_equal(grant_delay_ms(&code, start), -1);
	assert_int_equal(grant_delay_ms(&ours, start), -1);
	assert_int_equal(answer(&later, GRANT_PENDING, &now), 5000);
	assert_int_equal(grant_delay_ms(&later, now), -1);
	assert_int_equal(
	    grant_next(&ours, GRANT_PENDING, after_ms(5000)), GRANT_STOP);
	assert_int_equal(ours.reason, ERR_GRANT_EXPIRED);
	assert_int_equal(grant_delay_ms(&ours, start), -1);
}

static void
t21_each_final_answer_stops_with_its_reason(void **state)
{
	static const struct {
		enum grant_event event;
		int reason;
	} finals[] = {
	    {GRANT_APPROVED, ERR_OK},
	    {GRANT_DENIED, ERR_GRANT_DECLINED},
	    {GRANT_CODE_EXPIRED, ERR_GRANT_EXPIRED},
	    {GRANT_FAILED, ERR_GRANT_LOST},
	};

	for (size_t i = 0; i < ARRAY_SIZE(finals); i++) {
		struct grant grant = begin(600, 5, FAR);

		assert_int_equal(
		    grant_next(&grant, finals[i].event, after_ms(5000)),
		    GRANT_STOP);
		assert_int_equal(grant.reason, finals[i].reason);
		assert_int_equal(grant_delay_ms(&grant, after_ms(5000)), -1);
	}
}

static void
t17_an_approval_at_the_end_or_after_it_is_too_late(void **state)
{
	struct grant grant = begin(60, 5, FAR);
	struct grant never = {0};

	assert_int_equal(
	    grant_next(&grant, GRANT_APPROVED, after_ms(60000)), GRANT_STOP);
	assert_int_equal(grant.reason, ERR_GRANT_EXPIRED);
	assert_int_equal(
	    grant_next(&never, GRANT_APPROVED, after_ms(0)), GRANT_STOP);
	assert_int_not_equal(never.reason, ERR_OK);
}

/* Every event at every moment: before, at and behind the end. */
static void
try_all(struct grant grant, struct boot_time now, int left, bool stopped)
{
	static const int64_t steps_ms[] = {0, 11000};

	if (left == 0)
		return;
	for (int e = GRANT_PENDING; e <= GRANT_NO_ANSWER; e++) {
		for (size_t i = 0; i < ARRAY_SIZE(steps_ms); i++) {
			struct grant next = grant;
			struct boot_time then = {now.ms + steps_ms[i]};
			bool fair = !stopped && e == GRANT_APPROVED &&
			    then.ms < start.ms + 30000;
			enum grant_action action =
			    grant_next(&next, (enum grant_event)e, then);

			if (action == GRANT_STOP)
				assert_true((next.reason == ERR_OK) == fair);
			else
				assert_false(stopped);
			try_all(next, then, left - 1, action == GRANT_STOP);
		}
	}
}

static void
t17_only_an_approval_in_time_gives_reason_0(void **state)
{
	assert_int_not_equal(begin(30, 5, FAR).reason, ERR_OK);
	try_all(begin(30, 5, FAR), start, 6, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t21_the_first_poll_comes_after_one_interval),
	    cmocka_unit_test(t21_an_absent_interval_means_five_seconds),
	    cmocka_unit_test(t21_slow_down_adds_five_seconds_for_good),
	    cmocka_unit_test(t21_no_answer_doubles_the_wait_until_one_comes),
	    cmocka_unit_test(t21_nothing_is_polled_at_or_after_the_end),
	    cmocka_unit_test(t21_each_final_answer_stops_with_its_reason),
	    cmocka_unit_test(
		t17_an_approval_at_the_end_or_after_it_is_too_late),
	    cmocka_unit_test(t17_only_an_approval_in_time_gives_reason_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
