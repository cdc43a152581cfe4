/*
 * test-confirmed.c - an answer never gets younger.
 */
#include "services/confirmed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/meta.h"

#define THIS_BOOT "11111111-1111-1111-1111-111111111111"
#define NEXT_BOOT "22222222-2222-2222-2222-222222222222"
#define WALL INT64_C(1767323045)

static int64_t
age(const struct confirmed *confirmed, int64_t wall_s, int64_t boot_ms,
    const char *boot_id)
{
	struct clock_fake fake;

	clock_fake_init(&fake, wall_s, boot_ms);
	return confirmed_age_ms(confirmed, &fake.clock, boot_id);
}

static void
t109_the_age_never_falls(void **state)
{
	struct clock_fake fake;
	struct confirmed confirmed = {0};

	assert_int_equal(age(&confirmed, WALL, 5000, THIS_BOOT), -1);
	clock_fake_init(&fake, WALL, 5000);
	confirmed = confirmed_now(&fake.clock, THIS_BOOT);
	/* In the same boot the wall clock plays no part. */
	assert_int_equal(age(&confirmed, WALL - 99999, 8000, THIS_BOOT), 3000);
	assert_int_equal(age(&confirmed, WALL + 99999, 8000, THIS_BOOT), 3000);
	/* After a reboot it does, but not below the time since then. */
	assert_int_equal(age(&confirmed, WALL + 100, 8000, NEXT_BOOT), 100000);
	assert_int_equal(age(&confirmed, WALL + 5, 8000, NEXT_BOOT), 8000);
	assert_int_equal(age(&confirmed, WALL - 60, 8000, NEXT_BOOT), 8000);
	assert_true(age(&confirmed, WALL - 61, 8000, NEXT_BOOT) == INT64_MAX);
}

/* An hour passes unheard, then the clock is set to just after the answer. */
static void
t109_time_that_was_seen_to_pass_is_not_taken_back(void **state)
{
	const int64_t hour_ms = 3600000;
	struct clock_fake fake;
	struct confirmed confirmed = {0};

	clock_fake_init(&fake, WALL, 5000);
	confirmed_look(&confirmed, &fake.clock, THIS_BOOT);
	assert_false(confirmed.known);
	assert_false(confirmed_set_back(&confirmed, &fake.clock));
	confirmed = confirmed_now(&fake.clock, THIS_BOOT);
	clock_fake_advance(&fake, hour_ms);
	confirmed_look(&confirmed, &fake.clock, THIS_BOOT);
	assert_int_equal(confirmed.wall.s, WALL);
	assert_int_equal(
	    age(&confirmed, WALL, hour_ms + 6000, THIS_BOOT), hour_ms + 1000);
	/* In the next boot: at the time of the answer, of the look, later. */
	assert_true(age(&confirmed, WALL + 5, 9000, NEXT_BOOT) == INT64_MAX);
	assert_int_equal(
	    age(&confirmed, WALL + 3600, 9000, NEXT_BOOT), hour_ms + 9000);
	assert_int_equal(
	    age(&confirmed, WALL + 3700, 9000, NEXT_BOOT), hour_ms + 100000);
	/* Seen anew in that boot, each look adds up. */
	clock_fake_init(&fake, WALL + 3600, 9000);
	confirmed_look(&confirmed, &fake.clock, NEXT_BOOT);
	assert_int_equal(
	    age(&confirmed, WALL, 10000, NEXT_BOOT), hour_ms + 10000);
}

static void
t109_a_clock_set_back_is_told_in_any_boot(void **state)
{
	struct clock_fake fake;
	struct confirmed confirmed;
	struct confirmed before;

	clock_fake_init(&fake, WALL, 5000);
	confirmed = before = confirmed_now(&fake.clock, THIS_BOOT);
	clock_fake_init(&fake, WALL - 60, 6000);
	assert_false(confirmed_set_back(&confirmed, &fake.clock));
	clock_fake_init(&fake, WALL - 61, 6000);
	assert_true(confirmed_set_back(&confirmed, &fake.clock));
	/* Such a clock is not looked at. */
	confirmed_look(&confirmed, &fake.clock, THIS_BOOT);
	assert_int_equal(confirmed.seen.s, before.seen.s);
	assert_int_equal(confirmed.boot.ms, before.boot.ms);
	confirmed_look(&confirmed, &fake.clock, NEXT_BOOT);
	assert_string_equal(confirmed.boot_id, THIS_BOOT);
}

static void
it_is_stored_and_read_back(void **state)
{
	struct db *db DB_AUTO = NULL;
	struct clock_fake fake;
	struct confirmed got = {.known = true};

	clock_fake_init(&fake, WALL, 5000);
	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(confirmed_load(db, &got), 0);
	assert_false(got.known);
	assert_int_equal(confirmed_store(db, &got), 0);
	assert_int_equal(confirmed_load(db, &got), 0);
	assert_false(got.known);
	got = confirmed_now(&fake.clock, THIS_BOOT);
	assert_int_equal(confirmed_store(db, &got), 0);
	got = (struct confirmed){0};
	assert_int_equal(confirmed_load(db, &got), 0);
	assert_true(got.known);
	assert_int_equal(got.wall.s, WALL);
	assert_int_equal(got.boot.ms, 5000);
	assert_string_equal(got.boot_id, THIS_BOOT);
	clock_fake_advance(&fake, 90000);
	confirmed_look(&got, &fake.clock, THIS_BOOT);
	assert_int_equal(confirmed_store(db, &got), 0);
	got = (struct confirmed){0};
	assert_int_equal(confirmed_load(db, &got), 0);
	assert_int_equal(got.wall.s, WALL);
	assert_int_equal(got.seen.s, WALL + 90);
	assert_int_equal(got.boot.ms, 95000);
	assert_int_equal(got.age_ms, 90000);
	assert_int_equal(meta_set(db, "confirmed_wall_s", "soon"), 0);
	assert_int_equal(confirmed_load(db, &got), ERR_STATE_DAMAGED);
	assert_int_equal(
	    meta_set(db, "confirmed_wall_s", "18446744073709551615"), 0);
	assert_int_equal(confirmed_load(db, &got), ERR_STATE_DAMAGED);
	assert_int_equal(meta_set_number(db, "confirmed_wall_s", WALL), 0);
	assert_int_equal(meta_set(db, "confirmed_age_ms", "-1"), 0);
	assert_int_equal(confirmed_load(db, &got), ERR_STATE_DAMAGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t109_the_age_never_falls),
	    cmocka_unit_test(t109_time_that_was_seen_to_pass_is_not_taken_back),
	    cmocka_unit_test(t109_a_clock_set_back_is_told_in_any_boot),
	    cmocka_unit_test(it_is_stored_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
