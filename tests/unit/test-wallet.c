/*
 * test-wallet.c - what a member gets, what is on the disk by then, and what is
 * left when it is forgotten.
 */
#include "services/wallet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"
#include "services/purses.h"
#include "tests/unit/walletlab.h"

#define ENDED ((WALLETLAB_LIFETIME_S + 1) * INT64_C(1000))
#define ALMOST ((WALLETLAB_LIFETIME_S - 10) * INT64_C(1000))

struct fixture {
	struct walletlab lab;
	struct walletlab_service service;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	walletlab_begin(&f->lab, &f->service);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	walletlab_end(&f->lab);
	free(f);
	return 0;
}

static void
given(struct fixture *f, const char *organization, const char *jwt)
{
	struct walletlab_got got =
	    walletlab_token(&f->lab, "u-1", organization);

	assert_int_equal(got.reason, 0);
	assert_string_equal(got.jwt, jwt);
}

static void
is_refused(struct fixture *f, const char *organization, int reason)
{
	struct walletlab_got got =
	    walletlab_token(&f->lab, "u-1", organization);

	assert_int_equal(got.reason, reason);
	assert_string_equal(got.jwt, "");
}

#define JWT(organization, number) \
	"jwt-" organization "-" number "-" WALLETLAB_CANARY

static void
a_token_that_lasts_is_given_without_asking(void **state)
{
	struct fixture *f = *state;
	struct walletlab_got got = {0};

	is_refused(f, NULL, ERR_NO_TOKEN);
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	walletlab_stop(&f->lab);
	walletlab_start(&f->lab);
	got = walletlab_token(&f->lab, "u-1", "org_acme");
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.jwt, JWT("org_acme", "1"));
	assert_string_equal(got.organization, "org_acme");
	assert_string_equal(got.headers,
	    "Authorization: Bearer " JWT(
		"org_acme", "1") "\nX-User-Name: Ada L\n");
	given(f, NULL, JWT("org_acme", "1"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 0);
	assert_int_equal(
	    walletlab_token(&f->lab, "u-2", NULL).reason, ERR_NO_TOKEN);
}

/* A token's end is a wall time, which those judge who are given it.  Ahead, it
 * is renewed too early; set back, too late, and never for somebody who must be
 * asked about: wallet_renew() asks at any time. */
static void
t109_a_wall_clock_that_moves_asks_more_or_the_service(void **state)
{
	struct fixture *f = *state;
	const int64_t now_s = f->lab.clock.wall.s;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	f->lab.clock.wall.s = now_s + 86400;
	f->service.lifetime_s = 2 * INT64_C(86400);
	given(f, NULL, JWT("org_acme", "2"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
	f->lab.clock.wall.s = now_s - 86400;
	given(f, NULL, JWT("org_acme", "2"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), 0);
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 2);
}

/* Near its end it is renewed as well. */
static void
t26_many_errands_are_one_renewal(void **state)
{
	struct fixture *f = *state;
	struct walletlab_got got[5] = {0};
	uint64_t id = 0;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ALMOST);
	f->service.lifetime_s += WALLETLAB_LIFETIME_S;
	for (size_t i = 0; i < ARRAY_SIZE(got); i++)
		assert_int_equal(wallet_token(f->lab.wallet, "u-1", NULL,
				     walletlab_on_token, &got[i], &id),
		    0);
	walletlab_settle(&f->lab);
	for (size_t i = 0; i < ARRAY_SIZE(got); i++) {
		assert_int_equal(got[i].count, 1);
		assert_string_equal(got[i].jwt, JWT("org_acme", "2"));
	}
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
	assert_int_equal(f->service.refresh, 2);
}

/* What the disk holds when a member gets a token. */
struct witness {
	struct walletlab *lab;
	char refresh[64];
};

static void
on_witness(void *arg, const struct wallet_token *token)
{
	struct witness *w = arg;
	struct purses *purses = NULL;
	struct purse purse PURSE_AUTO = {0};

	assert_int_equal(token->reason, 0);
	assert_int_equal(purses_new(w->lab->vault, VAULT_TOKENS, &purses), 0);
	assert_int_equal(purses_load(purses, "u-1", &purse), 0);
	assert_string_equal(purse_find(&purse, "org_acme")->jwt, token->jwt);
	(void)snprintf(
	    w->refresh, sizeof(w->refresh), "%s", purse.refresh_token);
	purses_free(purses);
}

static void
t26_the_rotated_token_is_on_the_disk_before_the_new_one_is_given(void **state)
{
	struct fixture *f = *state;
	struct witness witness = {.lab = &f->lab};
	uint64_t id = 0;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	assert_int_equal(
	    wallet_token(f->lab.wallet, "u-1", NULL, on_witness, &witness, &id),
	    0);
	walletlab_settle(&f->lab);
	assert_string_equal(witness.refresh, "refresh-2-" WALLETLAB_CANARY);
}

static void
set_read_only(struct walletlab *lab, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(lab->db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}

static void
t26_a_disk_that_takes_nothing_loses_no_rotated_token(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	set_read_only(&f->lab, "PRAGMA query_only = 1");
	is_refused(f, NULL, ERR_IO);
	is_refused(f, NULL, ERR_IO);
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
	set_read_only(&f->lab, "PRAGMA query_only = 0");
	given(f, NULL, JWT("org_acme", "2"));
	clock_fake_advance(&f->lab.clock, 2 * ENDED);
	f->service.lifetime_s *= 2;
	given(f, NULL, JWT("org_acme", "3"));
	assert_false(f->service.ended);
}

static void
a_refused_refresh_token_is_dropped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.ended = true;
	is_refused(f, NULL, ERR_NO_TOKEN);
	is_refused(f, NULL, ERR_NO_TOKEN);
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
}

static void
a_session_is_renewed_until_it_is_refused(void **state)
{
	struct fixture *f = *state;

	f->service.can[PROFILE_RENEW] = true;
	assert_int_equal(walletlab_sign_in_with(&f->lab, "u-1", "session"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	given(f, NULL, JWT("org_acme", "2"));
	assert_int_equal(walletlab_sign_in_with(&f->lab, "u-1", "ended"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	is_refused(f, NULL, ERR_NO_TOKEN);
	is_refused(f, NULL, ERR_NO_TOKEN);
	assert_int_equal(f->service.asked[PROFILE_RENEW], 2);
}

static void
a_bare_token_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in_with(&f->lab, "u-1", NULL), 0);
	clock_fake_advance(&f->lab.clock, ALMOST);
	given(f, NULL, JWT("org_acme", "1"));
	/* A service that renews by the token itself needs one that is good. */
	f->service.can[PROFILE_RENEW] = true;
	f->service.lifetime_s *= 2;
	given(f, NULL, JWT("org_acme", "2"));
	clock_fake_advance(&f->lab.clock, 2 * ENDED);
	is_refused(f, NULL, ERR_NO_TOKEN);
}

/* A token that would be renewed is given while it is good. */
static void
silence_of_the_service_costs_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	f->service.reason = ERR_SERVICE_UNREACHABLE;
	clock_fake_advance(&f->lab.clock, ALMOST);
	given(f, NULL, JWT("org_acme", "1"));
	clock_fake_advance(&f->lab.clock, ENDED);
	is_refused(f, NULL, ERR_SERVICE_UNREACHABLE);
	f->service.reason = 0;
	f->service.lifetime_s *= 4;
	given(f, NULL, JWT("org_acme", "2"));
}

/* However good the token at hand is, the service is asked. */
static void
t107_a_renewal_is_the_services_own_word(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_renew(&f->lab, "u-1"), ERR_NO_TOKEN);
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), 0);
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), 0);
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 2);
	/* What is rotated on the way is kept for the next time. */
	assert_int_equal(f->service.refresh, 3);
	assert_false(f->service.ended);
	f->service.reason = ERR_SERVICE_UNREACHABLE;
	assert_int_equal(
	    walletlab_renew(&f->lab, "u-1"), ERR_SERVICE_UNREACHABLE);
	f->service.reason = 0;
	/* Also where the member works in another organisation. */
	given(f, "org_beta", JWT("org_beta", "4"));
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), 0);
	walletlab_set_standing("u-1", ERR_DIRECTORY_STALE);
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), ERR_DIRECTORY_STALE);
}

static void
t107_a_refused_renewal_is_one_ever_after(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	f->service.ended = true;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(walletlab_renew(&f->lab, "u-1"), ERR_NO_TOKEN);
		f->service.reason = ERR_SERVICE_UNREACHABLE;
	}
	f->service.reason = ERR_MEMBER_SUSPENDED;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), ERR_MEMBER_SUSPENDED);
	f->service.can[PROFILE_REFRESH] = false;
	assert_int_equal(walletlab_renew(&f->lab, "u-1"), ERR_UNSUPPORTED);
}

/* Short-lived tokens: shorter than what counts as lasting. */
static void
a_new_token_is_given_however_soon_it_ends(void **state)
{
	struct fixture *f = *state;

	f->service.lifetime_s = 5;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	given(f, NULL, JWT("org_acme", "2"));
	given(f, NULL, JWT("org_acme", "3"));
	given(f, "org_beta", JWT("org_beta", "4"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 2);
	/* One that has ended when it comes is not. */
	f->service.lifetime_s = -1;
	is_refused(f, NULL, ERR_SERVICE_ERROR);
}

static void
another_organisation_is_asked_for_and_the_active_one_stays(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	given(f, "org_beta", JWT("org_beta", "2"));
	given(f, "org_beta", JWT("org_beta", "2"));
	given(f, NULL, JWT("org_acme", "1"));
	is_refused(f, "org_strange", ERR_SERVICE_REFUSED);
	assert_int_equal(f->service.asked[PROFILE_SWITCH_ORG], 2);
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 0);
	/* With an ended token of its own it renews first. */
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	given(f, "org_beta", JWT("org_beta", "4"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
	f->service.can[PROFILE_SWITCH_ORG] = false;
	is_refused(f, "org_gamma", ERR_UNSUPPORTED);
}

/* An errand for a token that is being renewed; its id. */
static uint64_t
leave_in_flight(struct fixture *f, struct walletlab_got *got)
{
	uint64_t id = 0;

	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	assert_int_equal(wallet_token(f->lab.wallet, "u-1", NULL,
			     walletlab_on_token, got, &id),
	    0);
	loop_turn(f->lab.loop, false);
	assert_true(walletlab_pending());
	return id;
}

static struct walletlab_got
switch_to(struct fixture *f, const char *organization)
{
	struct walletlab_got got = {0};
	uint64_t id = 0;

	assert_int_equal(wallet_switch(f->lab.wallet, "u-1", organization,
			     walletlab_on_token, &got, &id),
	    0);
	walletlab_settle(&f->lab);
	assert_int_equal(got.count, 1);
	return got;
}

static void
a_switch_lasts(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(
	    switch_to(f, "org_strange").reason, ERR_SERVICE_REFUSED);
	given(f, NULL, JWT("org_acme", "1"));
	assert_int_equal(switch_to(f, "org_beta").reason, 0);
	walletlab_stop(&f->lab);
	walletlab_start(&f->lab);
	given(f, NULL, JWT("org_beta", "2"));
	given(f, "org_acme", JWT("org_acme", "1"));
	/* The service hears of each change, also back. */
	assert_int_equal(switch_to(f, "org_acme").reason, 0);
	given(f, NULL, JWT("org_acme", "3"));
	assert_int_equal(f->service.asked[PROFILE_SWITCH_ORG], 3);
}

/* A refresh token that a switch brings renews that organisation's token. */
static void
a_rotating_switch_moves_the_base(void **state)
{
	struct fixture *f = *state;

	f->service.switch_rotates = true;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(switch_to(f, "org_beta").reason, 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	given(f, NULL, JWT("org_beta", "3"));
	assert_int_equal(f->service.asked[PROFILE_SWITCH_ORG], 1);
	assert_false(f->service.ended);
}

static void
put_factors(struct fixture *f)
{
	assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_PIN, "p", 1), 0);
	assert_int_equal(vault_put(f->lab.vault, "u-1", VAULT_TOTP, "t", 1), 0);
}

static bool
has(struct fixture *f, const char *kind)
{
	struct buf out BUF_AUTO = {.limit = 16};

	return vault_require(f->lab.vault, "u-1", kind, &out) == 0;
}

static void
what_is_forgotten_is_revoked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	put_factors(f);
	assert_int_equal(wallet_forget(f->lab.wallet, "u-1"), 0);
	assert_true(has(f, VAULT_PIN) && has(f, VAULT_TOTP));
	assert_string_equal(f->service.revoked,
	    JWT("org_acme", "1") " refresh-1-" WALLETLAB_CANARY " -");
	walletlab_settle(&f->lab);
	is_refused(f, NULL, ERR_NO_TOKEN);
	assert_int_equal(wallet_forget(f->lab.wallet, "u-1"), 0);
	assert_int_equal(f->service.asked[PROFILE_REVOKE], 1);
	/* A service that cannot revoke is not asked to. */
	f->service.can[PROFILE_REVOKE] = false;
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(wallet_forget(f->lab.wallet, "u-1"), 0);
	is_refused(f, NULL, ERR_NO_TOKEN);
}

static void
who_waits_for_forgotten_tokens_is_told(void **state)
{
	struct fixture *f = *state;
	struct walletlab_got got = {0};

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	(void)leave_in_flight(f, &got);
	assert_int_equal(wallet_forget(f->lab.wallet, "u-1"), 0);
	walletlab_settle(&f->lab);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.reason, ERR_NO_TOKEN);
}

/* The service says so itself, before the next list does. */
static void
t90_whom_the_service_names_a_leaver_is_forgotten(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.reason = ERR_MEMBER_SUSPENDED;
	assert_string_equal(f->lab.ended, "");
	is_refused(f, NULL, ERR_MEMBER_SUSPENDED);
	assert_string_equal(f->lab.ended, "u-1");
	assert_int_equal(f->lab.ended_reason, ERR_MEMBER_SUSPENDED);
	f->service.reason = 0;
	is_refused(f, NULL, ERR_NO_TOKEN);
}

static void
tokens_of_another_person_end_it_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	f->service.subject = "u-2";
	is_refused(f, NULL, ERR_WRONG_PERSON);
	f->service.subject = NULL;
	is_refused(f, NULL, ERR_NO_TOKEN);
}

/* Whoever asked is gone; the rotated token is not. */
static void
a_cancelled_errand_loses_no_rotated_token(void **state)
{
	struct fixture *f = *state;
	struct walletlab_got got = {0};
	uint64_t id = 0;

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	id = leave_in_flight(f, &got);
	wallet_cancel(f->lab.wallet, id);
	walletlab_settle(&f->lab);
	assert_int_equal(got.count, 0);
	given(f, NULL, JWT("org_acme", "2"));
	assert_int_equal(f->service.asked[PROFILE_REFRESH], 1);
}

static void
a_new_sign_in_takes_the_place_of_the_old(void **state)
{
	struct fixture *f = *state;
	struct walletlab_got got = {0};

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(switch_to(f, "org_beta").reason, 0);
	(void)leave_in_flight(f, &got);
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	walletlab_settle(&f->lab);
	assert_int_equal(got.count, 1);
	assert_string_equal(got.organization, "org_acme");
	assert_string_equal(got.jwt, JWT("org_acme", "4"));
}

/* A sign-in that brought nothing for later is no fault and drops nothing. */
static void
a_sign_in_without_a_token_keeps_nothing(void **state)
{
	struct fixture *f = *state;
	const struct idsvc_standing standing = {.subject = "u-1"};

	assert_int_equal(wallet_keep(f->lab.wallet, "u-1", &standing), 0);
	is_refused(f, NULL, ERR_NO_TOKEN);
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	assert_int_equal(wallet_keep(f->lab.wallet, "u-1", &standing), 0);
	given(f, NULL, JWT("org_acme", "1"));
}

static void
without_a_key_nothing_is_kept(void **state)
{
	struct fixture *f = *state;

	walletlab_stop(&f->lab);
	assert_int_equal(files_replace(f->lab.key, "lost", 4, 0400), 0);
	walletlab_start(&f->lab);
	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), ERR_VAULT_KEY);
	is_refused(f, NULL, ERR_VAULT_KEY);
	assert_int_equal(wallet_forget(f->lab.wallet, "u-1"), 0);
}

static void
t88_no_token_stands_plain_on_the_disk(void **state)
{
	struct fixture *f = *state;
	struct buf bytes BUF_AUTO = {.limit = (size_t)1 << 20};
	char journal[128];

	assert_int_equal(walletlab_sign_in(&f->lab, "u-1"), 0);
	given(f, "org_beta", JWT("org_beta", "2"));
	clock_fake_advance(&f->lab.clock, ENDED);
	f->service.lifetime_s *= 2;
	given(f, NULL, JWT("org_acme", "3"));
	(void)snprintf(journal, sizeof(journal), "%s-journal", f->lab.path);
	assert_int_equal(
	    files_read(f->lab.path, FILES_SECRET, bytes.limit, &bytes), 0);
	(void)!files_read(journal, FILES_SECRET, bytes.limit, &bytes);
	assert_non_null(memmem(bytes.bytes, bytes.len, "u-1", 3));
	assert_null(memmem(bytes.bytes, bytes.len, WALLETLAB_CANARY,
	    strlen(WALLETLAB_CANARY)));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_token_that_lasts_is_given_without_asking),
	    TEST(t109_a_wall_clock_that_moves_asks_more_or_the_service),
	    TEST(t26_many_errands_are_one_renewal),
	    TEST(
		t26_the_rotated_token_is_on_the_disk_before_the_new_one_is_given),
	    TEST(t26_a_disk_that_takes_nothing_loses_no_rotated_token),
	    TEST(a_refused_refresh_token_is_dropped),
	    TEST(a_session_is_renewed_until_it_is_refused),
	    TEST(a_bare_token_ends),
	    TEST(silence_of_the_service_costs_nothing),
	    TEST(t107_a_renewal_is_the_services_own_word),
	    TEST(t107_a_refused_renewal_is_one_ever_after),
	    TEST(a_new_token_is_given_however_soon_it_ends),
	    TEST(another_organisation_is_asked_for_and_the_active_one_stays),
	    TEST(a_switch_lasts),
	    TEST(a_rotating_switch_moves_the_base),
	    TEST(what_is_forgotten_is_revoked),
	    TEST(who_waits_for_forgotten_tokens_is_told),
	    TEST(t90_whom_the_service_names_a_leaver_is_forgotten),
	    TEST(tokens_of_another_person_end_it_all),
	    TEST(a_cancelled_errand_loses_no_rotated_token),
	    TEST(a_new_sign_in_takes_the_place_of_the_old),
	    TEST(a_sign_in_without_a_token_keeps_nothing),
	    TEST(without_a_key_nothing_is_kept),
	    TEST(t88_no_token_stands_plain_on_the_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
