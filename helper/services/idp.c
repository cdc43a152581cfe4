/*
 * idp.c - one provider's requests: a device code, its poll, the start of a
 * paste and its code, a refresh token.
 *
 * Every request of a sign-in is one struct flight: it waits for discovery if
 * need be, has one transfer or one exchange of a code under way, and ends in
 * exactly one callback or by cancellation.  Answers are believed only after
 * they were checked.
 */
#include "services/idp.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "common/err.h"
#include "common/secret.h"
#include "services/idpanswer.h"
#include "services/idpcode.h"
#include "services/idpfind.h"
#include "services/idpform.h"
#include "services/idppaste.h"
#include "services/idprevoke.h"
#include "services/idpself.h"
#include "services/idpsend.h"
#include "services/keys.h"

#define ANSWER_MAX_BYTES ((size_t)64 * 1024)

enum flight_kind { FLIGHT_DEVICE, FLIGHT_PASTE, FLIGHT_CODE, FLIGHT_REFRESH };

struct flight {
	struct flight *next;
	struct idp *idp;
	uint64_t id;
	enum flight_kind kind;
	uint64_t transfer; /* FLIGHT_DEVICE; 0: none */
	bool offline;      /* FLIGHT_DEVICE: a refresh token was wanted */
	struct idpcode *exchange; /* FLIGHT_CODE, FLIGHT_REFRESH */
	char *refresh_token;      /* FLIGHT_REFRESH, until it is sent */
	bool waits;               /* for discovery, or for its turn */
	idp_device_fn *device_fn;
	idp_paste_fn *paste_fn;
	idp_poll_fn *poll_fn;
	idp_rotated_fn *rotated_fn;
	void *arg;
};

struct idp {
	struct http *http;
	const struct clock *clock;
	struct keys *keys;
	struct idpself *self;
	struct idpfind *find;
	struct idprevoke *revoke;
	struct loop_timer *turn; /* for flights that need no transfer */
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
	idpcode_free(f->exchange);
	secret_free_string(f->refresh_token);
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
end_paste(
    struct flight *f, int reason, const char *url, struct idp_attempt *attempt)
{
	(void)unlink_flight(f->idp, f->id);
	f->paste_fn(f->arg, reason, url, attempt);
	flight_free(f);
}

static void
on_ended(void *arg, const struct idp_poll *poll)
{
	struct flight *f = arg;

	(void)unlink_flight(f->idp, f->id);
	f->poll_fn(f->arg, poll);
	flight_free(f);
}

static void
end_failed(struct flight *f, int reason)
{
	struct idp_poll poll = {.event = GRANT_NO_ANSWER, .reason = reason};

	switch (f->kind) {
	case FLIGHT_DEVICE:
		end_device(f, &(struct idp_device){.reason = reason});
		return;
	case FLIGHT_PASTE:
		end_paste(f, reason, NULL, NULL);
		return;
	case FLIGHT_CODE:
	case FLIGHT_REFRESH:
		/* A server that is broken has not answered. */
		if (reason == ERR_PROVIDER_ERROR)
			poll.reason = ERR_PROVIDER_UNREACHABLE;
		on_ended(f, &poll);
		return;
	}
}

/* No code: for now, or because this host is not welcome. */
static int
no_code(struct flight *f, const struct http_response *response,
    const struct json *json)
{
	const struct refusal meaning =
	    idpsend_refused(f->idp->self, response, json);

	if (meaning.event == GRANT_NO_ANSWER ||
	    meaning.event == GRANT_SLOW_DOWN)
		return ERR_PROVIDER_ERROR;
	return meaning.reason == ERR_PROVIDER_POLICY ? ERR_PROVIDER_POLICY
						     : ERR_PROVIDER_REFUSED;
}

/* Who may have no refresh tokens is asked for none from now on. */
static bool
refuses_offline(const struct flight *f, const struct http_response *response,
    const struct json *json)
{
	struct idpanswer_error error;

	if (!f->offline || response->status == 200)
		return false;
	idpanswer_error(response, json, &error);
	return strcmp(error.word, "invalid_scope") == 0;
}

static int send_device(struct flight *f);

static void
on_device(void *arg, const struct http_response *response)
{
	struct flight *f = arg;
	struct json *json JSON_AUTO = NULL;
	struct idp_device device = {0};
	int r = idpfind_transport(response);

	f->transfer = 0;
	if (r == 0 &&
	    json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) != 0)
		json = NULL;
	if (r == 0 && refuses_offline(f, response, json)) {
		log_notice("this client may have no refresh tokens",
		    LOG_TEXT("provider", f->idp->self->name));
		f->idp->self->plain = true;
		r = send_device(f);
		if (r != 0)
			end_failed(f, r);
		return;
	}
	if (r == 0 && response->status != 200)
		r = no_code(f, response, json);
	else if (r == 0 && json == NULL)
		r = ERR_PROVIDER_MALFORMED;
	if (r != 0) {
		end_failed(f, r);
		return;
	}
	device.reason =
	    idpanswer_device(json_root(json), &f->idp->self->rules, &device);
	end_device(f, &device);
}

static int
send_device(struct flight *f)
{
	struct idp *idp = f->idp;
	struct buf body BUF_AUTO = {0};
	const struct idpsend_form form = {
	    .self = idp->self,
	    .doc = idpfind_doc(idp->find),
	    .endpoint = PROVIDER_DEVICE,
	    .body = &body,
	};

	f->offline = idpself_asks_offline(idp->self, form.doc);
	buf_init(&body, IDPSEND_BODY_MAX_BYTES);
	idpform_put(&body, "scope", idpself_scope(idp->self, form.doc));
	return idpsend_post(idp->http, &form, on_device, f, &f->transfer);
}

static int
send_refresh(struct flight *f)
{
	struct idp *idp = f->idp;
	const struct idpcode_parts parts = {
	    .http = idp->http,
	    .keys = idp->keys,
	    .self = idp->self,
	    .doc = idpfind_doc(idp->find),
	};
	char *token CLEANUP(secret_string_cleanup) = TAKE(f->refresh_token);
	const struct idpcode_given given = {
	    .refresh_token = token,
	    .rotated = f->rotated_fn,
	    .rotated_arg = f->arg,
	    .started = clock_wall(idp->clock),
	};

	return idpcode_start(&parts, &given, on_ended, f, &f->exchange);
}

/* Ends in a callback, so it must come from the loop. */
static void
hand_out(struct flight *f)
{
	struct idp *idp = f->idp;
	struct idp_attempt *attempt IDP_ATTEMPT_AUTO = NULL;
	struct buf url BUF_AUTO = {0};
	int r = idppaste_new(clock_wall(idp->clock), &attempt);

	buf_init(&url, 4096);
	if (r == 0) {
		idppaste_put_url(
		    attempt, idp->self, idpfind_doc(idp->find), &url);
		r = buf_fault(&url);
	}
	idp->state = r;
	if (r == 0 && buf_text(&url) != NULL)
		end_paste(f, 0, buf_text(&url), TAKE(attempt));
	else
		end_paste(f, r != 0 ? r : ERR_NO_MEMORY, NULL, NULL);
}

/* Sends a flight on its way; discovery is there. */
static int
send_flight(struct flight *f)
{
	f->waits = false;
	switch (f->kind) {
	case FLIGHT_DEVICE:
		return send_device(f);
	case FLIGHT_PASTE:
		hand_out(f);
		return ERR_OK;
	case FLIGHT_REFRESH:
		return send_refresh(f);
	case FLIGHT_CODE:
		break;
	}
	return ERR_INTERNAL;
}

/* Sends, or ends, all that waited. */
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

static void
on_found(void *arg, int reason)
{
	struct idp *idp = arg;

	idp->state = reason;
	/* An older document still serves while a newer one cannot be had. */
	release_waiting(
	    idp, idpfind_doc(idp->find) != NULL ? ERR_OK : idp->state);
}

static void
on_turn(void *arg)
{
	struct idp *idp = arg;

	if (!idpfind_old(idp->find))
		release_waiting(idp, ERR_OK);
}

static int
launch(struct flight *f, uint64_t *ret_id)
{
	struct idp *idp = f->idp;
	uint64_t id = f->id;
	int r = ERR_OK;

	if (idpfind_old(idp->find)) {
		f->waits = true;
		r = idpfind_fetch(idp->find);
	} else if (f->kind == FLIGHT_PASTE) {
		f->waits = true;
		loop_timer_start(idp->turn, 0);
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

/* A code belongs to the document that is known already. */
static int
exchange(struct idp *idp, const struct idpcode_given *given, idp_poll_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct idpcode_parts parts = {
	    .http = idp->http,
	    .keys = idp->keys,
	    .self = idp->self,
	    .doc = idpfind_doc(idp->find),
	};
	struct flight *f = NULL;
	int r = parts.doc == NULL ? ERR_INVALID_ARGUMENT
				  : flight_new(idp, FLIGHT_CODE, arg, &f);

	if (r != 0)
		return r;
	f->poll_fn = fn;
	r = idpcode_start(&parts, given, on_ended, f, &f->exchange);
	if (r != 0) {
		flight_free(unlink_flight(idp, f->id));
		return r;
	}
	*ret_id = f->id;
	return ERR_OK;
}

int
idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct idpcode_given given = {
	    .code = device_code, .started = started};

	return exchange(idp, &given, fn, arg, ret_id);
}

int
idp_paste_start(struct idp *idp, idp_paste_fn *fn, void *arg, uint64_t *ret_id)
{
	struct flight *f = NULL;
	int r = ERR_OK;

	if (idp->self->redirect_uri == NULL)
		return ERR_UNSUPPORTED;
	r = flight_new(idp, FLIGHT_PASTE, arg, &f);
	if (r != 0)
		return r;
	f->paste_fn = fn;
	return launch(f, ret_id);
}

int
idp_paste_redeem(struct idp *idp, struct idp_attempt *attempt,
    const char *typed, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct idpdoc *doc = idpfind_doc(idp->find);
	struct idpcode_given given = {
	    .verifier = attempt->verifier,
	    .nonce = attempt->nonce,
	    .started = attempt->started,
	};
	struct buf code BUF_AUTO = {0};
	int r = doc == NULL ? ERR_INVALID_ARGUMENT : ERR_OK;

	buf_init(&code, IDPSEND_BODY_MAX_BYTES);
	if (r == 0)
		r = idppaste_read(attempt, idp->self, doc, typed, &code);
	if (r != 0)
		return r;
	given.code = buf_text(&code);
	if (given.code == NULL)
		return ERR_NO_MEMORY;
	attempt->used = true;
	return exchange(idp, &given, fn, arg, ret_id);
}

int
idp_refresh(struct idp *idp, const char *refresh_token, idp_rotated_fn *rotated,
    idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	struct flight *f = NULL;
	int r = flight_new(idp, FLIGHT_REFRESH, arg, &f);

	if (r != 0)
		return r;
	f->poll_fn = fn;
	f->rotated_fn = rotated;
	f->refresh_token = secret_dup(refresh_token, strlen(refresh_token));
	if (f->refresh_token == NULL) {
		flight_free(unlink_flight(idp, f->id));
		return ERR_NO_MEMORY;
	}
	return launch(f, ret_id);
}

void
idp_revoke(struct idp *idp, const char *refresh_token)
{
	idprevoke_give(idp->revoke, refresh_token);
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

const char *
idp_client_id(const struct idp *idp)
{
	return idp->self->client_id;
}

void
idp_warm(struct idp *idp)
{
	int r = ERR_OK;

	if (idpfind_old(idp->find))
		r = idpfind_fetch(idp->find);
	else
		keys_warm(idp->keys);
	if (r != 0)
		idp->state = r;
}

void
idp_free(struct idp *idp)
{
	if (idp == NULL)
		return;
	while (idp->flights != NULL)
		flight_free(unlink_flight(idp, idp->flights->id));
	loop_timer_free(idp->turn);
	idprevoke_free(idp->revoke);
	idpfind_free(idp->find);
	keys_free(idp->keys);
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
	struct idpfind_options find = {
	    .http = http, .clock = clock, .fn = on_found, .arg = idp};
	struct idprevoke_options revoke = {.loop = loop, .http = http};
	int r = ERR_OK;

	if (idp == NULL)
		return ERR_NO_MEMORY;
	idp->http = http;
	idp->clock = clock;
	idp->state = ERR_NOT_FOUND;
	r = idpself_new(options, &idp->self);
	if (r == 0)
		r = keys_new(loop, http, clock, &reasons, &idp->keys);
	if (r == 0)
		r = loop_timer_new(loop, on_turn, idp, &idp->turn);
	find.self = idp->self;
	find.keys = idp->keys;
	if (r == 0)
		r = idpfind_new(&find, &idp->find);
	revoke.self = idp->self;
	revoke.find = idp->find;
	if (r == 0)
		r = idprevoke_new(&revoke, &idp->revoke);
	if (r != 0)
		return r;
	*ret_idp = TAKE(idp);
	return ERR_OK;
}
