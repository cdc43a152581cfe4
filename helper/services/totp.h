/*
 * totp.h - members' authenticators (RFC 6238) on this host.
 *
 * The secret is sealed in the vault, with the last step that was used: a code
 * opens once, also over a restart.  Each try is counted by services/attempts.
 * What does not open, or cannot be stored, is refused.  Blocks on the disk
 * only.
 */
#pragma once

#include "base/clock.h"
#include "common/attrs.h"
#include "services/attempts.h"
#include "services/vault.h"

#define TOTP_OFFERS_MAX 64
#define TOTP_OFFER_S 600
#define TOTP_URI_SIZE 1024
#define TOTP_KEY_SIZE 40

struct totp;

/* All borrowed. */
struct totp_options {
	struct vault *vault;
	struct attempts *attempts;
	const struct clock *clock;
	const char *issuer; /* shown in the authenticator */
};

MUST_CHECK int totp_new(
    const struct totp_options *options, struct totp **ret_totp);
/* Wipes what is offered. */
void totp_free(struct totp *totp);

/* 0: enrolled; TOTP_MISSING; VAULT_KEY: enrolled, but it does not open, so that
 * only totp_remove() helps. */
MUST_CHECK int totp_state(struct totp *totp, const char *member_id);

/* Secrets, to be shown to the member once and wiped. */
struct totp_offer {
	char uri[TOTP_URI_SIZE]; /* otpauth://, for a QR picture */
	char key[TOTP_KEY_SIZE]; /* the same in groups of four, to be typed */
};

/*
 * Makes a secret that waits in memory for totp_confirm(), in the place of one
 * that waited; what is enrolled stays as it is.  account: the member's name as
 * the authenticator shall show it.  VAULT_KEY; BUSY_HOST: too many wait;
 * TOO_LARGE: the name is.
 */
MUST_CHECK int totp_offer(struct totp *totp, const char *member_id,
    const char *account, struct totp_offer *ret_offer);
/*
 * 0: the code is of the secret offered, which is stored and counts from now on,
 * in the place of what was enrolled: a caller had that one proven before.  The
 * code is used then.  MFA_WRONG: try again.  TIMED_OUT: nothing waits, offer
 * anew.
 */
MUST_CHECK int totp_confirm(
    struct totp *totp, const char *member_id, const char *code);

/* 0: right, and used: it lasts that this code opens nothing any more.  Else
 * what totp_state() says, MFA_WRONG, TRY_LATER, FACTOR_LOCKED or a fault. */
MUST_CHECK int totp_check(
    struct totp *totp, const char *member_id, const char *code);

/* With what waits and the count of tries. Also where there is none. */
MUST_CHECK int totp_remove(struct totp *totp, const char *member_id);
