/*
 * keys.h - the keys of one issuer and the one way a token becomes verified
 * claims: a key set, fetched and cached, or a secret that is shared with it.
 *
 * A set is used for an hour, then fetched anew before the next use; while that
 * fails the old one serves for a day at most.  A kid that is not in the set
 * leads to one fetch, and to no further one for five minutes.  Non-blocking.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/token.h"

#define KEYS_FRESH_MS ((int64_t)3600 * 1000)
#define KEYS_MAX_AGE_MS ((int64_t)24 * 3600 * 1000)
#define KEYS_REFETCH_FLOOR_MS ((int64_t)300 * 1000)

struct keys;

/* The reasons that this issuer's failures are told by (PROVIDER_*, SERVICE_*).
 */
struct keys_reasons {
	int unreachable;
	int tls;
	int malformed;
};

MUST_CHECK int keys_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct keys_reasons *reasons,
    struct keys **ret_keys);
/* Pending verifications are dropped without a call. Accepts NULL. */
void keys_free(struct keys *keys);
/* Where the set is; a change drops the cached one. https only. */
MUST_CHECK int keys_set_url(struct keys *keys, const char *url);
/*
 * Instead of a URL, once: tokens are HS256 under one of these from now on, and
 * no set is ever fetched.  Copied, wiped later.  previous: NULL for none.
 * INVALID_ARGUMENT: one is below JWS_SECRET_MIN_BYTES.
 */
MUST_CHECK int keys_set_secret(
    struct keys *keys, const char *current, const char *previous);
/* Fetches a set that is missing or old, ahead of need. */
void keys_warm(struct keys *keys);

/* reason 0: verified; the token is borrowed during the callback, else NULL. */
typedef void keys_fn(void *arg, int reason, const struct token *token);

/*
 * text is copied (and wiped later); policy is copied, what it points to must
 * outlive the verification.  fn runs from the loop, once, unless cancelled.
 */
MUST_CHECK int keys_verify(struct keys *keys, const char *text,
    const struct token_policy *policy, keys_fn *fn, void *arg,
    uint64_t *ret_id);
void keys_cancel(struct keys *keys, uint64_t id);
