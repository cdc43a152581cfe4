/*
 * jwtsig.h - one signature by libjwt, as a second opinion; its only user.
 *
 * Called by jws.c after the header, the algorithm and the key were checked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/jwk.h"
#include "common/attrs.h"

/* Whether this libjwt can check the algorithm. */
bool jwtsig_knows(enum jwk_alg alg);
/* 0 or TOKEN_SIGNATURE, NO_MEMORY. pem: the public key, NUL-terminated. */
MUST_CHECK int jwtsig_verify(
    const char *token, enum jwk_alg alg, const char *pem);
