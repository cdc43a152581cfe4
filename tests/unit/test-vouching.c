/*
 * test-vouching.c - a provider is asked again: once at a time, with what it
 * gave last, and nobody gets around what it took back.
 */
#include "services/vouching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"
#include "tests/unit/walletlab.h"

#define ISSUER "https://id.example"
#define OTHER_KEY \
	"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"

/* A provider, as far as it is asked here. */
struct provider_side {
	const char *issuer;
	const char *client;
};

struct asked {
	bool open;
	char token[32];
	idp_rotated_fn *rotated;
	idp_poll_fn *fn;
	void *arg;
};

struct fixture {
	struct walletlab lab;
	struct walletlab_service service;
	struct provider_side side;
	struct idp *idps[1];
	struct asked asked[32];
	size_t asked_count;
	char revoked[64];
	unsigned int revocations;
	bool bound;            /* members have their identities */
	unsigned int recorded; /* roles of a token */
	const char *role;
	int record_fault;
	directory_done_fn *shown_fn;
	void *shown_arg;
	bool shown_later;
	char ended[16];
	int ended_reason;
	struct vouching *vouching;
};

static struct fixture *world;

const char *
idp_name(const struct idp *idp)
{
	return "corp";
}

const char *
idp_issuer(const struct idp *idp)
{
	return world->side.issuer;
}

const char *
idp_client_id(const struct idp *idp)
{
	return world->side.client;
}

int
idp_refresh(struct idp *idp, const char *refresh_token, idp_rotated_fn *rotated,
    idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	struct asked *a = &world->asked[world->asked_count];

	assert_true(world->asked_count < ARRAY_SIZE(world->asked));
	*a = (struct asked){
	    .open = true, .rotated = rotated, .fn = fn, .arg = arg};
	(void)snprintf(a->token, sizeof(a->token), "%s", refresh_token);
	*ret_id = ++world->asked_count;
	return ERR_OK;
}

void
idp_revoke(struct idp *idp, const char *refresh_token)
{
	world->revocations++;
	(void)snprintf(
	    world->revoked, sizeof(world->revoked), "%s", refresh_token);
}

void
idp_cancel(struct idp *idp, uint64_t id)
{
	if (id != 0)
		world->asked[id - 1].open = false;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	*ret_issuer = ISSUER;
	*ret_subject = strcmp(member->id, "u-1") == 0 ? "sub-1" : "sub-2";
	return world->bound;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_only)
{
	*ret_only = (struct member){.id = "u-1"};
	return 1;
}

int
rolewatch_record(struct rolewatch *rolewatch, const char *member_id,
    const struct tokenroles *told, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	world->recorded++;
	world->role = told->role_count == 1 ? told->roles[0] : "";
	world->shown_fn = fn;
	world->shown_arg = arg;
	*ret_id = world->shown_later ? 9 : 0;
	return world->record_fault;
}

void
directory_cancel(struct directory *directory, uint64_t id)
{
	if (id != 0)
		world->shown_fn = NULL;
}

static void
on_ended(void *arg, const char *member_id, int reason)
{
	struct fixture *f = arg;

	(void)snprintf(f->ended, sizeof(f->ended), "%s", member_id);
	f->ended_reason = reason;
}

static void
open_vouching(struct fixture *f)
{
	const struct vouching_options options = {
	    .vault = f->lab.vault,
	    .idps = f->idps,
	    .idp_count = ARRAY_SIZE(f->idps),
	    .rolewatch = (struct rolewatch *)f,
	    .ended = on_ended,
	    .arg = f,
	};

	assert_int_equal(vouching_new(f->lab.loop, &options, &f->vouching), 0);
}

/* The daemon ends and starts: what is in memory is gone. */
static void
restart(struct fixture *f)
{
	vouching_free(TAKE(f->vouching));
	walletlab_stop(&f->lab);
	walletlab_start(&f->lab);
	open_vouching(f);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	world = *state = f;
	f->side = (struct provider_side){ISSUER, "host"};
	f->idps[0] = (struct idp *)&f->side;
	f->bound = true;
	walletlab_begin(&f->lab, &f->service);
	open_vouching(f);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	vouching_free(f->vouching);
	for (size_t i = 0; i < f->asked_count; i++)
		assert_false(f->asked[i].open);
	walletlab_end(&f->lab);
	free(f);
	return 0;
}

struct heard {
	uint64_t id;
	unsigned int calls;
	int reason;
};

static void
on_word(void *arg, int reason)
{
	struct heard *h = arg;

	h->calls++;
	h->reason = reason;
}

static void
ask(struct fixture *f, const char *member, struct heard *h)
{
	*h = (struct heard){.reason = 1};
	assert_int_equal(
	    vouching_ask(f->vouching, member, on_word, h, &h->id), 0);
	assert_int_equal(h->calls, 0);
	loop_turn(f->lab.loop, false);
	loop_turn(f->lab.loop, false);
}

static void
keep(struct fixture *f, const char *member, const char *token)
{
	assert_int_equal(
	    vouching_keep(f->vouching, member, f->idps[0], token), 0);
	loop_turn(f->lab.loop, false);
}

/* The newest question. */
static struct asked *
newest(struct fixture *f)
{
	assert_true(f->asked_count > 0);
	return &f->asked[f->asked_count - 1];
}

static void
reply(struct asked *a, enum grant_event event, int reason,
    const struct idp_identity *identity)
{
	assert_true(a->open);
	a->open = false;
	a->fn(a->arg,
	    &(struct idp_poll){
		.event = event, .reason = reason, .identity = identity});
}

static struct idp_identity
person(const char *subject, const char *const *role)
{
	return (struct idp_identity){
	    .type = "oidc",
	    .issuer = ISSUER,
	    .subject = subject,
	    .mail = "ada@acme.example",
	    .roles = role,
	    .role_count = role == NULL ? 0 : 1,
	};
}

static const char *const admin[] = {"OrganizationAdmin"};

static void
a_provider_stands_by_who_it_names(void **state)
{
	struct fixture *f = *state;
	struct idp_identity ada = person("sub-1", admin);
	struct heard h;

	keep(f, "u-1", "r1");
	ask(f, "u-1", &h);
	assert_string_equal(newest(f)->token, "r1");
	/* What its token says of roles is seen before anybody goes on. */
	f->shown_later = true;
	reply(newest(f), GRANT_APPROVED, 0, &ada);
	assert_int_equal(h.calls, 0);
	assert_string_equal(f->role, "OrganizationAdmin");
	f->shown_fn(f->shown_arg, 0);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.reason, 0);
	/* Without an ID Token what the last one said stands. */
	ask(f, "u-1", &h);
	reply(newest(f), GRANT_APPROVED, 0, NULL);
	assert_int_equal(h.reason, 0);
	assert_int_equal(f->recorded, 1);
	/* What cannot be kept of it counts for nothing. */
	ask(f, "u-1", &h);
	f->record_fault = ERR_NO_SPACE;
	reply(newest(f), GRANT_APPROVED, 0, &ada);
	assert_int_equal(h.reason, ERR_NO_SPACE);
}

static void
t26_one_question_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct heard h[3];

	keep(f, "u-1", "r1");
	keep(f, "u-2", "s1");
	ask(f, "u-1", &h[0]);
	ask(f, "u-1", &h[1]);
	assert_int_equal(f->asked_count, 1);
	ask(f, "u-2", &h[2]);
	assert_int_equal(f->asked_count, 2);
	assert_string_equal(f->asked[1].token, "s1");
	reply(&f->asked[0], GRANT_APPROVED, 0, NULL);
	assert_int_equal(h[0].calls + h[1].calls, 2);
	assert_int_equal(h[0].reason + h[1].reason, 0);
	assert_int_equal(h[2].calls, 0);
	reply(&f->asked[1], GRANT_APPROVED, 0, NULL);
	assert_int_equal(h[2].calls, 1);
}

static void
t26_what_rotated_outlives_the_daemon(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	keep(f, "u-1", "r1");
	ask(f, "u-1", &h);
	newest(f)->rotated(newest(f)->arg, "r2");
	restart(f);
	assert_int_equal(h.calls, 0);
	ask(f, "u-1", &h);
	assert_string_equal(newest(f)->token, "r2");
	/* Nobody waits any more; what comes is kept all the same. */
	vouching_cancel(f->vouching, h.id);
	newest(f)->rotated(newest(f)->arg, "r3");
	reply(newest(f), GRANT_APPROVED, 0, NULL);
	assert_int_equal(h.calls, 0);
	ask(f, "u-1", &h);
	assert_string_equal(newest(f)->token, "r3");
	reply(newest(f), GRANT_APPROVED, 0, NULL);
	assert_int_equal(h.reason, 0);
}

/* What the next question is answered with, if the provider is not asked. */
static int
next_answer(struct fixture *f)
{
	size_t before = f->asked_count;
	struct heard h;

	ask(f, "u-1", &h);
	if (f->asked_count == before) {
		assert_int_equal(h.calls, 1);
		return h.reason;
	}
	reply(newest(f), GRANT_APPROVED, 0, NULL);
	return h.reason;
}

static void
t107_an_end_is_told_from_silence(void **state)
{
	static const struct {
		int reason;
		int told;
		int next; /* 0: it is asked again */
		bool ended;
	} cases[] = {
	    {ERR_PROVIDER_UNREACHABLE, ERR_PROVIDER_UNREACHABLE, 0, false},
	    {ERR_PROVIDER_TLS, ERR_PROVIDER_TLS, 0, false},
	    {ERR_PROVIDER_MALFORMED, ERR_PROVIDER_MALFORMED, 0, false},
	    {ERR_PROVIDER_ERROR, ERR_PROVIDER_ERROR, 0, false},
	    {ERR_PROVIDER_REFUSED, ERR_PROVIDER_REFUSED, 0, false},
	    {ERR_TOKEN_SIGNATURE, ERR_TOKEN_SIGNATURE, 0, false},
	    /* By a full sign-in the person sees what is wanted. */
	    {ERR_PROVIDER_POLICY, ERR_NO_TOKEN, 0, false},
	    {ERR_NO_TOKEN, ERR_NO_TOKEN, ERR_NO_TOKEN, false},
	    {ERR_ACCOUNT_DISABLED, ERR_ACCOUNT_DISABLED, ERR_UNSUPPORTED, true},
	};
	struct fixture *f = *state;
	struct heard h;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		keep(f, "u-1", "r1");
		f->ended_reason = 0;
		ask(f, "u-1", &h);
		reply(newest(f), GRANT_FAILED, cases[i].reason, NULL);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.reason, cases[i].told);
		assert_int_equal(
		    f->ended_reason, cases[i].ended ? cases[i].reason : 0);
		assert_int_equal(next_answer(f), cases[i].next);
	}
	assert_string_equal(f->ended, "u-1");
	/* An event that belongs to no renewal is no yes. */
	keep(f, "u-1", "r1");
	ask(f, "u-1", &h);
	reply(newest(f), GRANT_PENDING, 0, NULL);
	assert_int_equal(h.reason, ERR_PROVIDER_REFUSED);
}

static void
t27_a_token_of_somebody_else_is_no_word(void **state)
{
	struct fixture *f = *state;
	struct idp_identity bob = person("sub-2", admin);
	struct idp_identity ada = person("sub-1", admin);
	struct heard h;

	keep(f, "u-1", "r1");
	ask(f, "u-1", &h);
	reply(newest(f), GRANT_APPROVED, 0, &bob);
	assert_int_equal(h.reason, ERR_WRONG_PERSON);
	assert_int_equal(next_answer(f), ERR_NO_TOKEN);
	/* Nor does it bind anybody. */
	keep(f, "u-1", "r2");
	f->bound = false;
	ask(f, "u-1", &h);
	reply(newest(f), GRANT_APPROVED, 0, &ada);
	assert_int_equal(h.reason, ERR_NO_TOKEN);
	/* Nor is it a word for who left meanwhile. */
	f->bound = true;
	keep(f, "u-1", "r3");
	ask(f, "u-1", &h);
	walletlab_set_standing("u-1", ERR_NOT_A_MEMBER);
	reply(newest(f), GRANT_APPROVED, 0, &ada);
	assert_int_equal(h.reason, ERR_NOT_A_MEMBER);
	assert_int_equal(f->recorded, 0);
}

static void
a_new_sign_in_takes_the_place(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	assert_int_equal(next_answer(f), ERR_UNSUPPORTED);
	keep(f, "u-1", "r1");
	ask(f, "u-1", &h);
	keep(f, "u-1", "r2");
	/* What was asked with the one before counts for nothing. */
	assert_false(f->asked[0].open);
	loop_turn(f->lab.loop, false);
	assert_int_equal(h.calls, 0);
	assert_string_equal(newest(f)->token, "r2");
	reply(newest(f), GRANT_APPROVED, 0, NULL);
	assert_int_equal(h.calls, 1);
	/* It is only forgotten: revoking it might end the new one too. */
	assert_int_equal(f->revocations, 0);
	/* A provider that gives none is not asked. */
	keep(f, "u-1", NULL);
	assert_int_equal(next_answer(f), ERR_UNSUPPORTED);
	assert_false(vouching_holds(f->vouching, "u-1"));
}

static void
t90_who_signs_out_or_ends_is_revoked(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	keep(f, "u-1", "r1");
	keep(f, "u-2", "s1");
	ask(f, "u-1", &h);
	assert_int_equal(vouching_log_out(f->vouching, "u-1"), 0);
	loop_turn(f->lab.loop, false);
	assert_string_equal(f->revoked, "r1");
	assert_false(f->asked[0].open);
	assert_int_equal(h.reason, ERR_NO_TOKEN);
	restart(f);
	assert_int_equal(next_answer(f), ERR_NO_TOKEN);
	assert_int_equal(vouching_log_out(f->vouching, "u-1"), 0);
	assert_int_equal(f->revocations, 1);
	keep(f, "u-1", "r2");
	assert_int_equal(vouching_forget(f->vouching, "u-1"), 0);
	assert_string_equal(f->revoked, "r2");
	assert_int_equal(next_answer(f), ERR_UNSUPPORTED);
	assert_true(vouching_holds(f->vouching, "u-2"));
}

/* T16: a token goes to nobody but who gave it, as the client that got it. */
static void
t16_another_provider_or_client_is_not_asked(void **state)
{
	struct fixture *f = *state;

	keep(f, "u-1", "r1");
	f->side.client = "another";
	assert_int_equal(next_answer(f), ERR_NO_TOKEN);
	f->side = (struct provider_side){"https://id.example/", "host"};
	assert_int_equal(next_answer(f), ERR_NO_TOKEN);
	assert_int_equal(vouching_forget(f->vouching, "u-1"), 0);
	assert_int_equal(f->asked_count + f->revocations, 0);
}

static void
t88_with_another_key_a_full_sign_in_is_due(void **state)
{
	struct fixture *f = *state;
	char member[16];

	keep(f, "u-1", "r1");
	assert_int_equal(
	    files_replace(f->lab.key, OTHER_KEY, strlen(OTHER_KEY), 0400), 0);
	restart(f);
	assert_int_equal(next_answer(f), ERR_NO_TOKEN);
	assert_int_equal(f->asked_count, 0);
	keep(f, "u-1", "r2");
	assert_int_equal(next_answer(f), 0);
	/* And without any, signing out takes away what nobody can open. */
	assert_int_equal(unlink(f->lab.key), 0);
	restart(f);
	assert_int_equal(next_answer(f), ERR_VAULT_KEY);
	assert_int_equal(vouching_log_out(f->vouching, "u-1"), 0);
	assert_int_equal(
	    vault_next_member(f->lab.vault, "", member, sizeof(member)),
	    ERR_NOT_FOUND);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_provider_stands_by_who_it_names),
	    TEST(t26_one_question_at_a_time),
	    TEST(t26_what_rotated_outlives_the_daemon),
	    TEST(t107_an_end_is_told_from_silence),
	    TEST(t27_a_token_of_somebody_else_is_no_word),
	    TEST(a_new_sign_in_takes_the_place),
	    TEST(t90_who_signs_out_or_ends_is_revoked),
	    TEST(t16_another_provider_or_client_is_not_asked),
	    TEST(t88_with_another_key_a_full_sign_in_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
