/*
 * idpsend.c - forms to a provider, and its refusals told to the log.
 *
 * Owns how the client shows itself.  A description of an error never reaches
 * the log: it may hold anything.
 */
#include "services/idpsend.h"

#include "base/log.h"
#include "common/err.h"
#include "services/idpanswer.h"
#include "services/idpform.h"

static const char *
find_url(const struct idpsend_form *form)
{
	switch (form->endpoint) {
	case PROVIDER_DEVICE:
	case PROVIDER_AUTHORIZE:
		return idpdoc_begin_endpoint(form->doc);
	case PROVIDER_TOKEN:
		return idpdoc_token_endpoint(form->doc);
	case PROVIDER_REVOKE:
		return idpdoc_revocation_endpoint(form->doc);
	case PROVIDER_KEYS:
		return idpdoc_jwks_uri(form->doc);
	}
	return NULL;
}

int
idpsend_post(struct http *http, const struct idpsend_form *form, http_fn *fn,
    void *arg, uint64_t *ret_transfer)
{
	const struct idpself *self = form->self;
	struct http_request request = {
	    .method = "POST",
	    .url = find_url(form),
	    .headers = {"accept: application/json",
		"content-type: application/x-www-form-urlencoded"},
	    .header_count = 2,
	    .body_limit_bytes = IDPSEND_ANSWER_MAX_BYTES,
	};
	int r = ERR_OK;

	if (request.url == NULL)
		return ERR_UNSUPPORTED;
	/* RFC 6749 2.3.1: in the body, where a public client has only its id */
	idpform_put(form->body, "client_id", self->client_id);
	if (self->client_secret != NULL &&
	    provider_wants_secret(&self->rules, form->endpoint))
		idpform_put(form->body, "client_secret", self->client_secret);
	r = buf_fault(form->body);
	if (r != 0)
		return r;
	request.body = form->body->bytes;
	request.body_len = form->body->len;
	return http_start(http, &request, fn, arg, ret_transfer);
}

struct refusal
idpsend_refused(const struct idpself *self,
    const struct http_response *response, const struct json *json)
{
	struct idpanswer_error error;
	const struct refusal *meaning = &error.meaning;

	idpanswer_error(response, json, &error);
	if (meaning->reason != 0)
		log_warning("refused by the provider",
		    LOG_TEXT("provider", self->name),
		    LOG_TEXT("reason", err_name(meaning->reason)),
		    LOG_NUMBER("status", response->status),
		    LOG_TEXT("error", error.word),
		    LOG_TEXT("codes", error.codes),
		    LOG_TEXT("trace", error.trace),
		    LOG_TEXT("remedy",
			meaning->remedy == NULL ? "" : meaning->remedy));
	return error.meaning;
}
