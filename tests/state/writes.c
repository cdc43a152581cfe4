/*
 * writes.c - see writes.h.
 */
#include "tests/state/writes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "base/otp.h"
#include "cli/keyfile.h"
#include "common/err.h"
#include "services/identities.h"
#include "services/lastroles.h"
#include "services/pin.h"
#include "services/proofs.h"
#include "services/totp.h"

#define MEMBER "u-1"
#define ISSUER "https://idp.test"
#define SOURCE "192.0.2.7"
#define ROWS 66 /* more than one slice of a rotation */
#define PIN_LOG2N 2
#define OLD_PIN "old horse 17"
#define NEW_PIN "new horse 42"
#define FAILURES 2

static void
nothing_before(struct statelab *lab)
{
}

static void
failures_before(struct statelab *lab)
{
	for (int i = 0; i < FAILURES; i++)
		assert_int_equal(
		    attempts_begin(lab->attempts, ATTEMPTS_TOTP, MEMBER, NULL),
		    0);
}

static uint32_t
failures(struct statelab *lab, enum attempts_kind kind)
{
	uint32_t count = 0;

	assert_int_equal(attempts_get(lab->attempts, kind, MEMBER, &count), 0);
	return count;
}

static int
count_try(struct statelab *lab)
{
	return attempts_begin(lab->attempts, ATTEMPTS_TOTP, MEMBER, NULL);
}

/* One that failed may have been counted, and so may the next. */
static enum writes_seen
look_counted(struct statelab *lab)
{
	uint32_t count = failures(lab, ATTEMPTS_TOTP);

	if (count < FAILURES || count > FAILURES + 2)
		return WRITES_BROKEN;
	return count == FAILURES ? WRITES_OLD : WRITES_NEW;
}

static void
seal(struct statelab *lab, const char *member, const char *secret)
{
	assert_int_equal(
	    vault_put(lab->vault, member, VAULT_TOTP, secret, strlen(secret)),
	    0);
}

static void
secret_before(struct statelab *lab)
{
	seal(lab, MEMBER, "old");
}

static int
put_secret(struct statelab *lab)
{
	return vault_put(lab->vault, MEMBER, VAULT_TOTP, "new", 3);
}

static enum writes_seen
look_secret(struct statelab *lab)
{
	struct buf out BUF_AUTO = {.limit = 64};

	if (vault_require(lab->vault, MEMBER, VAULT_TOTP, &out) != 0)
		return WRITES_BROKEN;
	if (strcmp(buf_text(&out), "new") == 0)
		return WRITES_NEW;
	return strcmp(buf_text(&out), "old") == 0 ? WRITES_OLD : WRITES_BROKEN;
}

static int
forget_secret(struct statelab *lab)
{
	return vault_forget(lab->vault, MEMBER);
}

static enum writes_seen
look_forgotten(struct statelab *lab)
{
	struct buf out BUF_AUTO = {.limit = 64};
	int r = vault_require(lab->vault, MEMBER, VAULT_TOTP, &out);

	if (r == ERR_NOT_FOUND)
		return WRITES_NEW;
	return r == 0 ? WRITES_OLD : WRITES_BROKEN;
}

static char first_key[2 * VAULTKEYS_ID_BYTES + 1];

/* Names of the key and of the one before. */
static bool
read_names(const struct statelab *lab, char now[sizeof(first_key)],
    char before[sizeof(first_key)])
{
	const struct vaultkeys_options options = {.path = lab->key};
	struct vaultkeys keys VAULTKEYS_AUTO = {0};

	if (vaultkeys_read(&options, &keys) != 0)
		return false;
	memcpy(now, keys.now.id, sizeof(first_key));
	memcpy(before, keys.before.id, sizeof(first_key));
	return true;
}

static void
rows_before(struct statelab *lab)
{
	char member[16];
	char none[sizeof(first_key)];

	statelab_run(lab, "PRAGMA synchronous = OFF");
	assert_true(read_names(lab, first_key, none));

	for (int i = 0; i < ROWS; i++) {
		(void)snprintf(member, sizeof(member), "u-%d", i);
		seal(lab, member, member);
	}
}

/* orgloginctl vault rotate and the daemon, as one. */
static int
rotate(struct statelab *lab)
{
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;
	struct vault_walk walk = {0};
	int r = vault_reread(lab->vault);

	if (r == 0)
		r = keyfile_open(lab->key, geteuid(), &file);
	if (r == 0 && file.before[0] == '\0')
		r = keyfile_renew(&file);
	if (r == 0)
		r = vault_reread(lab->vault);
	while (r == 0 && !walk.done)
		r = vault_reseal(lab->vault, &walk);
	if (r == 0 && walk.lost > 0)
		r = ERR_VAULT_KEY;
	if (r == 0) {
		vault_drop_before(lab->vault);
		r = keyfile_settle(&file);
	}
	return r == 0 ? vault_reread(lab->vault) : r;
}

static bool
all_open(struct statelab *lab)
{
	char member[16];

	for (int i = 0; i < ROWS; i++) {
		struct buf out BUF_AUTO = {.limit = 64};

		(void)snprintf(member, sizeof(member), "u-%d", i);
		if (vault_require(lab->vault, member, VAULT_TOTP, &out) != 0 ||
		    strcmp(buf_text(&out), member) != 0)
			return false;
	}
	return true;
}

/* Every row opens with what stands in the file; and the same command goes on to
 * the end, and leaves nothing beside. */
static enum writes_seen
look_rotated(struct statelab *lab)
{
	char beside[128];
	char now[sizeof(first_key)];
	char before[sizeof(first_key)];

	(void)snprintf(beside, sizeof(beside), "%s.new", lab->key);
	if (!all_open(lab) || !read_names(lab, now, before) ||
	    rotate(lab) != 0 || !all_open(lab) || access(beside, F_OK) == 0)
		return WRITES_BROKEN;
	return before[0] == '\0' && strcmp(now, first_key) != 0 ? WRITES_NEW
								: WRITES_OLD;
}

static int
record_proof(struct statelab *lab)
{
	struct proofs *proofs = NULL;
	int r = proofs_new(lab->db, &lab->clock.clock, lab->boot_id, &proofs);

	if (r == 0)
		r = proofs_record(proofs, MEMBER, "sudo", PROOFS_FULL);
	proofs_free(proofs);
	/* It lasts with the next write, of whatever. */
	return r == 0
	    ? attempts_begin(lab->attempts, ATTEMPTS_SOURCE, SOURCE, NULL)
	    : r;
}

static enum writes_seen
look_proven(struct statelab *lab)
{
	struct proofs *proofs = NULL;
	int64_t age_ms = 0;

	assert_int_equal(
	    proofs_new(lab->db, &lab->clock.clock, lab->boot_id, &proofs), 0);
	age_ms = proofs_age_ms(proofs, MEMBER);
	proofs_free(proofs);
	if (age_ms == 0)
		return WRITES_NEW;
	return age_ms == -1 ? WRITES_OLD : WRITES_BROKEN;
}

/* As at the end of a sign-in. */
static int
clear_and_prove(struct statelab *lab)
{
	int r = attempts_clear(lab->attempts, ATTEMPTS_TOTP, MEMBER);

	return r == 0 ? record_proof(lab) : r;
}

/* Both, or neither. */
static enum writes_seen
look_cleared(struct statelab *lab)
{
	uint32_t count = failures(lab, ATTEMPTS_TOTP);

	if (count != 0 && count != FAILURES)
		return WRITES_BROKEN;
	return look_proven(lab) == (count == 0 ? WRITES_NEW : WRITES_OLD)
	    ? look_proven(lab)
	    : WRITES_BROKEN;
}

static int
record_roles(struct statelab *lab)
{
	static const char *const roles[] = {"Member", "OrganizationAdmin"};
	const struct tokenroles told = {.roles = roles, .role_count = 2};
	struct lastroles *last LASTROLES_AUTO = NULL;
	int r = lastroles_new(lab->db, &lab->clock.clock, lab->boot_id, &last);

	return r == 0 ? lastroles_record(last, MEMBER, &told) : r;
}

static enum writes_seen
look_roles(struct statelab *lab)
{
	struct lastroles *last LASTROLES_AUTO = NULL;
	struct tokenroles told = {0};

	assert_int_equal(
	    lastroles_new(lab->db, &lab->clock.clock, lab->boot_id, &last), 0);
	told = lastroles_get(last, MEMBER);
	if (told.role_count == 2)
		return WRITES_NEW;
	return told.role_count == 0 && told.age_ms < 0 ? WRITES_OLD
						       : WRITES_BROKEN;
}

static int
bind_identity(struct statelab *lab)
{
	struct identities *identities = NULL;
	int r = identities_new(lab->db, &identities);

	if (r == 0)
		r = identities_bind(identities, MEMBER, ISSUER, "s-1",
		    (struct wall_time){STATELAB_NOW});
	identities_free(identities);
	return r;
}

static enum writes_seen
look_bound(struct statelab *lab)
{
	struct identities *identities = NULL;
	const char *owner = NULL;
	enum writes_seen seen = WRITES_OLD;

	assert_int_equal(identities_new(lab->db, &identities), 0);
	owner = identities_owner(identities, ISSUER, "s-1");
	if (owner != NULL)
		seen = strcmp(owner, MEMBER) == 0 ? WRITES_NEW : WRITES_BROKEN;
	identities_free(identities);
	return seen;
}

enum pin_errand { PIN_SET, PIN_CHECK };

static void
on_pin(void *arg, int reason)
{
	*(int *)arg = reason;
}

/* Through to its end. */
static int
pin_errand(struct statelab *lab, enum pin_errand errand, const char *text)
{
	const struct pin_options options = {
	    .vault = lab->vault, .attempts = lab->attempts, .log2n = PIN_LOG2N};
	const struct member member = {
	    .id = MEMBER, .user = "ada", .name = "Ada L", .mail = "ada@x.test"};
	struct loop *loop = NULL;
	struct pin *pin = NULL;
	uint64_t id = 0;
	int reason = 1;
	int r = loop_new(&loop);

	if (r == 0)
		r = pin_new(loop, &options, &pin);
	if (r == 0 && errand == PIN_SET)
		r = pin_set(pin, &member, text, on_pin, &reason, &id);
	else if (r == 0)
		r = pin_check(pin, MEMBER, text, on_pin, &reason, &id);
	while (r == 0 && reason == 1)
		loop_turn(loop, true);
	pin_free(pin);
	loop_free(loop);
	return r == 0 ? reason : r;
}

static void
pin_before(struct statelab *lab)
{
	assert_int_equal(pin_errand(lab, PIN_SET, OLD_PIN), 0);
}

static int
set_pin(struct statelab *lab)
{
	return pin_errand(lab, PIN_SET, NEW_PIN);
}

static enum writes_seen
look_pin(struct statelab *lab)
{
	if (pin_errand(lab, PIN_CHECK, NEW_PIN) == 0)
		return WRITES_NEW;
	return pin_errand(lab, PIN_CHECK, OLD_PIN) == 0 ? WRITES_OLD
							: WRITES_BROKEN;
}

/* A wrong one; 0 when that was said. */
static int
try_pin(struct statelab *lab)
{
	int r = pin_errand(lab, PIN_CHECK, NEW_PIN);

	return r == ERR_PIN_WRONG ? ERR_OK : r;
}

/* Whoever was told that it is wrong is counted. */
static enum writes_seen
look_pin_counted(struct statelab *lab)
{
	uint32_t count = failures(lab, ATTEMPTS_PIN);

	if (count > 2 || pin_errand(lab, PIN_CHECK, OLD_PIN) != 0)
		return WRITES_BROKEN;
	return count == 0 ? WRITES_OLD : WRITES_NEW;
}

/* As at the end of a sign-in with a right one. */
static int
come_back(struct statelab *lab)
{
	int r = pin_errand(lab, PIN_CHECK, OLD_PIN);

	return r == 0 ? record_proof(lab) : r;
}

/* The try counts until it is known that the PIN was right, and opened. */
static enum writes_seen
look_come_back(struct statelab *lab)
{
	uint32_t count = failures(lab, ATTEMPTS_PIN);
	enum writes_seen proven = look_proven(lab);

	if (count > 2 || (proven == WRITES_NEW && count != 0))
		return WRITES_BROKEN;
	return proven;
}

static struct totp *
open_totp(struct statelab *lab)
{
	const struct totp_options options = {
	    .vault = lab->vault,
	    .attempts = lab->attempts,
	    .clock = &lab->clock.clock,
	    .issuer = "Acme",
	};
	struct totp *totp = NULL;

	assert_int_equal(totp_new(&options, &totp), 0);
	return totp;
}

static char next_code[8]; /* of the member's authenticator, not used yet */

static void
make_code(const struct statelab *lab, const char *key, int away)
{
	char *secret = NULL;
	size_t len = 0;

	assert_int_equal(
	    oath_base32_decode(key, strlen(key), &secret, &len), OATH_OK);
	assert_int_equal(oath_totp_generate(secret, len,
			     lab->clock.wall.s + away * OTP_STEP_S, OTP_STEP_S,
			     0, 6, next_code),
	    OATH_OK);
	free(secret);
}

static void
authenticator_before(struct statelab *lab)
{
	struct totp *totp = open_totp(lab);
	struct totp_offer offer = {0};

	assert_int_equal(totp_offer(totp, MEMBER, "ada", &offer), 0);
	make_code(lab, offer.key, 0);
	assert_int_equal(totp_confirm(totp, MEMBER, next_code), 0);
	make_code(lab, offer.key, 1);
	totp_free(totp);
}

/* Asked again, a code that was used up by a try that failed is wrong. */
static int
use_code(struct statelab *lab)
{
	struct totp *totp = open_totp(lab);
	int r = totp_check(totp, MEMBER, next_code);

	totp_free(totp);
	return r == ERR_MFA_WRONG ? ERR_OK : r;
}

/* New: it opens nothing any more. */
static enum writes_seen
look_used(struct statelab *lab)
{
	struct totp *totp = open_totp(lab);
	int r = totp_state(totp, MEMBER);

	if (r == 0)
		r = totp_check(totp, MEMBER, next_code);
	totp_free(totp);
	if (r == ERR_MFA_WRONG)
		return WRITES_NEW;
	return r == 0 ? WRITES_OLD : WRITES_BROKEN;
}

const struct writes_case writes_cases[] = {
    {"a try", failures_before, count_try, look_counted, false},
    {"tries cleared", failures_before, clear_and_prove, look_cleared, false},
    {"a secret", secret_before, put_secret, look_secret, false},
    {"a secret forgotten", secret_before, forget_secret, look_forgotten, false},
    {"a rotation", rows_before, rotate, look_rotated, false},
    {"a proof", nothing_before, record_proof, look_proven, false},
    {"roles of a token", nothing_before, record_roles, look_roles, false},
    {"a binding", nothing_before, bind_identity, look_bound, false},
    {"a code", authenticator_before, use_code, look_used, false},
    {"a PIN", pin_before, set_pin, look_pin, true},
    {"a wrong PIN", pin_before, try_pin, look_pin_counted, true},
    {"a right PIN", pin_before, come_back, look_come_back, true},
};
const size_t writes_count = ARRAY_SIZE(writes_cases);
