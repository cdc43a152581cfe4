/*
 * svcsend.h - one request of a profile, its templates filled in, on its way.
 */
#pragma once

#include <stdint.h>

#include "base/http.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "rules/profile.h"
#include "services/fill.h"

#define SVCSEND_ANSWER_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* All borrowed. */
struct svcsend {
	const char *base; /* of the service, without a slash at the end */
	const struct profile_request *request;
	const struct fill *fill;
	const char *condition; /* one more header; NULL: none */
	/* More headers, each ended by a newline; NULL: none. */
	struct buf *lines;
};

/* Puts the request's URL into an initialised buffer.  INVALID_ARGUMENT: a
 * template needs what is not there. */
MUST_CHECK int svcsend_url(const struct svcsend *send, struct buf *url);
/* Like http_start(). */
MUST_CHECK int svcsend_start(const struct svcsend *send, struct http *http,
    const char *url, http_fn *fn, void *arg, uint64_t *ret_id);
