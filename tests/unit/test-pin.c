/*
 * test-pin.c - a PIN opens for its owner, on this host, as often as it is
 * right, and never while it is locked.
 */
#include "services/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"
#include "tests/unit/statelab.h"

#define RIGHT "481516"
#define WRONG "161548"

struct fixture {
	struct statelab lab;
	struct loop *loop;
	struct pin *pin;
	int told; /* callbacks */
	int reason;
};

static const struct member ada = {.id = "u-1", .user = "lovelace"};
static const struct member bob = {.id = "u-2", .user = "bob"};

static void
open_pin(struct fixture *f, uint8_t log2n)
{
	const struct pin_options options = {
	    .vault = f->lab.vault,
	    .attempts = f->lab.attempts,
	    .log2n = log2n,
	};

	assert_int_equal(pin_new(f->loop, &options, &f->pin), 0);
}

static void
restart(struct fixture *f)
{
	pin_free(TAKE(f->pin));
	statelab_stop(&f->lab);
	statelab_start(&f->lab);
	open_pin(f, 2);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	statelab_begin(&f->lab);
	assert_int_equal(loop_new(&f->loop), 0);
	open_pin(f, 2);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pin_free(f->pin);
	loop_free(f->loop);
	statelab_end(&f->lab);
	free(f);
	return 0;
}

static void
on_told(void *arg, int reason)
{
	struct fixture *f = arg;

	f->told++;
	f->reason = reason;
}

static int
settle(struct fixture *f, int r)
{
	int told = f->told;

	if (r != 0)
		return r;
	loop_run(f->loop);
	assert_int_equal(f->told, told + 1);
	return f->reason;
}

static int
set(struct fixture *f, const struct member *member, const char *text)
{
	uint64_t id = 0;

	return settle(f, pin_set(f->pin, member, text, on_told, f, &id));
}

static int
check(struct fixture *f, const char *member, const char *text)
{
	uint64_t id = 0;

	return settle(f, pin_check(f->pin, member, text, on_told, f, &id));
}

static void
a_pin_is_its_owners_and_outlives_the_daemon(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pin_state(f->pin, "u-1"), ERR_PIN_MISSING);
	assert_int_equal(check(f, "u-1", RIGHT), ERR_PIN_MISSING);
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(set(f, &bob, "271828 "), 0);
	restart(f);
	assert_int_equal(pin_state(f->pin, "u-1"), 0);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
	assert_int_equal(check(f, "u-1", WRONG), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-1", ""), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-1", RIGHT "0"), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-2", RIGHT), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-2", "271828 "), 0);
	assert_int_equal(check(f, "U-1", RIGHT), ERR_PIN_MISSING);
	/* A new one takes the place. */
	assert_int_equal(set(f, &ada, "new " RIGHT), 0);
	assert_int_equal(check(f, "u-1", RIGHT), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-1", "new " RIGHT), 0);
	assert_int_equal(pin_remove(f->pin, "u-1"), 0);
	assert_int_equal(pin_remove(f->pin, "u-1"), 0);
	assert_int_equal(check(f, "u-1", "new " RIGHT), ERR_PIN_MISSING);
	assert_int_equal(pin_state(f->pin, "u-2"), 0);
}

static void
a_weak_one_is_not_set(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(set(f, &ada, "123456"), ERR_PIN_WEAK);
	assert_int_equal(set(f, &ada, "Lovelace1815"), ERR_PIN_WEAK);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
	assert_int_equal(set(f, &bob, "Lovelace1815"), 0);
	/* Nobody has a Unix name while excluded. */
	assert_int_equal(
	    set(f, &(struct member){.id = "u-3"}, "Lovelace1815"), 0);
}

static void
t93_a_locked_pin_does_not_open(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;
	int wrong = 0;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	for (int r = 0; r != ERR_FACTOR_LOCKED;) {
		r = check(f, "u-1", WRONG);
		wrong += r == ERR_PIN_WRONG;
		if (r == ERR_TRY_LATER)
			clock_fake_advance(&f->lab.clock, 1000 * 1000);
		if (wrong % 7 == 0)
			restart(f);
	}
	assert_int_equal(wrong, 50);
	/* Nothing is worked on: that would make others wait. */
	for (int i = 0; i < 2 * PIN_WAITING_MAX; i++)
		assert_int_equal(
		    pin_check(f->pin, "u-1", RIGHT, on_told, f, &id),
		    ERR_FACTOR_LOCKED);
	assert_int_equal(pin_state(f->pin, "u-1"), ERR_FACTOR_LOCKED);
	/* Whoever proved themselves anew may set another one. */
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(pin_state(f->pin, "u-1"), 0);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

static void
t93_waiting_comes_before_looking_and_right_ones_end_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(check(f, "u-1", WRONG), ERR_PIN_WRONG);
	assert_int_equal(check(f, "u-1", RIGHT), ERR_TRY_LATER);
	clock_fake_advance(&f->lab.clock, 1000);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(check(f, "u-1", WRONG), ERR_PIN_WRONG);
	assert_int_equal(pin_remove(f->pin, "u-1"), 0);
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

/* Without its key, with another, and changed, cut or emptied. */
static void
t88_a_verifier_that_does_not_open_lets_nobody_in(void **state)
{
	static const char *const damage[] = {
	    "UPDATE vault SET sealed = substr(sealed, 1, length(sealed) - 1)",
	    "UPDATE vault SET sealed = zeroblob(length(sealed))",
	    "UPDATE vault SET sealed = x''", "UPDATE vault SET key_id = 'none'",
	    "UPDATE vault SET member = 'u-1' WHERE member = 'u-2'"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		assert_int_equal(set(f, &bob, RIGHT), 0);
		assert_int_equal(pin_remove(f->pin, "u-1"), 0);
		if (i + 1 < ARRAY_SIZE(damage))
			assert_int_equal(set(f, &ada, RIGHT), 0);
		statelab_run(&f->lab, damage[i]);
		assert_int_equal(pin_state(f->pin, "u-1"), ERR_VAULT_KEY);
		assert_int_equal(check(f, "u-1", RIGHT), ERR_VAULT_KEY);
	}
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(unlink(f->lab.key), 0);
	restart(f);
	assert_int_equal(check(f, "u-1", RIGHT), ERR_VAULT_KEY);
	assert_int_equal(set(f, &ada, RIGHT), ERR_VAULT_KEY);
	assert_int_equal(check(f, "u-9", RIGHT), ERR_PIN_MISSING);
	assert_int_equal(files_replace(f->lab.key, "", 0, 0400), 0);
}

/* Sealed with the right key, and no verifier. */
static void
t116_other_bytes_are_no_verifier(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {{"", 0}, {"\x01", 1}, {"\x01\x02", 2},
	    {"\x02\x02" RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT, 50},
	    {"\x01\x00" RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT, 50},
	    {"\x01\x02" RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT,
		51},
	    {"\x01\x3f" RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT, 50},
	    {"\x01\x02" RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT, 49}};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_PIN,
				     rows[i].bytes, rows[i].len),
		    0);
		assert_int_equal(check(f, "u-1", RIGHT), ERR_VAULT_KEY);
	}
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

static void
t119_a_disk_that_fails_opens_and_sets_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	statelab_run(&f->lab, "PRAGMA query_only = 1");
	assert_int_equal(check(f, "u-1", RIGHT), ERR_IO);
	assert_int_equal(set(f, &ada, WRONG), ERR_IO);
	assert_int_equal(pin_remove(f->pin, "u-1"), ERR_IO);
	statelab_run(&f->lab, "PRAGMA query_only = 0");
	assert_int_equal(check(f, "u-1", WRONG), ERR_PIN_WRONG);
	/* It fails when the try is counted already. */
	assert_int_equal(pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), 0);
	statelab_run(&f->lab, "PRAGMA query_only = 1");
	assert_int_equal(settle(f, 0), ERR_IO);
	statelab_run(&f->lab, "PRAGMA query_only = 0");
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

static void
what_changes_meanwhile_is_wrong(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), 0);
	assert_int_equal(pin_remove(f->pin, "u-1"), 0);
	assert_int_equal(settle(f, 0), ERR_PIN_WRONG);
	/* the same PIN, set by another sign-in */
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), 0);
	assert_int_equal(pin_set(f->pin, &ada, RIGHT, on_told, f, &id), 0);
	loop_run(f->loop);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

static void
a_cancelled_one_is_told_to_nobody(void **state)
{
	struct fixture *f = *state;
	uint32_t failures = 0;
	uint64_t id = 0;

	assert_int_equal(pin_set(f->pin, &ada, RIGHT, on_told, f, &id), 0);
	pin_cancel(f->pin, id);
	loop_run(f->loop);
	assert_int_equal(pin_state(f->pin, "u-1"), ERR_PIN_MISSING);
	pin_cancel(f->pin, id);
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), 0);
	pin_cancel(f->pin, id);
	loop_run(f->loop);
	assert_int_equal(f->told, 1);
	assert_int_equal(
	    attempts_get(f->lab.attempts, ATTEMPTS_PIN, "u-1", &failures), 0);
	assert_int_equal(failures, 1);
	/* Freed with works under way. */
	assert_int_equal(pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), 0);
	assert_int_equal(pin_set(f->pin, &bob, RIGHT, on_told, f, &id), 0);
	pin_free(TAKE(f->pin));
	loop_run(f->loop);
	assert_int_equal(f->told, 1);
}

static void
too_many_at_once_are_refused_and_not_counted(void **state)
{
	struct fixture *f = *state;
	uint32_t failures = 99;
	uint64_t id = 0;

	assert_int_equal(set(f, &ada, RIGHT), 0);
	for (int i = 0; i <= PIN_WAITING_MAX; i++)
		assert_int_equal(
		    pin_set(f->pin, &bob, RIGHT, on_told, f, &id), 0);
	assert_int_equal(
	    pin_check(f->pin, "u-1", RIGHT, on_told, f, &id), ERR_BUSY_HOST);
	assert_int_equal(
	    pin_set(f->pin, &ada, RIGHT, on_told, f, &id), ERR_BUSY_HOST);
	assert_int_equal(
	    attempts_get(f->lab.attempts, ATTEMPTS_PIN, "u-1", &failures), 0);
	assert_int_equal(failures, 0);
	loop_run(f->loop);
	assert_int_equal(f->told, 2 + PIN_WAITING_MAX);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
}

static void
the_cost_is_measured_and_kept(void **state)
{
	struct fixture *f = *state;
	struct buf row BUF_AUTO = {.limit = 64};

	pin_free(TAKE(f->pin));
	open_pin(f, 0);
	assert_int_equal(set(f, &ada, RIGHT), 0);
	assert_int_equal(vault_read(f->lab.vault, "u-1", VAULT_PIN, &row), 0);
	assert_in_range(row.bytes[1], 14, 17);
	/* An older one keeps its own. */
	pin_free(TAKE(f->pin));
	open_pin(f, 2);
	assert_int_equal(check(f, "u-1", RIGHT), 0);
	assert_int_equal(check(f, "u-1", WRONG), ERR_PIN_WRONG);
}

static void
t87_nothing_of_a_pin_is_in_the_database(void **state)
{
	struct fixture *f = *state;
	struct buf file BUF_AUTO = {.limit = (size_t)1 << 20};

	assert_int_equal(set(f, &ada, "canary-" RIGHT), 0);
	assert_int_equal(check(f, "u-1", "canary-" WRONG), ERR_PIN_WRONG);
	assert_int_equal(
	    files_read(f->lab.path, FILES_SECRET, file.limit, &file), 0);
	assert_null(memmem(file.bytes, file.len, "canary", 6));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(a_pin_is_its_owners_and_outlives_the_daemon),
	    CASE(a_weak_one_is_not_set),
	    CASE(t93_a_locked_pin_does_not_open),
	    CASE(t93_waiting_comes_before_looking_and_right_ones_end_it),
	    CASE(t88_a_verifier_that_does_not_open_lets_nobody_in),
	    CASE(t116_other_bytes_are_no_verifier),
	    CASE(t119_a_disk_that_fails_opens_and_sets_nothing),
	    CASE(what_changes_meanwhile_is_wrong),
	    CASE(a_cancelled_one_is_told_to_nobody),
	    CASE(too_many_at_once_are_refused_and_not_counted),
	    CASE(the_cost_is_measured_and_kept),
	    CASE(t87_nothing_of_a_pin_is_in_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
