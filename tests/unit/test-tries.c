/*
 * test-tries.c - an answer costs a try where it comes from and a try of the
 * member's, until the whole sign-in was right.
 */
#include "services/tries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"

#define BOOT "11111111-1111-4111-8111-111111111111"

struct fixture {
	struct db *db;
	struct clock_fake clock;
	struct attempts *attempts;
	struct tries tries;
};

static void
open_all(struct fixture *f, const char *source)
{
	assert_int_equal(db_open(":memory:", &f->db), 0);
	clock_fake_init(&f->clock, 1800000000, 5000);
	assert_int_equal(
	    attempts_new(f->db, &f->clock.clock, BOOT, &f->attempts), 0);
	f->tries = (struct tries){
	    .attempts = f->attempts, .member = "u-ada", .source = source};
}

static void
close_all(struct fixture *f)
{
	attempts_free(f->attempts);
	db_close(f->db);
}

static uint32_t
failures(struct fixture *f, enum attempts_kind kind, const char *key)
{
	uint32_t count = 0;

	assert_int_equal(attempts_get(f->attempts, kind, key, &count), 0);
	return count;
}

static void
t93_an_answer_counts_twice_until_all_was_right(void **state)
{
	struct fixture f;

	open_all(&f, "192.0.2.7");
	assert_int_equal(tries_password(&f.tries), 0);
	assert_int_equal(tries_code(&f.tries), 0);
	assert_int_equal(tries_factor(&f.tries), 0);
	assert_int_equal(failures(&f, ATTEMPTS_PASSWORD, "u-ada"), 1);
	assert_int_equal(failures(&f, ATTEMPTS_TOTP, "u-ada"), 1);
	assert_int_equal(failures(&f, ATTEMPTS_SOURCE, "192.0.2.7"), 3);
	assert_int_equal(tries_right(&f.tries), 0);
	assert_int_equal(failures(&f, ATTEMPTS_PASSWORD, "u-ada"), 0);
	assert_int_equal(failures(&f, ATTEMPTS_TOTP, "u-ada"), 0);
	assert_int_equal(failures(&f, ATTEMPTS_SOURCE, "192.0.2.7"), 0);
	close_all(&f);
}

static void
t93_an_address_that_waits_costs_the_member_nothing(void **state)
{
	struct fixture f;
	int r = 0;

	open_all(&f, "192.0.2.7");
	for (int i = 0; r == 0 && i < 100; i++)
		r = tries_factor(&f.tries);
	assert_int_equal(r, ERR_TRY_LATER);
	assert_int_equal(tries_password(&f.tries), ERR_TRY_LATER);
	assert_int_equal(tries_factor(&f.tries), ERR_TRY_LATER);
	assert_int_equal(failures(&f, ATTEMPTS_PASSWORD, "u-ada"), 0);
	close_all(&f);
}

/* The last free one is right: nobody is sent away between two steps. */
static void
who_gets_further_need_not_wait(void **state)
{
	struct fixture f;

	open_all(&f, "192.0.2.7");
	tries_go_on(&f.tries);
	for (uint32_t i = 1; i <= ATTEMPTS_SOURCE_FREE + 5; i++) {
		assert_int_equal(tries_factor(&f.tries), 0);
		assert_int_equal(failures(&f, ATTEMPTS_SOURCE, "192.0.2.7"), i);
	}
	tries_go_on(&f.tries);
	assert_int_equal(tries_code(&f.tries), 0);
	assert_int_equal(failures(&f, ATTEMPTS_TOTP, "u-ada"), 1);
	assert_int_equal(tries_code(&f.tries), ERR_TRY_LATER);
	assert_int_equal(failures(&f, ATTEMPTS_TOTP, "u-ada"), 1);
	close_all(&f);
}

/* Another way in does not make up for passwords that were wrong before. */
static void
t93_what_was_not_tried_is_not_cleared(void **state)
{
	struct fixture f;
	struct tries later;

	open_all(&f, "192.0.2.7");
	assert_int_equal(tries_password(&f.tries), 0);
	later = (struct tries){
	    .attempts = f.attempts, .member = "u-ada", .source = ""};
	assert_int_equal(tries_factor(&later), 0);
	assert_int_equal(tries_right(&later), 0);
	assert_int_equal(failures(&f, ATTEMPTS_PASSWORD, "u-ada"), 1);
	assert_int_equal(failures(&f, ATTEMPTS_SOURCE, "192.0.2.7"), 1);
	assert_int_equal(failures(&f, ATTEMPTS_SOURCE, ""), 0);
	close_all(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t93_an_answer_counts_twice_until_all_was_right),
	    cmocka_unit_test(
		t93_an_address_that_waits_costs_the_member_nothing),
	    cmocka_unit_test(who_gets_further_need_not_wait),
	    cmocka_unit_test(t93_what_was_not_tried_is_not_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
