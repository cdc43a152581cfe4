/*
 * test-revocation.c - what goes with whom, and who keeps everything.
 */
#include "services/revocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/ids.h"
#include "services/proofs.h"
#include "tests/unit/walletlab.h"

#define BOOT "11111111-1111-4111-8111-111111111111"

struct fixture {
	struct walletlab lab;
	struct walletlab_service service;
	struct proofs *proofs;
	struct audit *audit;
	struct revocation_options options;
	struct revocation *revocation;
	char stirred[96];
};

/* Told to the directory last. */
static enum member_state updated;

int
directory_update(struct directory *directory, const struct member *member,
    directory_done_fn *fn, void *arg, uint64_t *ret_id)
{
	updated = member->state;
	return 0;
}

/* Of whom the roles that a token told were forgotten last. */
static char forgotten[16];

int
rolewatch_forget(struct rolewatch *rolewatch, const char *member_id)
{
	(void)snprintf(forgotten, sizeof(forgotten), "%s", member_id);
	return ERR_OK;
}

/* Of whom what a provider gave was forgotten last. */
static char unvouched[16];

int
vouching_forget(struct vouching *vouching, const char *member_id)
{
	(void)snprintf(unvouched, sizeof(unvouched), "%s", member_id);
	return ERR_OK;
}

/* Of the list; -1: there was none yet. */
static int64_t list_age_ms;

int64_t
directory_age_ms(const struct directory *directory)
{
	return list_age_ms;
}

struct ids *
directory_ids(struct directory *directory)
{
	return NULL;
}

/* 5001 is u-1's, 5002 of somebody who left. */
const char *
ids_owner(const struct ids *ids, uint32_t number)
{
	if (number == 5001)
		return "u-1";
	return number == 5002 ? "gone" : NULL;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct revocation_options options = {0};

	assert_non_null(f);
	updated = MEMBER_UNKNOWN;
	list_age_ms = 0;
	walletlab_begin(&f->lab, &f->service);
	assert_int_equal(
	    proofs_new(f->lab.db, &f->lab.clock.clock, BOOT, &f->proofs), 0);
	assert_int_equal(audit_new(&f->lab.clock.clock,
			     &(struct audit_options){0}, &f->audit),
	    0);
	options.audit = f->audit;
	options.standing = &f->lab.standing;
	options.vault = f->lab.vault;
	options.wallet = f->lab.wallet;
	options.proofs = f->proofs;
	options.rolewatch = (struct rolewatch *)f;
	options.vouching = (struct vouching *)f;
	(void)snprintf(
	    f->stirred, sizeof(f->stirred), "%s/stirred", f->lab.folder);
	options.stir_path = f->stirred;
	f->options = options;
	assert_int_equal(
	    revocation_new(f->lab.loop, &options, &f->revocation), 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	revocation_free(f->revocation);
	(void)unlink(f->stirred);
	proofs_free(f->proofs);
	audit_free(f->audit);
	walletlab_end(&f->lab);
	free(f);
	return 0;
}

static void
sign_in(struct fixture *f, const char *member)
{
	assert_int_equal(walletlab_sign_in(&f->lab, member), 0);
	assert_int_equal(
	    proofs_record(f->proofs, member, "sshd", PROOFS_FULL), 0);
}

static void
sweep(struct fixture *f)
{
	revocation_sweep(f->revocation);
	loop_run(f->lab.loop);
	walletlab_settle(&f->lab);
}

static void
has(struct fixture *f, const char *member, bool wanted)
{
	assert_int_equal(walletlab_token(&f->lab, member, NULL).reason,
	    wanted ? 0 : ERR_NO_TOKEN);
	assert_int_equal(proofs_age_ms(f->proofs, member), wanted ? 0 : -1);
}

static void
put_factors(struct fixture *f)
{
	assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_PIN, "p", 1), 0);
	assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_TOTP, "t", 1), 0);
}

static void
has_factor(struct fixture *f, const char *kind, bool wanted)
{
	struct buf out BUF_AUTO = {.limit = 16};

	assert_int_equal(vault_require(f->lab.vault, "u-1", kind, &out),
	    wanted ? 0 : ERR_NOT_FOUND);
}

static void
t90_leavers_tokens_are_forgotten_and_revoked(void **state)
{
	static const struct {
		int reason;
		bool forgotten;
	} cases[] = {
	    {ERR_MEMBER_SUSPENDED, true},
	    {ERR_MEMBER_DEACTIVATED, true},
	    {ERR_NOT_A_MEMBER, true},
	    {ERR_ROLE_NOT_ALLOWED, true},
	    {ERR_STATE_DAMAGED, false}, /* the list is lost, not the member */
	    {ERR_MEMBER_PENDING, false},
	    {ERR_MEMBER_STATE_UNKNOWN, false},
	    {ERR_MEMBER_EXCLUDED, false},
	    {ERR_NOT_CONFIGURED, false},
	    {ERR_DIRECTORY_STALE, false},
	    {0, false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		walletlab_set_standing("u-1", 0);
		f->service.asked[PROFILE_REVOKE] = 0;
		sign_in(f, "u-1");
		sign_in(f, "u-2");
		put_factors(f);
		walletlab_set_standing("u-1", cases[i].reason);
		sweep(f);
		has_factor(f, VAULT_PIN, !cases[i].forgotten);
		has_factor(f, VAULT_TOTP, cases[i].reason != ERR_NOT_A_MEMBER);
		assert_int_equal(f->service.asked[PROFILE_REVOKE],
		    cases[i].forgotten ? 1 : 0);
		if (cases[i].reason != 0)
			assert_int_equal(
			    walletlab_token(&f->lab, "u-1", NULL).reason,
			    cases[i].reason);
		walletlab_set_standing("u-1", 0);
		has(f, "u-1", !cases[i].forgotten);
		has(f, "u-2", true);
	}
}

/* An old proof would give sudo to whoever comes back within its age. */
static void
a_proof_without_tokens_goes_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    proofs_record(f->proofs, "u-1", "sshd", PROOFS_FULL), 0);
	walletlab_set_standing("u-1", ERR_MEMBER_SUSPENDED);
	sweep(f);
	assert_int_equal(proofs_age_ms(f->proofs, "u-1"), -1);
	assert_string_equal(forgotten, "u-1");
	assert_string_equal(unvouched, "u-1");
}

static void
who_left_once_is_revoked_once(void **state)
{
	struct fixture *f = *state;

	sign_in(f, "u-1");
	walletlab_set_standing("u-1", ERR_NOT_A_MEMBER);
	sweep(f);
	sweep(f);
	assert_int_equal(f->service.asked[PROFILE_REVOKE], 1);
}

/* However often a list tells it, and though an authenticator stays. */
static void
what_is_taken_is_recorded_once(void **state)
{
	struct fixture *f = *state;
	const struct audit_entry *last;

	sign_in(f, "u-1");
	put_factors(f);
	walletlab_set_standing("u-1", ERR_MEMBER_SUSPENDED);
	sweep(f);
	sweep(f);
	assert_int_equal(audit_last(f->audit), 1);
	last = audit_get(f->audit, 1);
	assert_int_equal(last->kind, AUDIT_REVOKED);
	assert_int_equal(last->reason, ERR_MEMBER_SUSPENDED);
	assert_string_equal(last->member_id, "u-1");
	walletlab_set_standing("u-1", ERR_NOT_A_MEMBER);
	sweep(f);
	sweep(f);
	assert_int_equal(audit_last(f->audit), 2);
	assert_int_equal(audit_get(f->audit, 2)->reason, ERR_NOT_A_MEMBER);
}

/* Of the days before a service renewed. */
static void
what_no_provider_is_asked_with_goes_too(void **state)
{
	struct fixture *f = *state;

	revocation_free(TAKE(f->revocation));
	f->options.vouching = NULL;
	assert_int_equal(
	    revocation_new(f->lab.loop, &f->options, &f->revocation), 0);
	put_factors(f);
	assert_int_equal(
	    vault_put(f->lab.vault, "u-1", VAULT_PROVIDER, "r", 1), 0);
	walletlab_set_standing("u-1", ERR_MEMBER_SUSPENDED);
	sweep(f);
	sweep(f);
	has_factor(f, VAULT_PROVIDER, false);
	assert_int_equal(audit_last(f->audit), 1);
}

/* More than one slice of them, with leavers behind who stays. */
static void
a_sweep_goes_through_all(void **state)
{
	struct fixture *f = *state;
	char member[16];

	for (unsigned int i = 0; i < 200; i++) {
		(void)snprintf(member, sizeof(member), "gone-%u", i);
		if (i % 100 == 99)
			assert_int_equal(proofs_record(f->proofs, member,
					     "sshd", PROOFS_FULL),
			    0);
		else
			assert_int_equal(walletlab_sign_in(&f->lab, member), 0);
	}
	sign_in(f, "u-1");
	f->service.can[PROFILE_REVOKE] = false;
	sweep(f);
	assert_int_equal(
	    vault_next_member(f->lab.vault, "", member, sizeof(member)), 0);
	assert_string_equal(member, "u-1");
	assert_int_equal(
	    proofs_next_member(f->proofs, "", member, sizeof(member)), 0);
	assert_string_equal(member, "u-1");
}

static void
t100_the_services_own_word_counts_before_its_list(void **state)
{
	static const struct {
		int reason;
		bool forgotten;
		enum member_state state; /* UNKNOWN: not told */
	} cases[] = {
	    {ERR_MEMBER_SUSPENDED, true, MEMBER_SUSPENDED},
	    {ERR_MEMBER_DEACTIVATED, true, MEMBER_DEACTIVATED},
	    {ERR_NOT_A_MEMBER, true, MEMBER_UNKNOWN},
	    {ERR_WRONG_PERSON, false, MEMBER_UNKNOWN},
	    {ERR_SERVICE_REFUSED, false, MEMBER_UNKNOWN},
	    {ERR_SERVICE_ERROR, false, MEMBER_UNKNOWN},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		updated = MEMBER_UNKNOWN;
		sign_in(f, "u-1");
		put_factors(f);
		revocation_member(f->revocation, "u-1", cases[i].reason);
		walletlab_settle(&f->lab);
		has_factor(f, VAULT_PIN, !cases[i].forgotten);
		has_factor(f, VAULT_TOTP, true);
		has(f, "u-1", !cases[i].forgotten);
		assert_int_equal(updated, cases[i].state);
	}
	revocation_member(f->revocation, "stranger", ERR_NOT_A_MEMBER);
}

static void
sessions_end_for_who_has_ended(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(revocation_uid(f->revocation, 5001), 0);
	assert_int_equal(revocation_uid(f->revocation, 5002), ERR_NOT_A_MEMBER);
	walletlab_set_standing("u-1", ERR_MEMBER_SUSPENDED);
	assert_int_equal(
	    revocation_uid(f->revocation, 5001), ERR_MEMBER_SUSPENDED);
	walletlab_set_standing("u-1", ERR_DIRECTORY_STALE);
	assert_int_equal(revocation_uid(f->revocation, 5001), 0);
	/* Nobody's number, whatever runs under it. */
	assert_int_equal(revocation_uid(f->revocation, 5003), 0);
	walletlab_set_standing("u-1", ERR_STATE_DAMAGED);
	assert_int_equal(revocation_uid(f->revocation, 5002), 0);
}

static void
t110_a_host_without_a_list_ends_no_session(void **state)
{
	struct fixture *f = *state;

	list_age_ms = -1;
	assert_int_equal(revocation_uid(f->revocation, 5002), 0);
}

static void
each_list_stirs_whoever_ends_sessions(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(access(f->stirred, F_OK), -1);
	sweep(f);
	assert_int_equal(unlink(f->stirred), 0);
	revocation_member(f->revocation, "u-1", ERR_SERVICE_ERROR);
	assert_int_equal(access(f->stirred, F_OK), -1);
	revocation_member(f->revocation, "u-1", ERR_MEMBER_SUSPENDED);
	assert_int_equal(unlink(f->stirred), 0);
}

static void
sessions_stay_unless_it_is_wished(void **state)
{
	struct fixture *f = *state;
	const struct revocation_options options = {
	    .standing = &f->lab.standing,
	    .vault = f->lab.vault,
	    .wallet = f->lab.wallet,
	    .proofs = f->proofs,
	    .rolewatch = (struct rolewatch *)f,
	};
	struct revocation *other = NULL;

	assert_int_equal(revocation_new(f->lab.loop, &options, &other), 0);
	revocation_sweep(other);
	loop_run(f->lab.loop);
	assert_int_equal(access(f->stirred, F_OK), -1);
	assert_int_equal(revocation_uid(other, 5002), 0);
	revocation_free(other);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(t90_leavers_tokens_are_forgotten_and_revoked),
	    TEST(a_proof_without_tokens_goes_too),
	    TEST(who_left_once_is_revoked_once),
	    TEST(what_is_taken_is_recorded_once),
	    TEST(what_no_provider_is_asked_with_goes_too),
	    TEST(a_sweep_goes_through_all),
	    TEST(sessions_end_for_who_has_ended),
	    TEST(t110_a_host_without_a_list_ends_no_session),
	    TEST(each_list_stirs_whoever_ends_sessions),
	    TEST(sessions_stay_unless_it_is_wished),
	    TEST(t100_the_services_own_word_counts_before_its_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
