/*
 * claims.h - may the claims of a token with a good signature be believed?
 *
 * Pure decisions over plain values (OpenID Connect Core 3.1.3.7, RFC 7519
 * 4.1); who signed is not its business, nor who the member is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/times.h"

#define CLAIMS_SKEW_S 60   /* what two honest clocks may differ */
#define CLAIMS_SUB_MAX 255 /* OIDC Core 2 */
#define CLAIMS_AUDIENCES_MAX 8

struct claim_time {
	bool present;
	int64_t s;
};

/* The claims that we know; all strings are borrowed, NULL when absent. */
struct claims {
	const char *iss;
	const char *sub;
	const char *audiences[CLAIMS_AUDIENCES_MAX];
	size_t audience_count;
	const char *azp;
	struct claim_time exp;
	struct claim_time iat;
	struct claim_time nbf;
	const char *nonce;
	const char *at_hash;
	const char *tid; /* Entra: tenant */
	const char *oid; /* Entra: person inside the tenant */
	const char *hd;  /* Google: Workspace domain */
	const char *preferred_username;
	const char *email;
	bool email_verified; /* true only when the issuer says so */
};

/* What a token may lack; what it does hold must fit all the same. */
enum claims_lack {
	CLAIMS_LACK_ISS = 1 << 0,
	CLAIMS_LACK_AUD = 1 << 1,
	CLAIMS_LACK_IAT = 1 << 2,
	CLAIMS_LACK_SUB = 1 << 3, /* another claim names the person */
};

/* All zero accepts nothing. Everything is borrowed. */
struct claims_policy {
	const char *const *issuers; /* accepted spellings, byte for byte */
	size_t issuer_count;
	const char *client_id; /* must be among the audiences */
	/* audiences that may stand beside ours */
	const char *const *other_audiences;
	size_t other_audience_count;
	/* When this sign-in began: an older iat is another sign-in's token.
	 * 0: not checked. */
	struct wall_time started;
	/* What this sign-in sent, to be found in the token (OIDC Core 3.1.3.7
	 * item 11). NULL: not checked. */
	const char *nonce;
	unsigned int may_lack; /* mask of enum claims_lack */
};

/*
 * 0, or the first rule broken, in this order: TOKEN_ISSUER, TOKEN_AUDIENCE,
 * TOKEN_CLAIM (exp or iat missing or not positive, nbf negative, sub missing,
 * empty, over 255 bytes or not printable ASCII), TOKEN_EXPIRED,
 * TOKEN_NOT_YET_VALID, TOKEN_STALE (another sign-in's: an older iat, another
 * nonce or none).
 */
MUST_CHECK int claims_check(const struct claims_policy *policy,
    const struct claims *claims, struct wall_time now);
/*
 * By how many seconds claims are out of their time that claims_check() refused
 * with TOKEN_EXPIRED, TOKEN_NOT_YET_VALID or TOKEN_STALE; 0 after any other
 * verdict, and where no iat tells a token's age.
 */
int64_t claims_off_s(const struct claims_policy *policy,
    const struct claims *claims, struct wall_time now, int verdict);
