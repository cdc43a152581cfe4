/*
 * idp.c - the provider's three answers: discovery, a device code, tokens.
 *
 * Every request of a sign-in is one struct flight: it waits for discovery if
 * need be, has one transfer or one verification under way, and ends in exactly
 * one callback or by cancellation.  Answers are believed only after they were
 * checked here; what the provider calls an error is mapped by one table.
 */
#include "services/idp.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/err.h"
#include "common/secret.h"
#include "services/idpanswer.h"
#include "services/idpdoc.h"
#include "services/idpform.h"
#include "services/idpself.h"
#include "services/keys.h"

#define DISCOVERY_FRESH_MS ((int64_t)3600 * 1000)
#define SCOPE "openid email profile"
#define ANSWER_MAX_BYTES ((size_t)64 * 1024)
#define GRANT_TYPE_DEVICE_CODE \
	"urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"

enum flight_kind { FLIGHT_DEVICE, FLIGHT_POLL };

struct flight {
	struct flight *next;
	struct idp *idp;
	uint64_t id;
	enum flight_kind kind;
	uint64_t transfer;     /* of http; 0: none */
	uint64_t verification; /* of keys; 0: none */
	bool waits;            /* for discovery */
	idp_device_fn *device_fn;
	idp_poll_fn *poll_fn;
	void *arg;
	char *device_code; /* FLIGHT_POLL */
	char *id_token;
	struct wall_time started;
};

struct idp {
	struct http *http;
	const struct clock *clock;
	struct keys *keys;
	struct idpself *self;
	struct idpdoc *doc; /* NULL until discovery was read */
	struct boot_time doc_read;
	uint64_t discovery; /* transfer; 0: none */
	int state;
	struct flight *flights;
	uint64_t last_id;
};

static void
flight_free(struct flight *f)
{
	if (f == NULL)
		return;
	http_cancel(f->idp->http, f->transfer);
	keys_cancel(f->idp->keys, f->verification);
	secret_free_string(f->device_code);
	secret_free_string(f->id_token);
	free(f);
}

/* Takes a flight out of the list, so that its callback may start others. */
static struct flight *
unlink_flight(struct idp *idp, uint64_t id)
{
	for (struct flight **link = &idp->flights; *link != NULL;
	     link = &(*link)->next) {
		struct flight *f = *link;

		if (f->id == id) {
			*link = f->next;
			return f;
		}
	}
	return NULL;
}

static int
flight_new(struct idp *idp, enum flight_kind kind, void *arg,
    struct flight **ret_flight)
{
	struct flight *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NO_MEMORY;
	f->idp = idp;
	f->kind = kind;
	f->arg = arg;
	f->id = ++idp->last_id;
	f->next = idp->flights;
	idp->flights = f;
	*ret_flight = f;
	return ERR_OK;
}

static void
end_device(struct flight *f, const struct idp_device *device)
{
	struct idp *idp = f->idp;

	idp->state = device->reason;
	(void)unlink_flight(idp, f->id);
	f->device_fn(f->arg, device);
	flight_free(f);
}

static void
end_poll(struct flight *f, const struct idp_poll *poll)
{
	(void)unlink_flight(f->idp, f->id);
	f->poll_fn(f->arg, poll);
	flight_free(f);
}

static void
end_failed(struct flight *f, int reason)
{
	bool lost = reason == ERR_PROVIDER_UNREACHABLE;

	if (f->kind == FLIGHT_DEVICE)
		end_device(f, &(struct idp_device){.reason = reason});
	else
		end_poll(f,
		    &(struct idp_poll){
			.event = lost ? GRANT_NO_ANSWER : GRANT_FAILED,
			.reason = reason,
		    });
}

/* Reasons of answers that did not come, or not as HTTP. */
static int
transport_reason(const struct http_response *response)
{
	switch (response->outcome) {
	case HTTP_UNREACHABLE:
		return ERR_PROVIDER_UNREACHABLE;
	case HTTP_TLS_REFUSED:
		return ERR_PROVIDER_TLS;
	case HTTP_BAD_ANSWER:
		return ERR_PROVIDER_MALFORMED;
	case HTTP_ANSWERED:
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static int
identify(const struct flight *f, const struct token *token,
    struct idp_identity *ret_identity)
{
	const struct provider *rules = &f->idp->self->rules;
	const struct json_node *payload = json_root(token->payload);
	const struct provider_token said = {
	    .claims = &token->claims,
	    .identity = rules->identity_claim == NULL
		? NULL
		: json_string(json_get(payload, rules->identity_claim)),
	};
	struct provider_person person = {0};
	int r = provider_identify(rules, &said, &person);

	if (r != 0)
		return r;
	*ret_identity = (struct idp_identity){
	    .type = provider_name(rules->type),
	    .issuer = person.issuer,
	    .subject = person.subject,
	    .mail = person.mail,
	    .mail_reason = person.mail_reason,
	    .name = json_string(json_get(payload, "name")),
	    .id_token = f->id_token,
	};
	return ERR_OK;
}

static void
on_verified(void *arg, int reason, const struct token *token)
{
	struct flight *f = arg;
	struct idp_identity identity = {0};
	int r = reason;

	f->verification = 0;
	if (r == 0)
		r = identify(f, token, &identity);
	/* The code is used up by now: there is nothing left to poll for. */
	if (r != 0) {
		end_poll(f,
		    &(struct idp_poll){
			.event = GRANT_FAILED,
			.reason = r,
		    });
		return;
	}
	end_poll(f,
	    &(struct idp_poll){
		.event = GRANT_APPROVED,
		.identity = &identity,
	    });
}

/* OIDC Core 3.1.3.7; only an ID Token of this very flow is taken. */
static int
verify(struct flight *f)
{
	const struct token_policy policy = {
	    .jws = {.algs = JWK_ALG_ALL},
	    .claims =
		{
		    .issuers = &f->idp->self->rules.issuer,
		    .issuer_count = 1,
		    .client_id = f->idp->self->client_id,
		    .started = f->started,
		},
	};

	return keys_verify(f->idp->keys, f->id_token, &policy, on_verified, f,
	    &f->verification);
}

static void
on_polled(void *arg, const struct http_response *response)
{
	struct flight *f = arg;
	struct json *json JSON_AUTO = NULL;
	const char *id_token = NULL;
	struct idp_poll poll = {0};
	int r = transport_reason(response);

	f->transfer = 0;
	if (r != 0) {
		end_failed(f, r);
		return;
	}
	if (json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) != 0)
		json = NULL;
	if (response->status != 200 || json == NULL) {
		poll = idpanswer_error(response->status, json);
		end_poll(f, &poll);
		return;
	}
	/* No ID Token on the first answer is a refusal: nobody is proven. */
	id_token = json_string(json_get(json_root(json), "id_token"));
	if (id_token == NULL) {
		end_failed(f, ERR_PROVIDER_MALFORMED);
		return;
	}
	f->id_token = secret_dup(id_token, strlen(id_token));
	r = f->id_token == NULL ? ERR_NO_MEMORY : verify(f);
	if (r != 0)
		end_failed(f, r);
}

/* No code: for now, or because this host is not welcome. */
static int
refusal(enum grant_event event)
{
	return event == GRANT_NO_ANSWER || event == GRANT_SLOW_DOWN
	    ? ERR_PROVIDER_ERROR
	    : ERR_PROVIDER_REFUSED;
}

static void
on_device(void *arg, const struct http_response *response)
{
	struct flight *f = arg;
	struct json *json JSON_AUTO = NULL;
	struct idp_device device = {0};
	int r = transport_reason(response);

	f->transfer = 0;
	if (r == 0 &&
	    json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) != 0)
		r = response->status >= 500 ? ERR_PROVIDER_ERROR
					    : ERR_PROVIDER_MALFORMED;
	if (r == 0 && response->status != 200)
		r = refusal(idpanswer_error(response->status, json).event);
	if (r != 0) {
		end_failed(f, r);
		return;
	}
	device.reason = idpanswer_device(json_root(json), &device);
	end_device(f, &device);
}

static int
post(struct flight *f, const char *url, struct buf *body, http_fn *fn)
{
	const struct idp *idp = f->idp;
	struct http_request request = {
	    .method = "POST",
	    .url = url,
	    .headers = {"accept: application/json",
		"content-type: application/x-www-form-urlencoded"},
	    .header_count = 2,
	    .body_limit_bytes = ANSWER_MAX_BYTES,
	};
	int r = ERR_OK;

	/* RFC 6749 2.3.1: in the body, where a public client has only its id */
	idpform_put(body, "client_id", idp->self->client_id);
	if (idp->self->client_secret != NULL)
		idpform_put(body, "client_secret", idp->self->client_secret);
	r = buf_fault(body);
	if (r != 0)
		return r;
	request.body = body->bytes;
	request.body_len = body->len;
	return http_start(idp->http, &request, fn, f, &f->transfer);
}

/* Sends a flight on its way; discovery is there. */
static int
send_flight(struct flight *f)
{
	struct buf body BUF_AUTO = {0};

	buf_init(&body, 16384);
	f->waits = false;
	if (f->kind == FLIGHT_DEVICE) {
		idpform_put(&body, "scope", SCOPE);
		return post(
		    f, idpdoc_device_endpoint(f->idp->doc), &body, on_device);
	}
	buf_put_text(&body, "grant_type=" GRANT_TYPE_DEVICE_CODE);
	idpform_put(&body, "device_code", f->device_code);
	return post(f, idpdoc_token_endpoint(f->idp->doc), &body, on_polled);
}

/* Sends, or ends, all that waited for discovery. */
static void
release_waiting(struct idp *idp, int reason)
{
	uint64_t newest = idp->last_id;
	struct flight *f = idp->flights;

	while (f != NULL) {
		int r = reason;

		if (!f->waits || f->id > newest) {
			f = f->next;
			continue;
		}
		f->waits = false;
		if (r == 0)
			r = send_flight(f);
		if (r != 0)
			end_failed(f, r);
		/* A callback may have changed the list: start over. */
		f = idp->flights;
	}
}

static int
read_discovery(struct idp *idp, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	int r = transport_reason(response);

	if (r != 0)
		return r;
	if (response->status != 200)
		return response->status >= 500 ? ERR_PROVIDER_ERROR
					       : ERR_PROVIDER_REFUSED;
	if (json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) != 0)
		return ERR_PROVIDER_MALFORMED;
	r = idpdoc_read(json_root(json), idp->self->rules.issuer, &doc);
	if (r != 0)
		return r;
	r = keys_set_url(idp->keys, idpdoc_jwks_uri(doc));
	if (r != 0)
		return r;
	idpdoc_free(idp->doc);
	idp->doc = TAKE(doc);
	idp->doc_read = clock_boot(idp->clock);
	keys_warm(idp->keys);
	return ERR_OK;
}

static void
on_discovery(void *arg, const struct http_response *response)
{
	struct idp *idp = arg;

	idp->discovery = 0;
	idp->state = read_discovery(idp, response);
	/* An older document still serves while a newer one cannot be had. */
	release_waiting(idp, idp->doc != NULL ? ERR_OK : idp->state);
}

static int
fetch_discovery(struct idp *idp)
{
	struct buf url BUF_AUTO = {0};
	struct http_request request = {
	    .method = "GET",
	    .headers = {"accept: application/json"},
	    .header_count = 1,
	    .body_limit_bytes = ANSWER_MAX_BYTES,
	};

	if (idp->discovery != 0)
		return ERR_OK;
	buf_init(&url, 2048);
	/* OpenID Connect Discovery 4.1: a slash at the issuer's end goes. */
	buf_put(&url, idp->self->rules.issuer,
	    strlen(idp->self->rules.issuer) -
		(idp->self->rules.issuer[strlen(idp->self->rules.issuer) - 1] ==
		    '/'));
	buf_put_text(&url, "/.well-known/openid-configuration");
	request.url = buf_text(&url);
	if (request.url == NULL)
		return ERR_TOO_LARGE;
	return http_start(
	    idp->http, &request, on_discovery, idp, &idp->discovery);
}

static bool
discovery_old(const struct idp *idp)
{
	return idp->doc == NULL ||
	    clock_boot(idp->clock).ms - idp->doc_read.ms > DISCOVERY_FRESH_MS;
}

static int
launch(struct flight *f, uint64_t *ret_id)
{
	struct idp *idp = f->idp;
	uint64_t id = f->id;
	int r = ERR_OK;

	/* A poll belongs to a code of the document that is known already. */
	if (idp->doc == NULL ||
	    (f->kind == FLIGHT_DEVICE && discovery_old(idp))) {
		f->waits = true;
		r = fetch_discovery(idp);
	} else {
		r = send_flight(f);
	}
	if (r != 0) {
		flight_free(unlink_flight(idp, id));
		return r;
	}
	*ret_id = id;
	return ERR_OK;
}

int
idp_device_start(
    struct idp *idp, idp_device_fn *fn, void *arg, uint64_t *ret_id)
{
	struct flight *f = NULL;
	int r = flight_new(idp, FLIGHT_DEVICE, arg, &f);

	if (r != 0)
		return r;
	f->device_fn = fn;
	return launch(f, ret_id);
}

int
idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	struct flight *f = NULL;
	int r = flight_new(idp, FLIGHT_POLL, arg, &f);

	if (r != 0)
		return r;
	f->poll_fn = fn;
	f->started = started;
	f->device_code = secret_dup(device_code, strlen(device_code));
	if (f->device_code == NULL) {
		flight_free(unlink_flight(idp, f->id));
		return ERR_NO_MEMORY;
	}
	return launch(f, ret_id);
}

void
idp_attempt_free(struct idp_attempt *attempt)
{
}

int
idp_paste_start(struct idp *idp, idp_paste_fn *fn, void *arg, uint64_t *ret_id)
{
	return ERR_UNSUPPORTED;
}

int
idp_paste_redeem(struct idp *idp, struct idp_attempt *attempt,
    const char *typed, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	return ERR_UNSUPPORTED;
}

void
idp_cancel(struct idp *idp, uint64_t id)
{
	flight_free(unlink_flight(idp, id));
}

int
idp_state(const struct idp *idp)
{
	return idp->state;
}

const char *
idp_name(const struct idp *idp)
{
	return idp->self->name;
}

const char *
idp_title(const struct idp *idp)
{
	return idp->self->title;
}

enum idp_grant
idp_grant(const struct idp *idp)
{
	return idp->self->redirect_uri != NULL ? IDP_GRANT_PASTE
					       : IDP_GRANT_DEVICE;
}

const char *
idp_issuer(const struct idp *idp)
{
	return idp->self->rules.issuer;
}

void
idp_warm(struct idp *idp)
{
	if (discovery_old(idp))
		(void)fetch_discovery(idp);
	else
		keys_warm(idp->keys);
}

void
idp_free(struct idp *idp)
{
	if (idp == NULL)
		return;
	while (idp->flights != NULL)
		flight_free(unlink_flight(idp, idp->flights->id));
	http_cancel(idp->http, idp->discovery);
	keys_free(idp->keys);
	idpdoc_free(idp->doc);
	idpself_free(idp->self);
	free(idp);
}
DEFINE_CLEANUP(struct idp, idp, idp_free)

int
idp_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct idp_options *options, struct idp **ret_idp)
{
	static const struct keys_reasons reasons = {
	    .unreachable = ERR_PROVIDER_UNREACHABLE,
	    .tls = ERR_PROVIDER_TLS,
	    .malformed = ERR_PROVIDER_MALFORMED,
	};
	struct idp *idp CLEANUP(idp_cleanup) = calloc(1, sizeof(*idp));
	int r = ERR_OK;

	if (idp == NULL)
		return ERR_NO_MEMORY;
	idp->http = http;
	idp->clock = clock;
	idp->state = ERR_NOT_FOUND;
	r = idpself_new(options, &idp->self);
	if (r != 0)
		return r;
	r = keys_new(loop, http, clock, &reasons, &idp->keys);
	if (r != 0)
		return r;
	*ret_idp = TAKE(idp);
	return ERR_OK;
}
