/*
 * test-tries.c - T26, T91, T93, T119: at every system call of a second factor's
 * check and change the daemon is killed, or the call fails.
 *
 * A code that opened never opens again, a PIN that was called wrong was
 * counted, and who had a factor has one afterwards: the old or the new, and not
 * both.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/otp.h"
#include "common/err.h"
#include "services/pin.h"
#include "services/totp.h"
#include "tests/publish/tracecalls.h"
#include "tests/unit/otpcode.h"
#include "tests/unit/statelab.h"

#define CALLS_MIN 10
#define CALLS_MAX 2000
#define DEADLINE_S 30
#define RIGHT "481516"
#define WRONG "161548"

struct fixture {
	struct statelab lab;
	struct loop *loop;
	struct totp *totp;
	struct pin *pin;
	struct totp_offer *offer; /* the last one; shared with the child */
	int works; /* of those that went wrong: it was done all the same */
	int fails;
};

static const struct member ada = {.id = "u-1", .user = "lovelace"};

static void
start(struct fixture *f)
{
	const struct totp_options totp = {
	    .vault = f->lab.vault,
	    .attempts = f->lab.attempts,
	    .clock = &f->lab.clock.clock,
	    .issuer = "Acme",
	};
	const struct pin_options pin = {
	    .vault = f->lab.vault, .attempts = f->lab.attempts, .log2n = 2};

	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(totp_new(&totp, &f->totp), 0);
	assert_int_equal(pin_new(f->loop, &pin, &f->pin), 0);
}

static void
stop(struct fixture *f)
{
	pin_free(TAKE(f->pin));
	totp_free(TAKE(f->totp));
	loop_free(TAKE(f->loop));
	statelab_stop(&f->lab);
}

static const char *
code_of(const struct fixture *f, const struct totp_offer *offer, int away)
{
	return otpcode_at(offer->key, f->lab.clock.wall.s + away * OTP_STEP_S);
}

static void
on_told(void *arg, int reason)
{
	*(int *)arg = reason;
}

static int
check_pin(struct fixture *f, const char *text)
{
	uint64_t id = 0;
	int told = ERR_INTERNAL;
	int r = pin_check(f->pin, "u-1", text, on_told, &told, &id);

	if (r == 0)
		loop_run(f->loop);
	return r == 0 ? told : r;
}

/* A member with an authenticator and a PIN, and no wrong tries. */
static void
enroll(struct fixture *f)
{
	uint64_t id = 0;
	int told = ERR_INTERNAL;

	assert_int_equal(totp_offer(f->totp, "u-1", "ada", f->offer), 0);
	assert_int_equal(
	    totp_confirm(f->totp, "u-1", code_of(f, f->offer, 0)), 0);
	assert_int_equal(pin_set(f->pin, &ada, RIGHT, on_told, &told, &id), 0);
	loop_run(f->loop);
	assert_int_equal(told, 0);
	clock_fake_advance(&f->lab.clock, 90 * 1000);
}

struct scenario {
	/* what is done before the first call that counts, or NULL */
	void (*prepare)(struct fixture *f);
	int (*act)(struct fixture *f);
	int good; /* how it ends when nothing fails */
	/* after a restart; told: act()'s answer, or CANCELLED when killed */
	void (*look)(struct fixture *f, int told, const struct totp_offer *old);
};

static int
use_code(struct fixture *f)
{
	return totp_check(f->totp, "u-1", code_of(f, f->offer, 0));
}

static void
code_is_used(struct fixture *f, int told, const struct totp_offer *old)
{
	int r = use_code(f);

	assert_true(r == 0 || r == ERR_MFA_WRONG);
	if (told == 0)
		assert_int_equal(r, ERR_MFA_WRONG);
	assert_int_equal(
	    totp_check(f->totp, "u-1", code_of(f, f->offer, 1)), 0);
}

static int
give_wrong_pin(struct fixture *f)
{
	return check_pin(f, WRONG);
}

static void
pin_is_counted(struct fixture *f, int told, const struct totp_offer *old)
{
	uint32_t failures = 0;

	assert_int_not_equal(told, 0);
	assert_int_equal(
	    attempts_get(f->lab.attempts, ATTEMPTS_PIN, "u-1", &failures), 0);
	assert_in_range(failures, told == ERR_PIN_WRONG ? 1 : 0, 1);
	assert_int_equal(check_pin(f, RIGHT), 0);
}

static void
offer(struct fixture *f)
{
	assert_int_equal(totp_offer(f->totp, "u-1", "ada", f->offer), 0);
}

static int
confirm(struct fixture *f)
{
	return totp_confirm(f->totp, "u-1", code_of(f, f->offer, 0));
}

static void
one_counts(struct fixture *f, int told, const struct totp_offer *old)
{
	bool first = totp_check(f->totp, "u-1", code_of(f, old, 1)) == 0;
	bool second = totp_check(f->totp, "u-1", code_of(f, f->offer, 1)) == 0;

	assert_int_equal(first + second, 1);
	if (told == 0)
		assert_true(second);
}

static struct tracecalls_result
run_traced(
    struct fixture *f, const struct scenario *scenario, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();
	int r = ERR_OK;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		statelab_start(&f->lab);
		start(f);
		if (scenario->prepare != NULL)
			scenario->prepare(f);
		tracecalls_begin();
		r = scenario->act(f);
		tracecalls_end();
		_exit(-r);
	}
	return tracecalls_run(child, nth, fault);
}

/* Once with one fault; false when there is no such call. */
static bool
try(struct fixture *f, const struct scenario *scenario, int nth, int fault)
{
	struct tracecalls_result result;
	struct totp_offer old;
	int told = ERR_CANCELLED;

	statelab_start(&f->lab);
	start(f);
	enroll(f);
	old = *f->offer;
	stop(f);
	result = run_traced(f, scenario, nth, fault);
	if (WIFEXITED(result.status))
		told = -WEXITSTATUS(result.status);
	statelab_start(&f->lab);
	start(f);
	assert_int_equal(totp_state(f->totp, "u-1"), 0);
	assert_int_equal(pin_state(f->pin, "u-1"), 0);
	scenario->look(f, told, &old);
	stop(f);
	if (result.calls < nth) {
		assert_int_equal(told, scenario->good);
		assert_true(result.calls >= CALLS_MIN);
		return false;
	}
	f->works += told == scenario->good;
	f->fails += told != scenario->good;
	return true;
}

static void
survives(struct fixture *f, const struct scenario *scenario)
{
	static const int faults[] = {TRACECALLS_KILL, ENOSPC, EIO};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (int nth = 1; try(f, scenario, nth, faults[i]); nth++)
			assert_true(nth < CALLS_MAX);
	/* Both ends were seen. */
	assert_true(f->works > 0);
	assert_true(f->fails > 0);
}

static void
t91_a_code_opens_once_whatever_fails(void **state)
{
	survives(
	    *state, &(struct scenario){NULL, use_code, ERR_OK, code_is_used});
}

static void
t93_a_wrong_try_is_counted_whatever_fails(void **state)
{
	survives(*state,
	    &(struct scenario){
		NULL, give_wrong_pin, ERR_PIN_WRONG, pin_is_counted});
}

static void
t26_one_of_two_authenticators_counts_whatever_fails(void **state)
{
	survives(
	    *state, &(struct scenario){offer, confirm, ERR_OK, one_counts});
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->offer = mmap(NULL, sizeof(*f->offer), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->offer, MAP_FAILED);
	statelab_begin(&f->lab);
	statelab_stop(&f->lab);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	statelab_end(&f->lab);
	assert_int_equal(munmap(f->offer, sizeof(*f->offer)), 0);
	free(f);
	return 0;
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(t91_a_code_opens_once_whatever_fails),
	    CASE(t93_a_wrong_try_is_counted_whatever_fails),
	    CASE(t26_one_of_two_authenticators_counts_whatever_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
