/*
 * jwtsig.h - one signature by libjwt, as a second opinion; its only user.
 *
 * Asked by jws_self_check() at the start, and by the tests about every token of
 * tests/vectors, after the header, the algorithm and the key were checked; a
 * sign-in does not wait for it.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/jwk.h"
#include "common/attrs.h"

/* Whether every libjwt that we build with can check the algorithm. */
bool jwtsig_knows(enum jwk_alg alg);
/*
 * 0, TOKEN_SIGNATURE or NO_MEMORY.  token: of at most JWS_MAX_BYTES, typ absent
 * or "JWT" (libjwt 1.10 refuses all others).  pem: the public key that was
 * chosen for it.  Both NUL-terminated.
 */
MUST_CHECK int jwtsig_verify(
    const char *token, enum jwk_alg alg, const char *pem);
/* The same for HS256 with a secret. */
MUST_CHECK int jwtsig_verify_secret(const char *token, const char *secret);
