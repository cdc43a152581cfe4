/*
 * wallet.h - what members' sign-ins brought for the organisation's services:
 * kept, renewed, given to the member, and forgotten.
 *
 * Sealed by services/vault; read from there when asked for, so that no token
 * stays in memory.  One renewal at a time a member; what it brings is on the
 * disk before it is given out.  Callbacks run from the loop.  Blocks on the
 * disk only.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/idsvc.h"
#include "services/standing.h"
#include "services/vault.h"

struct wallet;

/* All borrowed. */
struct wallet_options {
	struct vault *vault;
	struct idsvc *idsvc; /* NULL: none configured, so nothing is renewed */
	const struct standing *standing;
	const char *organization_id; /* the host's */
	/* The service said why there are no tokens any more; NULL: nobody is
	 * told. */
	void (*ended)(void *arg, const char *member_id, int reason);
	void *arg;
};

MUST_CHECK int wallet_new(struct loop *loop, const struct clock *clock,
    const struct wallet_options *options, struct wallet **ret_wallet);
/* Their fn do not run any more. */
void wallet_free(struct wallet *wallet);

/*
 * Keeps what a sign-in brought in the place of what was kept of the one
 * before; copied, and sealed on the disk when it returns 0.  A sign-in does not
 * depend on it: the caller logs a fault.
 */
MUST_CHECK int wallet_keep(struct wallet *wallet, const char *member_id,
    const struct idsvc_standing *standing);

/* Borrowed; jwt, headers and session_token are secrets. */
struct wallet_token {
	int reason; /* 0, or why there is none; then nothing else is set */
	const char *organization;
	const char *jwt;
	const char *headers; /* lines, each ended by a newline */
	int64_t expires_s;   /* wall time; 0: unknown */
	/* for an operation in the member's name; NULL: none */
	const char *session_token;
};
typedef void wallet_fn(void *arg, const struct wallet_token *token);

/*
 * A JWT of the organisation (NULL: the one that the member works in) that does
 * not end in the next moments, renewed where it must be.  Reasons: what
 * standing_login() says, NO_TOKEN, VAULT_KEY, UNSUPPORTED (the service has no
 * other organisations), and the service's.
 */
MUST_CHECK int wallet_token(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id);
/* The same by asking the service to change; from then on the member works in
 * that organisation. */
MUST_CHECK int wallet_switch(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id);
/*
 * Asks the service anew, whatever is at hand: 0 says that it stands by the
 * member now.  NO_TOKEN: there is nothing to ask it with, or it does not take
 * that any more; UNSUPPORTED: nobody can be asked; else as wallet_token(), but
 * a service that does not answer is told as such, whatever is still good.
 */
MUST_CHECK int wallet_renew(struct wallet *wallet, const char *member_id,
    wallet_fn *fn, void *arg, uint64_t *ret_id);
/* fn does not run; a renewal under way is finished and kept all the same. An
 * unknown or finished id is ignored. */
void wallet_cancel(struct wallet *wallet, uint64_t id);

/* Forgets the member's tokens at once, and has the service revoke them where
 * the profile can. Also where there are none. */
MUST_CHECK int wallet_forget(struct wallet *wallet, const char *member_id);
