/*
 * test-killed.c - T26, T89: at every system call of a renewal the daemon is
 * killed, or the call fails.
 *
 * The service rotates refresh tokens, and ends them all when one comes twice.
 * Whoever starts again then gets the newest token there is, or is asked to sign
 * in; never one that the service has given up.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/publish/tracecalls.h"
#include "tests/unit/walletlab.h"

#define CALLS_MIN 20
#define CALLS_MAX 2000
#define DEADLINE_S 30

struct fixture {
	struct walletlab lab;
	struct walletlab_service *service; /* shared by all processes */
	int works; /* of those that went wrong: the next one got a token */
	int asks;  /* was asked to sign in again */
};

/* Somebody signed in, and the token has ended since. */
static void
sign_in(struct fixture *f)
{
	walletlab_start(&f->lab);
	f->service->lifetime_s = WALLETLAB_LIFETIME_S;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	walletlab_stop(&f->lab);
	f->service->lifetime_s = 10 * WALLETLAB_LIFETIME_S;
}

/* The newest token there is, or none. */
static bool
gets_newest(struct walletlab *lab, int *ret_reason)
{
	struct walletlab_got got = walletlab_token(lab, "u-1", NULL);
	char newest[64];

	(void)snprintf(newest, sizeof(newest),
	    "jwt-org_acme-%u-" WALLETLAB_CANARY, lab->service->issued);
	*ret_reason = got.reason;
	return got.reason == 0 && strcmp(got.jwt, newest) == 0;
}

static struct tracecalls_result
renew_traced(struct fixture *f, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();
	int reason = 0;
	bool good = false;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		walletlab_start(&f->lab);
		tracecalls_begin();
		good = gets_newest(&f->lab, &reason);
		tracecalls_end();
		_exit(good ? 0 : reason == 0 ? 2 : 1);
	}
	return tracecalls_run(child, nth, fault);
}

/* A loop that cannot watch ends the process, as a kill does. */
static bool
ends(const struct tracecalls_result *result)
{
	return result->call == SYS_epoll_ctl ||
	    result->call == SYS_epoll_wait || result->call == SYS_epoll_pwait;
}

/* One renewal with one fault; false when there is no such call. */
static bool
try(struct fixture *f, int nth, int fault)
{
	struct tracecalls_result result;
	int reason = 0;
	bool good = false;

	sign_in(f);
	result = renew_traced(f, nth, fault);
	if (result.calls >= nth && (fault == TRACECALLS_KILL || ends(&result)))
		assert_true(WIFSIGNALED(result.status));
	else
		assert_true(WIFEXITED(result.status) &&
		    WEXITSTATUS(result.status) != 2);
	walletlab_start(&f->lab);
	good = gets_newest(&f->lab, &reason);
	walletlab_stop(&f->lab);
	if (!good && reason != ERR_NO_TOKEN)
		print_error("call %ld, number %d, fault %d: %s\n", result.call,
		    nth, fault, err_name(reason));
	assert_true(good || reason == ERR_NO_TOKEN);
	/* Who was given the new token has it on the disk. */
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0)
		assert_true(good);
	f->works += good;
	f->asks += !good;
	if (result.calls >= nth)
		return true;
	assert_true(good);
	assert_true(result.calls >= CALLS_MIN);
	return false;
}

static void
t26_t89_a_renewal_survives_every_fault(void **state)
{
	static const int faults[] = {TRACECALLS_KILL, ENOSPC, EIO};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (int nth = 1; try(f, nth, faults[i]); nth++)
			assert_true(nth < CALLS_MAX);
	/* Both ends were seen. */
	assert_true(f->works > 0);
	assert_true(f->asks > 0);
}

static int
set_up(void **state)
{
	struct fixture *f = NULL;

	f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->service = mmap(NULL, sizeof(*f->service), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->service, MAP_FAILED);
	*state = f;
	walletlab_begin(&f->lab, f->service);
	clock_fake_advance(
	    &f->lab.clock, (WALLETLAB_LIFETIME_S + 60) * INT64_C(1000));
	walletlab_stop(&f->lab);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	walletlab_end(&f->lab);
	assert_int_equal(munmap(f->service, sizeof(*f->service)), 0);
	free(f);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t26_t89_a_renewal_survives_every_fault),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
