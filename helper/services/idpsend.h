/*
 * idpsend.h - forms to a provider, and its refusals told to the log.
 */
#pragma once

#include "base/http.h"
#include "base/json.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "rules/refusal.h"
#include "services/idpdoc.h"
#include "services/idpself.h"

#define IDPSEND_BODY_MAX_BYTES 16384
#define IDPSEND_ANSWER_MAX_BYTES ((size_t)64 * 1024)

/* All borrowed; the client's id, and its secret where it belongs, are put
 * behind what the body holds. */
struct idpsend_form {
	const struct idpself *self;
	const struct idpdoc *doc;
	enum provider_endpoint endpoint; /* PROVIDER_DEVICE, _TOKEN, _REVOKE */
	struct buf *body;
};
/* UNSUPPORTED: the provider has no such endpoint. */
MUST_CHECK int idpsend_post(struct http *http, const struct idpsend_form *form,
    http_fn *fn, void *arg, uint64_t *ret_transfer);

/* What an answer without success means; what stops a sign-in is logged, by
 * words and numbers only. json: NULL when the body is none. */
struct refusal idpsend_refused(const struct idpself *self,
    const struct http_response *response, const struct json *json);
