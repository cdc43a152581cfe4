/*
 * test-attempts.c - each try counts before it is judged, whatever is restarted,
 * set back or full.
 */
#include "services/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

#define BOOT "11111111-1111-4111-8111-111111111111"
#define OTHER_BOOT "22222222-2222-4222-8222-222222222222"

struct fixture {
	char folder[64];
	char path[128];
	struct db *db;
	struct clock_fake clock;
	struct attempts *attempts;
};

static void
open_all(struct fixture *f, const char *boot_id)
{
	assert_int_equal(db_open(f->path, &f->db), 0);
	assert_int_equal(
	    attempts_new(f->db, &f->clock.clock, boot_id, &f->attempts), 0);
}

static void
close_all(struct fixture *f)
{
	attempts_free(TAKE(f->attempts));
	db_close(TAKE(f->db));
}

static void
restart(struct fixture *f)
{
	close_all(f);
	open_all(f, BOOT);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(
	    f->folder, sizeof(f->folder), "/tmp/test-attempts.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/state.db", f->folder);
	clock_fake_init(&f->clock, 1800000000, 5000);
	open_all(f, BOOT);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	close_all(f);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static void
run(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}

static void
try(struct fixture *f, enum attempts_kind kind, const char *key, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(
		    attempts_begin(f->attempts, kind, key, NULL), 0);
}

static void
waits(struct fixture *f, enum attempts_kind kind, const char *key, int64_t s)
{
	int64_t wait_s = -1;

	assert_int_equal(
	    attempts_begin(f->attempts, kind, key, &wait_s), ERR_TRY_LATER);
	assert_int_equal(wait_s, s);
}

static uint32_t
failures(struct fixture *f, enum attempts_kind kind, const char *key)
{
	uint32_t count = UINT32_MAX;

	assert_int_equal(attempts_get(f->attempts, kind, key, &count), 0);
	return count;
}

static void
a_try_counts_until_it_was_right(void **state)
{
	struct fixture *f = *state;

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
	struct fixture *f = *state;
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
			restart(f);
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
	struct fixture *f = *state;

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
	struct fixture *f = *state;

	for (int i = 0; i < 12; i++) {
		try(f, ATTEMPTS_PIN, "u-1", 1);
		clock_fake_advance(&f->clock, 3600 * 1000);
	}
	close_all(f);
	f->clock.boot.ms = 20 * 1000;
	open_all(f, OTHER_BOOT);
	waits(f, ATTEMPTS_PIN, "u-1", 128 - 20);
	clock_fake_advance(&f->clock, (128 - 20) * 1000);
	try(f, ATTEMPTS_PIN, "u-1", 1);
	waits(f, ATTEMPTS_PIN, "u-1", 256);
}

static void
a_source_waits_a_minute_at_most_and_is_never_locked(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 200; i++) {
		try(f, ATTEMPTS_SOURCE, "192.0.2.1", 1);
		clock_fake_advance(
		    &f->clock, ATTEMPTS_SOURCE_WAIT_S * INT64_C(1000));
	}
	try(f, ATTEMPTS_SOURCE, "192.0.2.1", 1);
	waits(f, ATTEMPTS_SOURCE, "192.0.2.1", ATTEMPTS_SOURCE_WAIT_S);
}

static void
fill_with_sources(struct fixture *f)
{
	assert_int_equal(db_bulk(f->db), 0);
	run(f->db,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 10000) INSERT INTO attempts SELECT 'source',"
	    " 'address ' || i, 7, '" BOOT "', 5000 + i, 1800000000 FROM n");
	assert_int_equal(db_commit(f->db), 0);
}

static void
full_of_hot_sources_takes_no_new_one(void **state)
{
	struct fixture *f = *state;

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
	struct fixture *f = *state;

	fill_with_sources(f);
	run(f->db,
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
	struct fixture *f = *state;

	try(f, ATTEMPTS_PIN, "u-1", 1);
	run(f->db, "PRAGMA query_only = 1");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(
		    attempts_begin(f->attempts, kinds[i], "u-1", NULL), ERR_IO);
	assert_int_equal(
	    attempts_clear(f->attempts, ATTEMPTS_PIN, "u-1"), ERR_IO);
	assert_int_equal(failures(f, ATTEMPTS_PIN, "u-1"), 1);
	run(f->db, "PRAGMA query_only = 0");
	run(f->db, "DROP TABLE attempts");
	assert_int_not_equal(
	    attempts_begin(f->attempts, ATTEMPTS_PIN, "u-1", NULL), 0);
}

static void
t37_a_key_is_never_part_of_a_query(void **state)
{
	struct fixture *f = *state;

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
	    CASE(a_source_waits_a_minute_at_most_and_is_never_locked),
	    CASE(full_of_hot_sources_takes_no_new_one),
	    CASE(sources_of_another_boot_make_room_first),
	    CASE(t119_what_cannot_be_counted_is_not_tried),
	    CASE(t37_a_key_is_never_part_of_a_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
