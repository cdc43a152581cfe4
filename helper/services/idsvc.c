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
#include "services/keys.h"
#include "services/orgtoken.h"
#include "services/readout.h"
#include "services/reply.h"
#include "services/svcsend.h"
#include "services/visited.h"

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
	struct source_request request;
	struct members *members;
	struct readout_paging page;
	bool checking;  /* pages are asked whether they stand */
	char *page_url; /* secret: of the page asked for */
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
	uint64_t list;    /* the flight that fetched the members last */
	struct visited *visited;
	enum source_gift gift; /* of the list given out last */
	int state;             /* of the last operation */
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
	secret_free_string(f->page_url);
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

/* Ends a sign-in with its one callback. */
static void
end(struct flight *f, const struct idsvc_standing *standing)
{
	f->idsvc->state = standing->reason;
	(void)unlink_flight(f->idsvc, f->id);
	f->standing_fn(f->arg, standing);
	flight_free(f);
}

/* Ends a fetch of the members with its one callback. */
static void
end_list(
    struct flight *f, int reason, enum source_gift gift, int64_t retry_after_s)
{
	const struct source_result result = {
	    .reason = reason,
	    .gift = gift,
	    .members = &f->members,
	    .retry_after_s = retry_after_s,
	};

	f->idsvc->state = reason;
	f->idsvc->gift = gift;
	(void)unlink_flight(f->idsvc, f->id);
	f->request.done(f->request.arg, &result);
	flight_free(f);
}

static void
fail(struct flight *f, int reason, int64_t retry_after_s)
{
	if (f->op == PROFILE_MEMBERS)
		end_list(f, reason, SOURCE_GAVE_LIST, retry_after_s);
	else
		end(f, &(struct idsvc_standing){.reason = reason});
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
		fail(f, r, -1);
		return;
	}
	end(f,
	    &(struct idsvc_standing){
		.subject = org.subject,
		.organization = org.organization,
		.roles = org.roles.items,
		.role_count = org.roles.count,
		.scopes = org.scopes.items,
		.scope_count = org.scopes.count,
	    });
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

/* Whether the flight is at the request that brings the list's pages. */
static bool
at_page(const struct flight *f)
{
	return f->op == PROFILE_MEMBERS &&
	    f->step + 1 == f->idsvc->profile->ops[f->op].count;
}

/* One page of a list; the last one ends the flight. */
static int
take_page(struct flight *f, const struct json_node *root)
{
	bool more = false;
	int r = ERR_OK;

	f->page.known = f->request.known(f->request.arg);
	r = readout_page(f->idsvc->profile, root, &f->page, f->members, &more);
	if (r != 0)
		return r;
	f->request.progress(f->request.arg, (uint32_t)members_count(f->members),
	    f->page.total < 0 ? 0 : (uint32_t)f->page.total);
	if (more)
		return launch(f);
	end_list(f, ERR_OK, SOURCE_GAVE_LIST, -1);
	return ERR_OK;
}

/* A page stands; when the last one does, the list does. */
static int
take_same(struct flight *f)
{
	f->page.number++;
	if (f->page.number < visited_count(f->idsvc->visited))
		return launch(f);
	end_list(f, ERR_OK, SOURCE_UNCHANGED, -1);
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

/* A good answer. A fault is for the caller to tell. */
static int
take(struct flight *f, const struct profile_request *request,
    const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;

	if (at_page(f) && f->checking) {
		f->checking = false;
		/* The list has changed; pages that stood were not sent. */
		if (f->page.number > 0) {
			f->page.number = 0;
			return launch(f);
		}
	}
	if (json_parse(response->body, response->body_len,
		SVCSEND_ANSWER_MAX_BYTES, &json) != 0)
		return ERR_SERVICE_MALFORMED;
	if (at_page(f))
		visited_note(f->idsvc->visited, f->page_url, response);
	return go_on(f, request, json_root(json));
}

static void
take_refusal(struct flight *f, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;

	(void)!json_parse(response->body, response->body_len,
	    SVCSEND_ANSWER_MAX_BYTES, &json);
	fail(f, readout_error(f->idsvc->profile, response->status, json),
	    response->retry_after_s);
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct flight *f = arg;
	const struct profile *profile = f->idsvc->profile;
	const struct profile_request *request =
	    profile_find(profile, profile->ops[f->op].requests[f->step]);
	int r = reply_reason(response);

	f->transfer = 0;
	if (r == 0 && reply_good(response))
		r = take(f, request, response);
	else if (r == 0 && response->status == 304 && f->checking && at_page(f))
		r = take_same(f);
	else if (r == 0)
		take_refusal(f, response);
	if (r != 0)
		fail(f, r, -1);
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

/* Remembers where the page is, and asks whether it stands. */
static int
prepare_page(struct flight *f, struct svcsend *send, const char *url)
{
	if (!at_page(f))
		return ERR_OK;
	secret_free_string(f->page_url);
	f->page_url = secret_dup(url, strlen(url));
	if (f->checking)
		send->condition =
		    visited_condition(f->idsvc->visited, f->page.number, url);
	return f->page_url == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* Sends the request of the flight's step. */
static int
launch(struct flight *f)
{
	const struct profile *profile = f->idsvc->profile;
	struct fill fill = {0};
	struct buf url BUF_AUTO = {0};
	struct svcsend send = {
	    .base = f->idsvc->url,
	    .request =
		profile_find(profile, profile->ops[f->op].requests[f->step]),
	    .fill = &fill,
	};
	char numbers[3][16];
	int r = collect(f, numbers, &fill);

	buf_init(&url, 2048);
	if (r == 0)
		r = svcsend_url(&send, &url);
	if (r == 0)
		r = prepare_page(f, &send, buf_text(&url));
	if (r == 0)
		r = svcsend_start(&send, f->idsvc->http, buf_text(&url),
		    on_answer, f, &f->transfer);
	/* A template that needs a key which is not configured, say. */
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

static int
fetch(void *self, const struct source_request *request)
{
	struct idsvc *idsvc = self;
	struct flight *f = NULL;
	int r = flight_new(idsvc, PROFILE_MEMBERS, NULL, &f);

	if (r != 0)
		return r;
	f->request = *request;
	f->checking =
	    request->order != SOURCE_WHOLE && visited_count(idsvc->visited) > 0;
	visited_begin(idsvc->visited);
	return start(f, members_new(&f->members), &idsvc->list);
}

static void
cancel(void *self)
{
	struct idsvc *idsvc = self;

	idsvc_cancel(idsvc, idsvc->list);
}

static void
settle(void *self, bool taken)
{
	struct idsvc *idsvc = self;

	if (!taken)
		visited_forget(idsvc->visited);
	else if (idsvc->gift == SOURCE_GAVE_LIST)
		visited_keep(idsvc->visited);
}

struct source
idsvc_source(struct idsvc *idsvc)
{
	return (struct source){idsvc, fetch, cancel, settle};
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
	visited_free(idsvc->visited);
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
		r = visited_new(&idsvc->visited);
	if (r == 0)
		r = set_keys(idsvc, loop, options);
	if (r == 0)
		*ret_idsvc = TAKE(idsvc);
	return r;
}
