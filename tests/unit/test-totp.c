/*
 * test-totp.c - an authenticator's code opens once, and nothing else opens.
 */
#include "services/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/otp.h"
#include "common/err.h"
#include "tests/unit/otpcode.h"
#include "tests/unit/statelab.h"

struct fixture {
	struct statelab lab;
	struct totp *totp;
	struct totp_offer offer; /* the last one */
};

static void
start(struct fixture *f)
{
	const struct totp_options options = {
	    .vault = f->lab.vault,
	    .attempts = f->lab.attempts,
	    .clock = &f->lab.clock.clock,
	    .issuer = "Acme & Söhne",
	};

	assert_int_equal(totp_new(&options, &f->totp), 0);
}

static void
restart(struct fixture *f)
{
	totp_free(TAKE(f->totp));
	statelab_stop(&f->lab);
	statelab_start(&f->lab);
	start(f);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	statelab_begin(&f->lab);
	start(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	totp_free(f->totp);
	statelab_end(&f->lab);
	free(f);
	return 0;
}

static const char *
code_of(const struct fixture *f, const char *key, int away)
{
	return otpcode_at(key, f->lab.clock.wall.s + away * OTP_STEP_S);
}

static void
enroll(struct fixture *f, const char *member)
{
	assert_int_equal(
	    totp_offer(f->totp, member, "ada@acme.example", &f->offer), 0);
	assert_int_equal(
	    totp_confirm(f->totp, member, code_of(f, f->offer.key, 0)), 0);
}

static int
check(struct fixture *f, int away)
{
	return totp_check(f->totp, "u-1", code_of(f, f->offer.key, away));
}

static void
an_authenticator_is_enrolled_by_one_code(void **state)
{
	struct fixture *f = *state;
	struct totp_offer first;

	assert_int_equal(totp_state(f->totp, "u-1"), ERR_TOTP_MISSING);
	assert_int_equal(
	    totp_check(f->totp, "u-1", "000000"), ERR_TOTP_MISSING);
	assert_int_equal(totp_confirm(f->totp, "u-1", "000000"), ERR_TIMED_OUT);
	assert_int_equal(totp_offer(f->totp, "u-1", "ada", &first), 0);
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_TOTP_MISSING);
	/* The newest offer counts, and is each member's own. */
	assert_int_equal(totp_offer(f->totp, "u-1", "ada", &f->offer), 0);
	assert_string_not_equal(first.key, f->offer.key);
	assert_int_equal(totp_confirm(f->totp, "u-1", code_of(f, first.key, 0)),
	    ERR_MFA_WRONG);
	assert_int_equal(
	    totp_confirm(f->totp, "u-2", code_of(f, f->offer.key, 0)),
	    ERR_TIMED_OUT);
	assert_int_equal(
	    totp_confirm(f->totp, "u-1", code_of(f, f->offer.key, -2)),
	    ERR_MFA_WRONG);
	assert_int_equal(
	    totp_confirm(f->totp, "u-1", code_of(f, f->offer.key, -1)), 0);
	assert_int_equal(totp_state(f->totp, "u-1"), 0);
	assert_int_equal(totp_state(f->totp, "U-1"), ERR_TOTP_MISSING);
	restart(f);
	assert_int_equal(totp_state(f->totp, "u-1"), 0);
	assert_int_equal(check(f, -1), ERR_MFA_WRONG);
	assert_int_equal(check(f, 0), 0);
}

static void
the_offer_can_be_scanned_and_typed(void **state)
{
	struct fixture *f = *state;
	char plain[TOTP_KEY_SIZE] = "";
	size_t len = 0;
	char uri[TOTP_URI_SIZE];
	char large[TOTP_URI_SIZE + 1];

	assert_int_equal(
	    totp_offer(f->totp, "u-1", "ada@acme.example", &f->offer), 0);
	assert_int_equal(strlen(f->offer.key), 39);
	for (const char *p = f->offer.key; *p != '\0'; p++)
		if ((p - f->offer.key) % 5 == 4)
			assert_int_equal(*p, ' ');
		else
			plain[len++] = *p;
	(void)snprintf(uri, sizeof(uri),
	    "otpauth://totp/Acme%%20%%26%%20S%%C3%%B6hne:ada%%40acme.example"
	    "?secret=%s&issuer=Acme%%20%%26%%20S%%C3%%B6hne"
	    "&algorithm=SHA1&digits=6&period=30",
	    plain);
	assert_string_equal(f->offer.uri, uri);
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(
	    totp_offer(f->totp, "u-1", large, &f->offer), ERR_TOO_LARGE);
}

static void
t91_a_code_opens_once(void **state)
{
	struct fixture *f = *state;
	int opened = 0;

	enroll(f, "u-1");
	/* The code that enrolled is used. */
	assert_int_equal(check(f, 0), ERR_MFA_WRONG);
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	for (int i = 0; i < 50; i++) {
		opened += check(f, 0) == 0;
		clock_fake_advance(&f->lab.clock, 1);
	}
	assert_int_equal(opened, 1);
	assert_int_equal(totp_remove(f->totp, "u-1"), 0);
	enroll(f, "u-1");
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	assert_int_equal(check(f, 0), 0);
	restart(f);
	assert_int_equal(check(f, 0), ERR_MFA_WRONG);
	/* nor the one before it */
	assert_int_equal(check(f, -1), ERR_MFA_WRONG);
	/* nor with a clock that was set back */
	f->lab.clock.wall.s -= 3600;
	assert_int_equal(check(f, 0), ERR_MFA_WRONG);
	f->lab.clock.wall.s += 3600;
	assert_int_equal(check(f, 1), 0);
}

static void
t92_three_steps_open_and_no_others(void **state)
{
	struct fixture *f = *state;

	for (int away = -3; away <= 3; away++) {
		enroll(f, "u-1");
		clock_fake_advance(&f->lab.clock, 3600 * 1000);
		assert_int_equal(check(f, away),
		    away >= -1 && away <= 1 ? 0 : ERR_MFA_WRONG);
	}
}

static void
t93_a_thousand_guesses_are_fifty(void **state)
{
	struct fixture *f = *state;
	int wrong = 0;

	enroll(f, "u-1");
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	for (int i = 0; i < 1000; i++) {
		int r = totp_check(f->totp, "u-1", "12345x");

		wrong += r == ERR_MFA_WRONG;
		if (r == ERR_TRY_LATER)
			clock_fake_advance(&f->lab.clock, 3600 * 1000);
		if (i % 10 == 0)
			restart(f);
	}
	assert_int_equal(wrong, 50);
	assert_int_equal(check(f, 0), ERR_FACTOR_LOCKED);
	assert_int_equal(totp_state(f->totp, "u-1"), 0);
	/* An administrator's way out. */
	assert_int_equal(totp_remove(f->totp, "u-1"), 0);
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_TOTP_MISSING);
	enroll(f, "u-1");
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	assert_int_equal(check(f, 0), 0);
}

static void
t93_a_right_code_waits_like_a_wrong_one(void **state)
{
	struct fixture *f = *state;

	enroll(f, "u-1");
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	for (int i = 0; i < 5; i++)
		assert_int_equal(check(f, 40), ERR_MFA_WRONG);
	assert_int_equal(check(f, 0), ERR_TRY_LATER);
	clock_fake_advance(&f->lab.clock, 1000);
	assert_int_equal(check(f, 0), 0);
	/* It ended the count. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(check(f, 40), ERR_MFA_WRONG);
}

/* Lost with its key, changed, and of a form that is not ours. */
static void
t94_what_does_not_open_is_not_missing(void **state)
{
	struct fixture *f = *state;

	enroll(f, "u-1");
	statelab_run(&f->lab, "UPDATE vault SET sealed = zeroblob(57)");
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_VAULT_KEY);
	assert_int_equal(check(f, 1), ERR_VAULT_KEY);
	for (size_t len = 0; len <= 40; len++) {
		if (len == 29)
			continue;
		assert_int_equal(
		    vault_put(f->lab.vault, "u-1", VAULT_TOTP,
			"\x01 a secret that is of no good length.", len),
		    0);
		assert_int_equal(totp_state(f->totp, "u-1"), ERR_VAULT_KEY);
	}
	assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_TOTP,
			     "\x02 a later form of this length", 29),
	    0);
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_VAULT_KEY);
	assert_int_equal(totp_remove(f->totp, "u-1"), 0);
	enroll(f, "u-1");
	assert_int_equal(unlink(f->lab.key), 0);
	restart(f);
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_VAULT_KEY);
	assert_int_equal(check(f, 1), ERR_VAULT_KEY);
	assert_int_equal(totp_state(f->totp, "u-2"), ERR_TOTP_MISSING);
	assert_int_equal(
	    totp_offer(f->totp, "u-2", "bob", &f->offer), ERR_VAULT_KEY);
	assert_int_equal(totp_remove(f->totp, "u-1"), 0);
	assert_int_equal(totp_state(f->totp, "u-1"), ERR_TOTP_MISSING);
	assert_int_equal(files_replace(f->lab.key, "", 0, 0400), 0);
}

static void
t119_a_disk_that_fails_lets_nobody_in(void **state)
{
	struct fixture *f = *state;

	enroll(f, "u-1");
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	statelab_run(&f->lab, "PRAGMA query_only = 1");
	assert_int_equal(check(f, 0), ERR_IO);
	statelab_run(&f->lab, "PRAGMA query_only = 0");
	/* The try can be counted, and the step cannot be stored. */
	statelab_run(&f->lab,
	    "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.vault"
	    " BEGIN SELECT raise(ABORT, 'full'); END");
	assert_int_not_equal(check(f, 0), 0);
	assert_int_not_equal(check(f, 0), 0);
	statelab_run(&f->lab, "DROP TRIGGER full");
	assert_int_equal(check(f, 0), 0);
	assert_int_equal(check(f, 0), ERR_MFA_WRONG);
}

static void
the_old_one_counts_until_the_new_one_is_confirmed(void **state)
{
	struct fixture *f = *state;
	struct totp_offer old;

	enroll(f, "u-1");
	old = f->offer;
	clock_fake_advance(&f->lab.clock, 60 * 1000);
	assert_int_equal(totp_offer(f->totp, "u-1", "ada", &f->offer), 0);
	assert_int_equal(totp_check(f->totp, "u-1", code_of(f, old.key, 0)), 0);
	assert_int_equal(totp_confirm(f->totp, "u-1", code_of(f, old.key, 1)),
	    ERR_MFA_WRONG);
	assert_int_equal(
	    totp_confirm(f->totp, "u-1", code_of(f, f->offer.key, 0)), 0);
	assert_int_equal(
	    totp_check(f->totp, "u-1", code_of(f, old.key, 1)), ERR_MFA_WRONG);
	assert_int_equal(check(f, 1), 0);
}

static void
offers_end_and_are_few(void **state)
{
	struct fixture *f = *state;
	char member[16] = "";

	assert_int_equal(totp_offer(f->totp, "u-1", "ada", &f->offer), 0);
	clock_fake_advance(&f->lab.clock, TOTP_OFFER_S * INT64_C(1000) - 1);
	/* Not by the wall clock. */
	f->lab.clock.wall.s += 86400;
	assert_int_equal(totp_confirm(f->totp, "u-1", "1"), ERR_MFA_WRONG);
	clock_fake_advance(&f->lab.clock, 1);
	assert_int_equal(
	    totp_confirm(f->totp, "u-1", code_of(f, f->offer.key, 0)),
	    ERR_TIMED_OUT);
	for (int i = 0; i < TOTP_OFFERS_MAX; i++) {
		(void)snprintf(member, sizeof(member), "m-%d", i);
		assert_int_equal(
		    totp_offer(f->totp, member, "x", &f->offer), 0);
	}
	assert_int_equal(
	    totp_offer(f->totp, "u-1", "ada", &f->offer), ERR_BUSY_HOST);
	/* Who has a place keeps it, and removing frees it. */
	assert_int_equal(totp_offer(f->totp, member, "x", &f->offer), 0);
	assert_int_equal(totp_remove(f->totp, member), 0);
	assert_int_equal(totp_offer(f->totp, "u-1", "ada", &f->offer), 0);
	clock_fake_advance(&f->lab.clock, TOTP_OFFER_S * INT64_C(1000));
	assert_int_equal(totp_offer(f->totp, "u-2", "bob", &f->offer), 0);
	/* They end with the daemon. */
	restart(f);
	assert_int_equal(
	    totp_confirm(f->totp, "u-2", code_of(f, f->offer.key, 0)),
	    ERR_TIMED_OUT);
}

static void
t87_no_secret_is_in_the_database(void **state)
{
	struct fixture *f = *state;
	struct buf file BUF_AUTO = {.limit = (size_t)1 << 20};
	struct buf row BUF_AUTO = {.limit = 64};

	enroll(f, "u-1");
	assert_int_equal(vault_read(f->lab.vault, "u-1", VAULT_TOTP, &row), 0);
	assert_int_equal(
	    files_read(f->lab.path, FILES_SECRET, file.limit, &file), 0);
	assert_null(memmem(file.bytes, file.len, row.bytes + 1, 8));
	assert_null(memmem(file.bytes, file.len, f->offer.key, 8));
	assert_non_null(memmem(file.bytes, file.len, "u-1", 3));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(an_authenticator_is_enrolled_by_one_code),
	    CASE(the_offer_can_be_scanned_and_typed),
	    CASE(t91_a_code_opens_once),
	    CASE(t92_three_steps_open_and_no_others),
	    CASE(t93_a_thousand_guesses_are_fifty),
	    CASE(t93_a_right_code_waits_like_a_wrong_one),
	    CASE(t94_what_does_not_open_is_not_missing),
	    CASE(t119_a_disk_that_fails_lets_nobody_in),
	    CASE(the_old_one_counts_until_the_new_one_is_confirmed),
	    CASE(offers_end_and_are_few),
	    CASE(t87_no_secret_is_in_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
