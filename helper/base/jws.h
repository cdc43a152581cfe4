/*
 * jws.h - a compact JWS (RFC 7515 7.1): bytes to a payload that was signed by
 * a key that we chose.
 *
 * In this order, each failing with its own reason: length (16 KiB),
 * exactly three parts, strict base64url, header by the strict JSON reader,
 * alg on the allow-list, no crit, b64, jku, jwk, x5u, x5c, enc or zip, typ
 * absent or as asked, kid looked up in the given set only, key fit for alg,
 * signature by OpenSSL, payload by the strict JSON reader, signature again by
 * libjwt where it knows the algorithm.  Never looks at claims.
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
 * Runs known-bad and known-good tokens through jws_verify(): anything but the
 * expected answers is ERR_INTERNAL, and the daemon must not serve (a library
 * below has changed).
 */
MUST_CHECK int jws_self_check(void);
