/*
 * test-vouched.c - T26, T89: at every system call of asking a provider anew the
 * daemon is killed, or the call fails.
 *
 * The provider rotates refresh tokens, and ends them all when one comes twice.
 * Whoever starts again then has the newest token there is, or needs a full
 * sign-in; never does the list alone speak for a member whose token was lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/vouching.h"
#include "tests/unit/walletlab.h"
#include "tests/wallet/everyfault.h"

#define CALLS_MIN 10

/* The provider's own side, in memory that processes share. */
struct provider_side {
	unsigned int newest; /* number of the token that counts */
	bool ended;          /* one came a second time */
};

struct question {
	bool open;
	bool good;
	idp_rotated_fn *rotated;
	idp_poll_fn *fn;
	void *arg;
};

struct fixture {
	struct vouching *vouching;
	struct idp *idps[1];
	struct walletlab_service service;
	struct walletlab lab;
};

static struct provider_side *provider;
static struct question question;

const char *
idp_name(const struct idp *idp)
{
	return "corp";
}

const char *
idp_issuer(const struct idp *idp)
{
	return "https://id.example";
}

const char *
idp_client_id(const struct idp *idp)
{
	return "host";
}

static void
put_token(char out[32])
{
	(void)snprintf(out, 32, "refresh-%u", provider->newest);
}

/* A request reaches the provider at once; its answer may never come. */
int
idp_refresh(struct idp *idp, const char *refresh_token, idp_rotated_fn *rotated,
    idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	char token[32];

	put_token(token);
	provider->ended = provider->ended || strcmp(refresh_token, token) != 0;
	question = (struct question){.open = true,
	    .good = !provider->ended,
	    .rotated = rotated,
	    .fn = fn,
	    .arg = arg};
	if (question.good)
		provider->newest++;
	*ret_id = 1;
	return ERR_OK;
}

void
idp_revoke(struct idp *idp, const char *refresh_token)
{
	fail();
}

void
idp_cancel(struct idp *idp, uint64_t id)
{
	question.open = question.open && id == 0;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	return false;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_only)
{
	return 0;
}

int
rolewatch_record(struct rolewatch *rolewatch, const char *member_id,
    const struct tokenroles *told, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	return ERR_INTERNAL;
}

void
directory_cancel(struct directory *directory, uint64_t id)
{
}

static void
start(void *arg)
{
	struct fixture *f = arg;
	struct vouching_options options = {
	    .idps = f->idps, .idp_count = ARRAY_SIZE(f->idps)};

	walletlab_start(&f->lab);
	options.vault = f->lab.vault;
	question.open = false;
	assert_int_equal(vouching_new(f->lab.loop, &options, &f->vouching), 0);
}

static void
stop(void *arg)
{
	struct fixture *f = arg;

	vouching_free(TAKE(f->vouching));
	walletlab_stop(&f->lab);
}

static void
sign_in(void *arg)
{
	struct fixture *f = arg;
	char token[32];

	provider->newest++;
	provider->ended = false;
	put_token(token);
	start(f);
	assert_int_equal(
	    vouching_keep(f->vouching, "u-1", f->idps[0], token), 0);
	stop(f);
}

static void
on_word(void *arg, int reason)
{
	int *told = arg;

	*told = reason;
}

static void
answer(void)
{
	struct idp_poll poll = {.event = GRANT_FAILED, .reason = ERR_NO_TOKEN};
	char token[32];

	question.open = false;
	if (question.good) {
		poll = (struct idp_poll){.event = GRANT_APPROVED};
		put_token(token);
		question.rotated(question.arg, token);
	}
	question.fn(question.arg, &poll);
}

/* One question, through to its end; 1: none came. */
static int
ask(void *arg)
{
	struct fixture *f = arg;
	int told = 1;
	uint64_t id = 0;
	int r = vouching_ask(f->vouching, "u-1", on_word, &told, &id);

	if (r != 0)
		return r;
	loop_turn(f->lab.loop, false);
	loop_turn(f->lab.loop, false);
	if (question.open)
		answer();
	return told;
}

static void
t26_t89_a_rotation_survives_every_fault(void **state)
{
	const struct everyfault errands = {
	    *state, CALLS_MIN, sign_in, start, stop, ask};

	everyfault_run(&errands);
}

static int
set_up(void **state)
{
	static struct fixture f;

	*state = &f;
	f.idps[0] = (struct idp *)&f;
	provider = everyfault_share(sizeof(*provider));
	walletlab_begin(&f.lab, &f.service);
	walletlab_stop(&f.lab);
	return 0;
}

static int
tear_down(void **state)
{
	walletlab_end(&((struct fixture *)*state)->lab);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t26_t89_a_rotation_survives_every_fault),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
