/*
 * svctrace.h - requests and answers written down for an administrator who tries
 * a profile, with every secret masked.  Pure.
 */
#pragma once

#include "base/http.h"
#include "base/json.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "rules/profile.h"
#include "services/fill.h"

#define SVCTRACE_ITEMS_MAX 3 /* of an array that are shown */

/*
 * Appends a request as it is sent, but for the values that are secret: what an
 * answer brought, what proves a person, the host's key.  Lines of printable
 * text.
 */
MUST_CHECK int svctrace_request(struct buf *out, const char *base,
    const struct profile_request *request, const struct fill *fill);
/*
 * Appends an answer: its status, its media type, and its JSON without what the
 * request takes out of it, what stands under a name that tells a secret, and
 * what looks like a token.  A body that is no JSON is told by its length only.
 */
MUST_CHECK int svctrace_answer(struct buf *out,
    const struct http_response *response,
    const struct profile_request *request);
