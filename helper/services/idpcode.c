/*
 * idpcode.c - one code exchanged for a proven identity.
 *
 * Promises GRANT_APPROVED only for an ID Token that came in this very answer,
 * was verified, was issued for this flow and proves somebody; or, where a
 * refresh token was taken, for an answer without any.
 */
#include "services/idpcode.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/err.h"
#include "common/secret.h"
#include "services/idpfind.h"
#include "services/idpform.h"
#include "services/idpperson.h"
#include "services/idpsend.h"

#define GRANT_TYPE_DEVICE_CODE "urn:ietf:params:oauth:grant-type:device_code"

struct idpcode {
	struct idpcode_parts parts; /* but the document */
	idp_poll_fn *fn;
	void *arg;
	uint64_t transfer;     /* of http; 0: none */
	uint64_t verification; /* of keys; 0: none */
	struct wall_time started;
	char *nonce; /* NULL: none was sent */
	char *id_token;
	char *access_token;  /* NULL: none came */
	char *refresh_token; /* NULL: none came, or none is wanted */
	bool refreshes;
	idp_rotated_fn *rotated;
	void *rotated_arg;
	const char *issuers[PROVIDER_ISSUERS_MAX];
	const char *key_issuers[PROVIDER_ISSUERS_MAX];
};

void
idpcode_free(struct idpcode *code)
{
	if (code == NULL)
		return;
	http_cancel(code->parts.http, code->transfer);
	keys_cancel(code->parts.keys, code->verification);
	secret_free_string(code->nonce);
	secret_free_string(code->id_token);
	secret_free_string(code->access_token);
	secret_free_string(code->refresh_token);
	free(code);
}

static void
end(struct idpcode *code, enum grant_event event, int reason)
{
	code->fn(
	    code->arg, &(struct idp_poll){.event = event, .reason = reason});
}

static void
end_failed(struct idpcode *code, int reason)
{
	end(code,
	    reason == ERR_PROVIDER_UNREACHABLE ? GRANT_NO_ANSWER : GRANT_FAILED,
	    reason);
}

/* What came with the ID Token must be named in it (OIDC Core 3.1.3.6). */
static int
prove(const struct idpcode *code, const struct token *token,
    struct idpperson *ret_person)
{
	int r = ERR_OK;

	if (token->claims.at_hash != NULL)
		r = code->access_token == NULL
		    ? ERR_TOKEN_CLAIM
		    : token_check_at_hash(&token->claims, code->access_token);
	if (r == 0)
		r = idpperson_read(&code->parts.self->rules, token, ret_person);
	if (r != 0)
		return r;
	ret_person->identity.id_token = code->id_token;
	ret_person->identity.refresh_token = code->refresh_token;
	return ERR_OK;
}

static void
on_verified(void *arg, int reason, const struct token *token)
{
	struct idpcode *code = arg;
	struct idpperson person = {0};
	int r = reason;

	code->verification = 0;
	/* The code is used up by now: there is nothing left to poll for. */
	if (r == 0)
		r = prove(code, token, &person);
	if (r != 0) {
		end(code, GRANT_FAILED, r);
		return;
	}
	code->fn(code->arg,
	    &(struct idp_poll){
		.event = GRANT_APPROVED,
		.identity = &person.identity,
	    });
}

/* OIDC Core 3.1.3.7; only an ID Token of this very flow is taken. */
static int
verify(struct idpcode *code)
{
	const struct provider *rules = &code->parts.self->rules;
	struct token_policy policy = {
	    .jws = {.algs = JWK_ALG_ALL},
	    .claims =
		{
		    .issuers = code->issuers,
		    .issuer_count = provider_issuers(rules, code->issuers),
		    .client_id = code->parts.self->client_id,
		    .started = code->started,
		    .nonce = code->nonce,
		},
	};

	if (rules->type == PROVIDER_ENTRA) {
		policy.jws.key_issuers = code->key_issuers;
		policy.jws.key_issuer_count =
		    provider_document_issuers(rules, code->key_issuers);
	}
	return keys_verify(code->parts.keys, code->id_token, &policy,
	    on_verified, code, &code->verification);
}

/* Nothing copies to nothing. */
static int
take_text(const struct json_node *root, const char *name, char **ret_text)
{
	const char *text = json_string(json_get(root, name));

	*ret_text = text == NULL ? NULL : secret_dup(text, strlen(text));
	return text != NULL && *ret_text == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* Takes the tokens of an answer in, and asks whether they are good. */
static int
take_tokens(struct idpcode *code, const struct json_node *root)
{
	int r = take_text(root, "id_token", &code->id_token);

	if (r == 0)
		r = take_text(root, "access_token", &code->access_token);
	if (r == 0 && code->parts.self->keeps)
		r = take_text(root, "refresh_token", &code->refresh_token);
	if (code->refreshes && code->refresh_token != NULL)
		code->rotated(code->rotated_arg, code->refresh_token);
	if (r != 0)
		return r;
	if (code->id_token != NULL)
		return verify(code);
	/* On the first answer that is a refusal: nobody is proven. */
	if (!code->refreshes || code->access_token == NULL)
		return ERR_PROVIDER_MALFORMED;
	end(code, GRANT_APPROVED, ERR_OK);
	return ERR_OK;
}

static void
end_refused(struct idpcode *code, const struct http_response *response,
    const struct json *json)
{
	const struct refusal meaning =
	    idpsend_refused(code->parts.self, response, json);

	end(code, meaning.event,
	    code->refreshes ? refusal_of_renewal(&meaning) : meaning.reason);
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct idpcode *code = arg;
	struct json *json JSON_AUTO = NULL;
	int r = idpfind_transport(response);

	code->transfer = 0;
	if (r != 0) {
		end_failed(code, r);
		return;
	}
	if (json_parse(response->body, response->body_len,
		IDPSEND_ANSWER_MAX_BYTES, &json) != 0)
		json = NULL;
	if (response->status != 200 || json == NULL) {
		end_refused(code, response, json);
		return;
	}
	r = take_tokens(code, json_root(json));
	if (r != 0)
		end_failed(code, r);
}

static int
send_code(struct idpcode *code, const struct idpcode_given *given)
{
	struct buf body BUF_AUTO = {0};
	struct idpsend_form form = {
	    .self = code->parts.self,
	    .doc = code->parts.doc,
	    .endpoint = PROVIDER_TOKEN,
	    .body = &body,
	};

	buf_init(&body, IDPSEND_BODY_MAX_BYTES);
	if (given->refresh_token != NULL) {
		idpform_put(&body, "grant_type", "refresh_token");
		idpform_put(&body, "refresh_token", given->refresh_token);
		/* The others give what was granted before. */
		if (code->parts.self->rules.type == PROVIDER_ENTRA)
			idpform_put(&body, "scope",
			    PROVIDER_SCOPE " " PROVIDER_SCOPE_OFFLINE);
	} else if (given->verifier == NULL) {
		idpform_put(&body, "grant_type", GRANT_TYPE_DEVICE_CODE);
		idpform_put(&body, "device_code", given->code);
	} else {
		idpform_put(&body, "grant_type", "authorization_code");
		idpform_put(&body, "code", given->code);
		idpform_put(
		    &body, "redirect_uri", code->parts.self->redirect_uri);
		idpform_put(&body, "code_verifier", given->verifier);
	}
	return idpsend_post(
	    code->parts.http, &form, on_answer, code, &code->transfer);
}

int
idpcode_start(const struct idpcode_parts *parts,
    const struct idpcode_given *given, idp_poll_fn *fn, void *arg,
    struct idpcode **ret_code)
{
	struct idpcode *code CLEANUP(idpcode_cleanup) =
	    calloc(1, sizeof(*code));
	int r = ERR_OK;

	if (code == NULL)
		return ERR_NO_MEMORY;
	code->parts = *parts;
	code->fn = fn;
	code->arg = arg;
	code->started = given->started;
	code->refreshes = given->refresh_token != NULL;
	code->rotated = given->rotated;
	code->rotated_arg = given->rotated_arg;
	if (given->nonce != NULL) {
		code->nonce = secret_dup(given->nonce, strlen(given->nonce));
		if (code->nonce == NULL)
			return ERR_NO_MEMORY;
	}
	r = send_code(code, given);
	/* The document may be replaced while the exchange is under way. */
	code->parts.doc = NULL;
	if (r != 0)
		return r;
	*ret_code = TAKE(code);
	return ERR_OK;
}
