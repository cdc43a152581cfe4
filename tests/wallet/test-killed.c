/*
 * test-killed.c - T26, T89: at every system call of a renewal the daemon is
 * killed, or the call fails.
 *
 * The service rotates refresh tokens, and ends them all when one comes twice.
 * Whoever starts again then gets the newest token there is, or is asked to sign
 * in; never one that the service has given up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/walletlab.h"
#include "tests/wallet/everyfault.h"

#define CALLS_MIN 20

struct fixture {
	struct walletlab lab;
	struct walletlab_service *service; /* shared by all processes */
};

/* Somebody signed in, and the token has ended since. */
static void
sign_in(void *arg)
{
	struct fixture *f = arg;

	walletlab_start(&f->lab);
	f->service->lifetime_s = WALLETLAB_LIFETIME_S;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	walletlab_stop(&f->lab);
	f->service->lifetime_s = 10 * WALLETLAB_LIFETIME_S;
}

static void
start(void *arg)
{
	struct fixture *f = arg;

	walletlab_start(&f->lab);
}

static void
stop(void *arg)
{
	struct fixture *f = arg;

	walletlab_stop(&f->lab);
}

static int
get_newest(void *arg)
{
	struct fixture *f = arg;
	struct walletlab_got got = walletlab_token(&f->lab, "u-1", NULL);
	char newest[64];

	(void)snprintf(newest, sizeof(newest),
	    "jwt-org_acme-%u-" WALLETLAB_CANARY, f->service->issued);
	return got.reason != 0 || strcmp(got.jwt, newest) == 0
	    ? got.reason
	    : EVERYFAULT_FLAW;
}

static void
t26_t89_a_renewal_survives_every_fault(void **state)
{
	const struct everyfault errands = {
	    *state, CALLS_MIN, sign_in, start, stop, get_newest};

	everyfault_run(&errands);
}

static int
set_up(void **state)
{
	static struct fixture f;

	f.service = everyfault_share(sizeof(*f.service));
	walletlab_begin(&f.lab, f.service);
	clock_fake_advance(
	    &f.lab.clock, (WALLETLAB_LIFETIME_S + 60) * INT64_C(1000));
	walletlab_stop(&f.lab);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	walletlab_end(&f->lab);
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
