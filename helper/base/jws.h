/*
 * jws.h - a compact JWS (RFC 7515 7.1): bytes to a payload that was signed by
 * a key that we chose.
 *
 * In this order, each failing with its own reason: length (16 KiB),
 * exactly three parts, strict base64url, header by the strict JSON reader,
 * alg on the allow-list, no crit, b64, jku, jwk, x5u, x5c, enc or zip, typ
 * absent or as asked, kid looked up in the given set only, key fit for alg,
 * signature by OpenSSL, payload by the strict JSON reader.  Never looks at
 * claims.
 *
 * Public keys and shared secrets have a function each, and no algorithm in
 * common: no key of a set is ever taken for a secret (RFC 8725 3.1).
 */
#pragma once

#include <stddef.h>

#include "base/json.h"
#include "base/jwk.h"
#include "common/attrs.h"

#define JWS_MAX_BYTES ((size_t)16 * 1024)

struct jws_policy {
	unsigned int algs; /* mask of enum jwk_alg */
	const char *typ;   /* accepted besides "JWT" and none; NULL: no other */
	/* What a key that names its issuer may name; none: any. */
	const char *const *key_issuers;
	size_t key_issuer_count;
};

/* RFC 7518 3.2: as long as the digest. */
#define JWS_SECRET_MIN_BYTES 32

/* What the issuer and we share; borrowed. */
struct jws_secret {
	const char *current;
	const char *previous; /* NULL: none */
};

enum jws_match {
	JWS_MATCH_NONE = 0,
	JWS_MATCH_CURRENT,
	JWS_MATCH_PREVIOUS,
};

/*
 * ret_payload: the claims object, owned by the caller.  Pure.
 * Faults: TOKEN_MALFORMED, TOKEN_HEADER, TOKEN_TYPE, TOKEN_ALGORITHM,
 * TOKEN_KEY_UNKNOWN, TOKEN_KEY_UNFIT, TOKEN_SIGNATURE, JSON_*, NO_MEMORY.
 */
MUST_CHECK int jws_verify(const char *token, size_t len,
    const struct jwk_set *keys, const struct jws_policy *policy,
    struct json **ret_payload);

/*
 * The same for HS256, and for nothing else.  typ: as in a policy.  A kid names
 * nothing here.  Faults besides those above: TOKEN_SECRET when the MAC is of
 * neither secret, TOKEN_KEY_UNFIT when one is below JWS_SECRET_MIN_BYTES.
 */
MUST_CHECK int jws_verify_secret(const char *token, size_t len,
    const struct jws_secret *secret, const char *typ, enum jws_match *ret_match,
    struct json **ret_payload);

/*
 * Runs known-bad and known-good tokens through both functions, and through
 * libjwt where it knows the algorithm: anything but the expected answer of each
 * is ERR_INTERNAL, and the daemon must not serve (a library has changed).
 */
MUST_CHECK int jws_self_check(void);
