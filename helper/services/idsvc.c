/*
 * idsvc.c - executes a profile's operations against its service.
 *
 * One struct flight is one operation: its steps one after another, what they
 * took as variables, and one transfer or verification under way at most.  A
 * list of members is given out only when it is complete; any page that is odd
 * makes the whole operation fail.  Knows no service by name.
 */
#include "services/idsvc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "services/fill.h"
#include "services/keys.h"
#include "services/orgtoken.h"
#include "services/readout.h"

#define ANSWER_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define REQUEST_MAX_BYTES ((size_t)64 * 1024)
#define TAKES_MAX (PROFILE_STEPS_MAX * PROFILE_TAKES_MAX)

struct flight {
	struct flight *next;
	struct idsvc *idsvc;
	uint64_t id;
	enum profile_op op;
	size_t step;
	uint64_t transfer;     /* 0: none */
	uint64_t verification; /* 0: none */
	struct wall_time started;
	void *arg;
	/* what templates may use */
	char *given[5]; /* id_token, issuer, subject, mail, name */
	struct {
		const char *name; /* of the profile */
		char *value;      /* secret */
	} takes[TAKES_MAX];
	size_t take_count;
	/* PROFILE_SIGNIN */
	idsvc_standing_fn *standing_fn;
	/* PROFILE_MEMBERS */
	idsvc_members_fn *members_fn;
	idsvc_progress_fn *progress_fn;
	struct members *members;
	struct readout_paging page;
};

struct idsvc {
	struct http *http;
	const struct clock *clock;
	const struct profile *profile;
	struct keys *keys; /* NULL with jwt_transport */
	struct orgtoken_rules rules;
	char *url;
	char *organization_id;
	char *api_key;
	struct flight *flights;
	uint64_t last_id; /* of a flight */
	int state;        /* of the last operation */
};

static void
flight_free(struct flight *f)
{
	if (f == NULL)
		return;
	http_cancel(f->idsvc->http, f->transfer);
	if (f->idsvc->keys != NULL)
		keys_cancel(f->idsvc->keys, f->verification);
	for (size_t i = 0; i < ARRAY_SIZE(f->given); i++)
		secret_free_string(f->given[i]);
	for (size_t i = 0; i < f->take_count; i++)
		secret_free_string(f->takes[i].value);
	members_free(f->members);
	free(f);
}

static struct flight *
unlink_flight(struct idsvc *idsvc, uint64_t id)
{
	struct flight **link = &idsvc->flights;

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	if (*link != NULL) {
		struct flight *f = *link;

		*link = f->next;
		return f;
	}
	return NULL;
}

/* Ends a flight with its one callback. */
static void
end(struct flight *f, int reason, const struct idsvc_standing *standing,
    int64_t retry_after_s)
{
	const struct idsvc_standing failed = {.reason = reason};
	const struct idsvc_members list = {
	    .reason = reason,
	    .members = &f->members,
	    .retry_after_s = retry_after_s,
	};

	f->idsvc->state = reason;
	(void)unlink_flight(f->idsvc, f->id);
	if (f->op == PROFILE_SIGNIN)
		f->standing_fn(f->arg, standing == NULL ? &failed : standing);
	else
		f->members_fn(f->arg, &list);
	flight_free(f);
}

static void
fail(struct flight *f, int reason)
{
	end(f, reason, NULL, -1);
}

static const char *
taken(const struct flight *f, const char *name)
{
	for (size_t i = f->take_count; i > 0; i--) {
		if (strcmp(f->takes[i - 1].name, name) == 0)
			return f->takes[i - 1].value;
	}
	return NULL;
}

static void
on_verified(void *arg, int reason, const struct token *token)
{
	struct flight *f = arg;
	struct orgtoken org = {0};
	int r = reason;

	f->verification = 0;
	if (r == 0)
		r = orgtoken_read(&f->idsvc->profile->claims,
		    json_root(token->payload), &org);
	if (r == 0 && strcmp(org.organization, f->idsvc->organization_id) != 0)
		r = ERR_TOKEN_ORGANIZATION;
	if (r != 0) {
		fail(f, r);
		return;
	}
	end(f, ERR_OK,
	    &(struct idsvc_standing){
		.subject = org.subject,
		.organization = org.organization,
		.roles = org.roles.items,
		.role_count = org.roles.count,
		.scopes = org.scopes.items,
		.scope_count = org.scopes.count,
	    },
	    -1);
}

/* The last step of a sign-in: the organisation's own token is believed. */
static int
verify(struct flight *f)
{
	struct idsvc *idsvc = f->idsvc;
	struct token token TOKEN_AUTO = {0};
	struct token_policy policy = {0};
	const char *jwt = taken(f, "jwt");
	int r = ERR_SERVICE_MALFORMED;

	if (jwt != NULL) {
		policy = orgtoken_policy(&idsvc->rules, f->started);
		r = idsvc->keys != NULL ? keys_verify(idsvc->keys, jwt, &policy,
					      on_verified, f, &f->verification)
					: orgtoken_from_transport(jwt, &policy,
					      clock_wall(idsvc->clock), &token);
	}
	if (r == 0 && idsvc->keys == NULL)
		on_verified(f, ERR_OK, &token);
	return r;
}

static int
transport_reason(const struct http_response *response)
{
	switch (response->outcome) {
	case HTTP_UNREACHABLE:
		return ERR_SERVICE_UNREACHABLE;
	case HTTP_TLS_REFUSED:
		return ERR_SERVICE_TLS;
	case HTTP_BAD_ANSWER:
		return ERR_SERVICE_MALFORMED;
	case HTTP_ANSWERED:
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static int
take_values(struct flight *f, const struct profile_request *request,
    const struct json_node *root)
{
	for (size_t i = 0; i < request->take_count; i++) {
		const struct profile_take *take = &request->takes[i];
		const char *value = json_string(json_at(root, take->pointer));
		char *copy = NULL;

		if (value == NULL || value[0] == '\0')
			return ERR_SERVICE_MALFORMED;
		copy = secret_dup(value, strlen(value));
		if (copy == NULL)
			return ERR_NO_MEMORY;
		f->takes[f->take_count].name = take->variable;
		f->takes[f->take_count++].value = copy;
	}
	return ERR_OK;
}

static int launch(struct flight *f);

/* One page of a list; the last one ends the flight. */
static int
take_page(struct flight *f, const struct json_node *root)
{
	bool more = false;
	int r =
	    readout_page(f->idsvc->profile, root, &f->page, f->members, &more);

	if (r != 0)
		return r;
	if (f->progress_fn != NULL)
		f->progress_fn(f->arg, (uint32_t)members_count(f->members),
		    f->page.total < 0 ? 0 : (uint32_t)f->page.total);
	if (more)
		return launch(f);
	end(f, ERR_OK, NULL, -1);
	return ERR_OK;
}

/* What comes after a good answer. A fault is for the caller to tell. */
static int
go_on(struct flight *f, const struct profile_request *request,
    const struct json_node *root)
{
	int r = take_values(f, request, root);

	if (r != 0)
		return r;
	if (f->step + 1 < f->idsvc->profile->ops[f->op].count) {
		f->step++;
		return launch(f);
	}
	return f->op == PROFILE_SIGNIN ? verify(f) : take_page(f, root);
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct flight *f = arg;
	const struct profile *profile = f->idsvc->profile;
	const struct profile_request *request =
	    profile_find(profile, profile->ops[f->op].requests[f->step]);
	struct json *json JSON_AUTO = NULL;
	int r = transport_reason(response);

	f->transfer = 0;
	if (r != 0) {
		fail(f, r);
		return;
	}
	r = json_parse(
	    response->body, response->body_len, ANSWER_MAX_BYTES, &json);
	if (response->status < 200 || response->status > 299) {
		end(f, readout_error(profile, response->status, json), NULL,
		    response->retry_after_s);
		return;
	}
	r = r != 0 ? ERR_SERVICE_MALFORMED : go_on(f, request, json_root(json));
	if (r != 0)
		fail(f, r);
}

/* Everything that a template may name. */
static int
collect(const struct flight *f, char numbers[3][16], struct fill *fill)
{
	static const char *const names[] = {
	    "id_token", "issuer", "subject", "mail", "name"};
	const struct idsvc *idsvc = f->idsvc;
	const uint32_t size = idsvc->profile->members.page_size;
	int r = fill_set(fill, "url", idsvc->url);

	(void)snprintf(numbers[0], 16, "%u", size);
	(void)snprintf(numbers[1], 16, "%u", f->page.number * size);
	(void)snprintf(numbers[2], 16, "%u", f->page.number + 1);
	if (r == 0)
		r = fill_set(fill, "organization", idsvc->organization_id);
	if (r == 0 && idsvc->api_key != NULL)
		r = fill_set(fill, "api_key", idsvc->api_key);
	if (r == 0)
		r = fill_set(fill, "limit", numbers[0]);
	if (r == 0)
		r = fill_set(fill, "offset", numbers[1]);
	if (r == 0)
		r = fill_set(fill, "page", numbers[2]);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++) {
		if (f->given[i] != NULL)
			r = fill_set(fill, names[i], f->given[i]);
	}
	for (size_t i = 0; r == 0 && i < f->take_count; i++)
		r = fill_set(fill, f->takes[i].name, f->takes[i].value);
	return r;
}

static int
fill_headers(const struct profile_request *request, const struct fill *fill,
    struct buf headers[PROFILE_HEADERS_MAX + 2], struct http_request *http)
{
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < request->header_count; i++) {
		r = fill_template(
		    &headers[i], request->headers[i], PROFILE_IN_HEADER, fill);
		if (r == 0)
			http->headers[http->header_count++] =
			    buf_text(&headers[i]);
	}
	http->headers[http->header_count++] = "accept: application/json";
	if (request->body[0] != '\0')
		http->headers[http->header_count++] =
		    request->body_place == PROFILE_IN_JSON
		    ? "content-type: application/json"
		    : "content-type: application/x-www-form-urlencoded";
	return r;
}

static int
send_request(struct flight *f, const struct profile_request *request,
    const struct fill *fill)
{
	struct buf url BUF_AUTO = {0};
	struct buf body BUF_AUTO = {0};
	struct buf headers[PROFILE_HEADERS_MAX + 2] = {{0}};
	struct http_request http = {
	    .method = request->method,
	    .body_limit_bytes = ANSWER_MAX_BYTES,
	};
	int r = ERR_OK;

	buf_init(&url, 2048);
	buf_init(&body, REQUEST_MAX_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		buf_init(&headers[i], REQUEST_MAX_BYTES);
	buf_put_text(&url, f->idsvc->url);
	r = fill_template(&url, request->path, PROFILE_IN_PATH, fill);
	if (r == 0 && request->body[0] != '\0')
		r = fill_template(
		    &body, request->body, request->body_place, fill);
	if (r == 0)
		r = fill_headers(request, fill, headers, &http);
	if (r == 0) {
		http.url = buf_text(&url);
		http.body = body.len > 0 ? body.bytes : NULL;
		http.body_len = body.len;
		r = http_start(
		    f->idsvc->http, &http, on_answer, f, &f->transfer);
	}
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		buf_done(&headers[i]);
	return r;
}

/* Sends the request of the flight's step. */
static int
launch(struct flight *f)
{
	const struct profile *profile = f->idsvc->profile;
	const struct profile_request *request =
	    profile_find(profile, profile->ops[f->op].requests[f->step]);
	struct fill fill = {0};
	char numbers[3][16];
	int r = collect(f, numbers, &fill);

	/* A template that needs a key which is not configured, say. */
	if (r == 0)
		r = send_request(f, request, &fill);
	return r == ERR_INVALID_ARGUMENT ? ERR_CONFIG_INVALID : r;
}

static int
flight_new(struct idsvc *idsvc, enum profile_op op, void *arg,
    struct flight **ret_flight)
{
	struct flight *f = NULL;

	if (idsvc->profile->ops[op].count == 0)
		return ERR_UNSUPPORTED;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->idsvc = idsvc;
	f->op = op;
	f->arg = arg;
	f->page.total = -1;
	f->started = clock_wall(idsvc->clock);
	f->id = ++idsvc->last_id;
	f->next = idsvc->flights;
	idsvc->flights = f;
	*ret_flight = f;
	return ERR_OK;
}

static int
start(struct flight *f, int fault, uint64_t *ret_id)
{
	int r = fault != 0 ? fault : launch(f);

	if (r != 0)
		flight_free(unlink_flight(f->idsvc, f->id));
	else
		*ret_id = f->id;
	return r;
}

int
idsvc_signin(struct idsvc *idsvc, const struct idsvc_identity *identity,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	const char *const values[] = {identity->id_token, identity->issuer,
	    identity->subject, identity->mail, identity->name};
	struct flight *f = NULL;
	int r = flight_new(idsvc, PROFILE_SIGNIN, arg, &f);
	int fault = ERR_OK;

	if (r != 0)
		return r;
	f->standing_fn = fn;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		f->given[i] = values[i] == NULL
		    ? NULL
		    : secret_dup(values[i], strlen(values[i]));
		if (values[i] != NULL && f->given[i] == NULL)
			fault = ERR_NO_MEMORY;
	}
	return start(f, fault, ret_id);
}

int
idsvc_members(struct idsvc *idsvc, idsvc_members_fn *fn,
    idsvc_progress_fn *progress, void *arg, uint64_t *ret_id)
{
	struct flight *f = NULL;
	int r = flight_new(idsvc, PROFILE_MEMBERS, arg, &f);

	if (r != 0)
		return r;
	f->members_fn = fn;
	f->progress_fn = progress;
	return start(f, members_new(&f->members), ret_id);
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	flight_free(unlink_flight(idsvc, id));
}

int
idsvc_state(const struct idsvc *idsvc)
{
	return idsvc->state;
}

void
idsvc_warm(struct idsvc *idsvc)
{
	if (idsvc->keys != NULL)
		keys_warm(idsvc->keys);
}

void
idsvc_free(struct idsvc *idsvc)
{
	if (idsvc == NULL)
		return;
	while (idsvc->flights != NULL)
		flight_free(unlink_flight(idsvc, idsvc->flights->id));
	keys_free(idsvc->keys);
	orgtoken_rules_done(&idsvc->rules);
	free(idsvc->url);
	free(idsvc->organization_id);
	secret_free_string(idsvc->api_key);
	free(idsvc);
}
DEFINE_CLEANUP(struct idsvc, idsvc, idsvc_free)

/* Where the key set is: the configuration's URL, else the profile's path. */
static int
set_keys(
    struct idsvc *idsvc, struct loop *loop, const struct idsvc_options *options)
{
	static const struct keys_reasons reasons = {
	    .unreachable = ERR_SERVICE_UNREACHABLE,
	    .tls = ERR_SERVICE_TLS,
	    .malformed = ERR_SERVICE_MALFORMED,
	};
	const char *path = options->profile->claims.jwks;
	struct buf url BUF_AUTO = {0};
	int r = ERR_OK;

	if (options->jwt_transport)
		return ERR_OK;
	if (options->jwks_url == NULL && path[0] == '\0')
		return ERR_CONFIG_INVALID;
	buf_init(&url, 2048);
	buf_put_format(&url, "%s%s",
	    options->jwks_url != NULL ? options->jwks_url : options->url,
	    options->jwks_url != NULL ? "" : path);
	r = keys_new(loop, idsvc->http, idsvc->clock, &reasons, &idsvc->keys);
	if (r != 0)
		return r;
	return buf_text(&url) == NULL
	    ? ERR_TOO_LARGE
	    : keys_set_url(idsvc->keys, buf_text(&url));
}

int
idsvc_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct idsvc_options *options, struct idsvc **ret_idsvc)
{
	struct idsvc *idsvc CLEANUP(idsvc_cleanup) = calloc(1, sizeof(*idsvc));
	int r = ERR_OK;

	if (idsvc == NULL)
		return ERR_NO_MEMORY;
	idsvc->http = http;
	idsvc->clock = clock;
	idsvc->profile = options->profile;
	idsvc->state = ERR_NOT_FOUND;
	idsvc->url = strdup(options->url);
	idsvc->organization_id = strdup(options->organization_id);
	if (options->api_key != NULL)
		idsvc->api_key =
		    secret_dup(options->api_key, strlen(options->api_key));
	if (idsvc->url == NULL || idsvc->organization_id == NULL ||
	    (options->api_key != NULL && idsvc->api_key == NULL))
		return ERR_NO_MEMORY;
	r = orgtoken_rules_init(&idsvc->rules, options);
	if (r == 0)
		r = set_keys(idsvc, loop, options);
	if (r == 0)
		*ret_idsvc = TAKE(idsvc);
	return r;
}
