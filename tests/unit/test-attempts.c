/*
 * test-attempts.c - each try counts before it is judged, whatever is restarted,
 * set back or full.
 */
#include "services/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/statelab.h"

#define OTHER_BOOT "22222222-2222-4222-8222-222222222222"

static int
set_up(void **state)
{
	struct statelab *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	statelab_begin(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	statelab_end(*state);
	free(*state);
	return 0;
}

static void
restart(struct statelab *f, const char *boot_id)
{
	statelab_stop(f);
	f->boot_id = boot_id;
	statelab_start(f);
}

static void
try(struct statelab *f, enum attempts_kind kind, const char *key, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(
		    attempts_begin(f->attempts, kind, key, NULL), 0);
}

static void
waits(struct statelab *f, enum attempts_kind kind, const char *key, int64_t s)
{
	int64_t wait_s = -1;

	assert_int_equal(
	    attempts_begin(f->attempts, kind, key, &wait_s), ERR_TRY_LATER);
	assert_int_equal(wait_s, s);
}

static uint32_t
failures(struct statelab *f, enum attempts_kind kind, const char *key)
{
	uint32_t count = UINT32_MAX;

	assert_int_equal(attempts_get(f->attempts, kind, key, &count), 0);
	return count;
}

static void
a_try_counts_until_it_was_right(void **state)
{
	struct statelab *f = *state;

	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 0);
	try(f, ATTEMPTS_PIN, "u-1", 5);
	waits(f, ATTEMPTS_PIN, "u-1", 1);
	/* of one kind and one person */
	try(f, ATTEMPTS_TOTP, "u-1", 1);
	try(f, ATTEMPTS_PIN, "U-1", 1);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 5);
	assert_int_equal(failures(f, ATTEMPTS_TOTP, "u-1"), 1);
	assert_int_equal(attempts_clear(f->attempts, ATTEMPTS_PIN, "u-1"), 0);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 0);
	assert_int_equal(failures(f, ATTEMPTS_TOTP, "u-1"), 1);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "U-1"), 1);
	try(f, ATTEMPTS_PIN, "u-1", 5);
	assert_int_equal(attempts_clear(f->attempts, ATTEMPTS_PIN, "u-9"), 0);
}

static void
t93_a_thousand_guesses_over_restarts_are_fifty_tries(void **state)
{
	struct statelab *f = *state;
	int taken = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t wait_s = 0;
		int r =
		    attempts_begin(f->attempts, ATTEMPTS_TOTP, "u-1", &wait_s);

		if (r == ERR_TRY_LATER) {
			clock_fake_advance(&f->clock, wait_s * 1000 - 1);
			waits(f, ATTEMPTS_TOTP, "u-1", 1);
			clock_fake_advance(&f->clock, 1);
		} else {
			assert_int_equal(r, taken < 50 ? 0 : ERR_FACTOR_LOCKED);
			taken += r == 0;
		}
		if (i % 3 == 0)
			restart(f, STATELAB_BOOT);
	}
	assert_int_equal(taken, 50);
	/* Time opens nothing; who resets it does. */
	clock_fake_advance(&f->clock, INT64_C(365) * 86400 * 1000);
	assert_int_equal(
	    attempts_begin(f->attempts, ATTEMPTS_TOTP, "u-1", NULL),
	    ERR_FACTOR_LOCKED);
	assert_int_equal(attempts_clear(f->attempts, ATTEMPTS_TOTP, "u-1"), 0);
	try(f, ATTEMPTS_TOTP, "u-1", 5);
}

static void
t109_the_boot_clock_alone_ends_a_wait(void **state)
{
	struct statelab *f = *state;

	try(f, ATTEMPTS_PIN, "u-1", 5);
	f->clock.wall.s += 86400;
	waits(f, ATTEMPTS_PIN, "u-1", 1);
	f->clock.wall.s -= 2 * INT64_C(86400);
	waits(f, ATTEMPTS_PIN, "u-1", 1);
	clock_fake_advance(&f->clock, 1000);
	try(f, ATTEMPTS_PIN, "u-1", 1);
	/* A boot clock behind the last try lets nobody in early. */
	f->clock.boot.ms = 1000;
	waits(f, ATTEMPTS_PIN, "u-1", 7);
}

static void
a_reboot_begins_the_wait_anew(void **state)
{
	struct statelab *f = *state;

	for (int i = 0; i < 12; i++) {
		try(f, ATTEMPTS_PIN, "u-1", 1);
		clock_fake_advance(&f->clock, 3600 * 1000);
	}
	f->clock.boot.ms = 20 * 1000;
	restart(f, OTHER_BOOT);
	waits(f, ATTEMPTS_PIN, "u-1", 128 - 20);
	clock_fake_advance(&f->clock, (128 - 20) * 1000);
	try(f, ATTEMPTS_PIN, "u-1", 1);
	waits(f, ATTEMPTS_PIN, "u-1", 256);
}

static void
wear_out(struct statelab *f, enum attempts_kind kind, const char *key)
{
	for (int i = 0; i < 200; i++) {
		try(f, kind, key, 1);
		clock_fake_advance(
		    &f->clock, ATTEMPTS_OPEN_WAIT_S * INT64_C(1000));
	}
	try(f, kind, key, 1);
	waits(f, kind, key, ATTEMPTS_OPEN_WAIT_S);
}

/* The people of an office who mistype now and then do not meet each other. */
static void
a_source_has_more_tries_than_a_member(void **state)
{
	try(*state, ATTEMPTS_SOURCE, "192.0.2.1", 30);
	waits(*state, ATTEMPTS_SOURCE, "192.0.2.1", 1);
	try(*state, ATTEMPTS_SOURCE, "192.0.2.2", 1);
}

static void
a_source_waits_a_minute_at_most_and_is_never_locked(void **state)
{
	wear_out(*state, ATTEMPTS_SOURCE, "192.0.2.1");
}

/* Or whoever connects could shut any member out for ever. */
static void
wrong_passwords_of_strangers_lock_nobody_out(void **state)
{
	wear_out(*state, ATTEMPTS_PASSWORD, "u-1");
}

static void
fill_with_sources(struct statelab *f)
{
	assert_int_equal(db_bulk(f->db), 0);
	statelab_run(f,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 10000) INSERT INTO attempts SELECT 'source',"
	    " 'address ' || i, 7, '" STATELAB_BOOT
	    "', 5000 + i, 1800000000 FROM n");
	assert_int_equal(db_commit(f->db), 0);
}

static void
full_of_hot_sources_takes_no_new_one(void **state)
{
	struct statelab *f = *state;

	fill_with_sources(f);
	clock_fake_advance(&f->clock, 60 * 1000);
	assert_int_equal(
	    attempts_begin(f->attempts, ATTEMPTS_SOURCE, "new", NULL),
	    ERR_ATTEMPTS_FULL);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "new"), 0);
	/* It shuts out nobody who is known, and no member. */
	try(f, ATTEMPTS_SOURCE, "address 2", 1);
	try(f, ATTEMPTS_PIN, "u-1", 1);
	/* Whoever rests longest makes room. */
	clock_fake_advance(&f->clock, 3);
	try(f, ATTEMPTS_SOURCE, "new", 1);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "address 1"), 0);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "address 2"), 8);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "address 3"), 7);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 1);
}

static void
sources_of_another_boot_make_room_first(void **state)
{
	struct statelab *f = *state;

	fill_with_sources(f);
	statelab_run(f,
	    "UPDATE attempts SET boot_id = 'old', boot_ms = 9999999"
	    " WHERE key = 'address 77'");
	clock_fake_advance(&f->clock, 100 * 1000);
	try(f, ATTEMPTS_SOURCE, "new", 1);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "address 77"), 0);
	assert_int_equal(failures(f, ATTEMPTS_SOURCE, "address 1"), 7);
}

static void
t119_what_cannot_be_counted_is_not_tried(void **state)
{
	static const enum attempts_kind kinds[] = {
	    ATTEMPTS_PIN, ATTEMPTS_TOTP, ATTEMPTS_PASSWORD, ATTEMPTS_SOURCE};
	struct statelab *f = *state;

	try(f, ATTEMPTS_PIN, "u-1", 1);
	statelab_run(f, "PRAGMA query_only = 1");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(
		    attempts_begin(f->attempts, kinds[i], "u-1", NULL), ERR_IO);
	assert_int_equal(
	    attempts_clear(f->attempts, ATTEMPTS_PIN, "u-1"), ERR_IO);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 1);
	statelab_run(f, "PRAGMA query_only = 0");
	statelab_run(f, "DROP TABLE attempts");
	assert_int_not_equal(
	    attempts_begin(f->attempts, ATTEMPTS_PIN, "u-1", NULL), 0);
}

static void
t37_a_key_is_never_part_of_a_query(void **state)
{
	struct statelab *f = *state;

	try(f, ATTEMPTS_PIN, "u-1", 2);
	try(f, ATTEMPTS_PIN, "x' OR key = 'u-1", 1);
	assert_int_equal(
	    attempts_clear(f->attempts, ATTEMPTS_PIN, "x' OR 'a' = 'a"), 0);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 2);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(a_try_counts_until_it_was_right),
	    CASE(t93_a_thousand_guesses_over_restarts_are_fifty_tries),
	    CASE(t109_the_boot_clock_alone_ends_a_wait),
	    CASE(a_reboot_begins_the_wait_anew),
	    CASE(a_source_has_more_tries_than_a_member),
	    CASE(a_source_waits_a_minute_at_most_and_is_never_locked),
	    CASE(wrong_passwords_of_strangers_lock_nobody_out),
	    CASE(full_of_hot_sources_takes_no_new_one),
	    CASE(sources_of_another_boot_make_room_first),
	    CASE(t119_what_cannot_be_counted_is_not_tried),
	    CASE(t37_a_key_is_never_part_of_a_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
