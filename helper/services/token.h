/*
 * token.h - the one place through which every token of the provider and of the
 * identity service goes.
 *
 * Signature by base/jws, claims by rules/claims; nothing else decides that a
 * token is believed.  No I/O but the log, which is told what a reason cannot
 * say: by how much a clock is off, and which secret fits.  No clock of its own.
 */
#pragma once

#include <stdbool.h>

#include "base/jwk.h"
#include "base/json.h"
#include "base/jws.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/claims.h"

struct token_policy {
	struct jws_policy jws;
	struct claims_policy claims;
};

/* A token that was believed; the claims borrow from the payload. */
struct token {
	struct json *payload;
	struct claims claims;
};

/*
 * text: a compact JWS, NUL-terminated.  Faults: those of jws_verify(), of
 * token_read_claims() and of claims_check(), unchanged.  ret_token is for the
 * caller to end with token_done().
 */
MUST_CHECK int token_verify(const char *text, const struct jwk_set *keys,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token);
/*
 * The same for a token signed with a shared secret (HS256); policy->jws.algs
 * counts for nothing.  Faults besides: those of jws_verify_secret().
 */
MUST_CHECK int token_verify_secret(const char *text,
    const struct jws_secret *secret, const struct token_policy *policy,
    struct wall_time now, struct token *ret_token);
/*
 * The second half of both, for a payload that is believed for the channel it
 * came over: reads and checks its claims, and takes it on success.
 */
MUST_CHECK int token_accept(struct json **payload,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token);
/* Wipes and frees; accepts a zeroed token. */
void token_done(struct token *token);
#define TOKEN_AUTO CLEANUP(token_done)

/*
 * Reads the claims that we know.  A known claim of another type than its
 * standard's, null included, is ERR_TOKEN_CLAIM, as are more than
 * CLAIMS_AUDIENCES_MAX audiences.  ret_claims borrows from the payload.
 */
MUST_CHECK int token_read_claims(
    const struct json_node *payload, struct claims *ret_claims);

/*
 * A claim that is true or false: Google writes email_verified as a boolean or a
 * string, Entra its xms_edov as a boolean, a number or a string.  False: none
 * of these.
 */
MUST_CHECK bool token_flag(const struct json_node *node, bool *ret_value);

/*
 * OIDC Core 3.1.3.6: when the ID Token has an at_hash, it must be that of the
 * access token which came with it.  0 or ERR_TOKEN_CLAIM.
 */
MUST_CHECK int token_check_at_hash(
    const struct claims *claims, const char *access_token);
