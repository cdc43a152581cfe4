/*
 * jwksig.h - one public key, made ready to check signatures with: setting
 * OpenSSL up for a key takes longer than some checks.
 *
 * For one thread.  Which key is fit for signing tokens is jwk.c's business.
 */
#pragma once

#include <stddef.h>

#include "base/jwk.h"
#include "common/attrs.h"
#include "common/buf.h"

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */
struct jwksig;

/* algs: a mask of what the key is for. Shares pkey. NO_MEMORY, INTERNAL. */
MUST_CHECK int jwksig_new(
    struct evp_pkey_st *pkey, unsigned int algs, struct jwksig **ret_sig);
void jwksig_free(struct jwksig *sig);
/*
 * alg: one of those.  The forms are those of jwk_verify().
 * 0, TOKEN_SIGNATURE, TOKEN_KEY_UNFIT (another alg), NO_MEMORY.
 */
MUST_CHECK int jwksig_verify(const struct jwksig *sig, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
