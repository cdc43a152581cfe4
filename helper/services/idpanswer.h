/*
 * idpanswer.h - what stands in a provider's answers.  Pure.
 */
#pragma once

#include "base/http.h"
#include "base/json.h"
#include "common/attrs.h"
#include "rules/provider.h"
#include "rules/refusal.h"
#include "services/idp.h"

#define IDPANSWER_CODES_SIZE 96

/* An answer that brought nothing (RFC 6749 5.2, RFC 8628 3.5). */
struct idpanswer_error {
	struct refusal meaning;
	/* for the log; "" where not told */
	char word[64];
	char codes[IDPANSWER_CODES_SIZE]; /* Entra's error_codes */
	char trace[40];                   /* Entra's trace_id */
};

/* json: the answer's body when it is JSON, else NULL; then a form is looked
 * for, as some servers answer with. */
void idpanswer_error(const struct http_response *response,
    const struct json *json, struct idpanswer_error *ret_error);

/* RFC 8628 3.2: 0 or PROVIDER_MALFORMED. Borrows from root. */
MUST_CHECK int idpanswer_device(const struct json_node *root,
    const struct provider *provider, struct idp_device *ret_device);
