/*
 * test-vouched.c - T26, T89: at every system call of asking a provider anew the
 * daemon is killed, or the call fails.
 *
 * The provider rotates refresh tokens, and ends them all when one comes twice.
 * Whoever starts again then has the newest token there is, or needs a full
 * sign-in; never does the list alone speak for a member whose token was lost.
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
#include "services/vouching.h"
#include "tests/publish/tracecalls.h"
#include "tests/unit/walletlab.h"

#define CALLS_MIN 10
#define CALLS_MAX 2000
#define DEADLINE_S 30

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
	struct walletlab lab;
	struct walletlab_service service;
	struct idp *idps[1];
	struct vouching *vouching;
	int works; /* of those that went wrong: the next one was answered */
	int asks;  /* needed a full sign-in */
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
start(struct fixture *f)
{
	struct vouching_options options = {
	    .idps = f->idps, .idp_count = ARRAY_SIZE(f->idps)};

	walletlab_start(&f->lab);
	options.vault = f->lab.vault;
	question.open = false;
	assert_int_equal(vouching_new(f->lab.loop, &options, &f->vouching), 0);
}

static void
stop(struct fixture *f)
{
	vouching_free(TAKE(f->vouching));
	walletlab_stop(&f->lab);
}

static void
sign_in(struct fixture *f)
{
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
ask(struct fixture *f)
{
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

static struct tracecalls_result
ask_traced(struct fixture *f, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();
	int reason = 0;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		start(f);
		tracecalls_begin();
		reason = ask(f);
		tracecalls_end();
		_exit(reason == 0 ? 0 : 1);
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

/* One question with one fault; false when there is no such call. */
static bool
try(struct fixture *f, int nth, int fault)
{
	struct tracecalls_result result;
	int reason = 0;

	sign_in(f);
	result = ask_traced(f, nth, fault);
	if (result.calls >= nth && (fault == TRACECALLS_KILL || ends(&result)))
		assert_true(WIFSIGNALED(result.status));
	else
		assert_true(WIFEXITED(result.status));
	start(f);
	reason = ask(f);
	stop(f);
	if (reason != 0 && reason != ERR_NO_TOKEN)
		print_error("call %ld, number %d, fault %d: %s\n", result.call,
		    nth, fault, err_name(reason));
	assert_true(reason == 0 || reason == ERR_NO_TOKEN);
	/* Who was let in has the newest token on the disk. */
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0)
		assert_int_equal(reason, 0);
	f->works += reason == 0;
	f->asks += reason != 0;
	if (result.calls >= nth)
		return true;
	assert_int_equal(reason, 0);
	assert_true(result.calls >= CALLS_MIN);
	return false;
}

static void
t26_t89_a_rotation_survives_every_fault(void **state)
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
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	provider = mmap(NULL, sizeof(*provider), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(provider, MAP_FAILED);
	f->idps[0] = (struct idp *)f;
	*state = f;
	walletlab_begin(&f->lab, &f->service);
	walletlab_stop(&f->lab);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	walletlab_end(&f->lab);
	assert_int_equal(munmap(provider, sizeof(*provider)), 0);
	free(f);
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
