/*
 * svcflight.c - the steps of one operation.
 *
 * Owns the order of an operation's requests, the variables that templates may
 * use, and the rule that one transfer is under way at most.  Must not know
 * what an operation is good for.
 */
#include "services/svcflight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "services/orgtoken.h"
#include "services/readout.h"
#include "services/reply.h"
#include "services/svcfacts.h"
#include "services/svcforward.h"
#include "services/svcsend.h"
#include "services/svctrace.h"

#define GIVEN_MAX 16
#define FORWARD_MAX_BYTES ((size_t)16 * 1024)
#define VARIABLES_MAX (GIVEN_MAX + PROFILE_STEPS_MAX * PROFILE_TAKES_MAX)

struct svcflight {
	const struct svcflight_site *site;
	enum profile_op op;
	svcflight_fn *fn;
	svcflight_condition_fn *condition;
	void *arg;
	size_t step;
	uint64_t transfer; /* 0: none */
	uint32_t page;
	struct {
		const char *name; /* of the profile, or static */
		char *value;      /* secret */
	} variables[VARIABLES_MAX];
	size_t variable_count;
	size_t given;        /* so many of them were set, the others taken */
	struct json *person; /* the answer to [person] request */
};

int
svcflight_new(const struct svcflight_site *site, enum profile_op op,
    svcflight_fn *fn, void *arg, struct svcflight **ret_flight)
{
	struct svcflight *f = NULL;

	if (!site->profile->ops[op].present)
		return ERR_UNSUPPORTED;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->site = site;
	f->op = op;
	f->fn = fn;
	f->arg = arg;
	*ret_flight = f;
	return ERR_OK;
}

void
svcflight_free(struct svcflight *flight)
{
	struct svcflight *f = flight;

	if (f == NULL)
		return;
	http_cancel(f->site->http, f->transfer);
	json_free(f->person);
	for (size_t i = 0; i < f->variable_count; i++)
		secret_free_string(f->variables[i].value);
	free(f);
}

static int
add(struct svcflight *f, const char *name, const char *value)
{
	char *copy = NULL;

	if (f->variable_count == VARIABLES_MAX)
		return ERR_NO_SPACE;
	copy = secret_dup(value, strlen(value));
	if (copy == NULL)
		return ERR_NO_MEMORY;
	f->variables[f->variable_count].name = name;
	f->variables[f->variable_count++].value = copy;
	return ERR_OK;
}

int
svcflight_set(struct svcflight *flight, const char *name, const char *value)
{
	int r = value == NULL ? ERR_OK : add(flight, name, value);

	flight->given = flight->variable_count;
	return r;
}

/* The last of a name in [from, to). */
static const char *
last_of(const struct svcflight *f, const char *name, size_t from, size_t to)
{
	for (size_t i = to; i > from; i--) {
		if (strcmp(f->variables[i - 1].name, name) == 0)
			return f->variables[i - 1].value;
	}
	return NULL;
}

const char *
svcflight_given(const struct svcflight *flight, const char *name)
{
	return last_of(flight, name, 0, flight->given);
}

const char *
svcflight_taken(const struct svcflight *flight, const char *name)
{
	return last_of(flight, name, flight->given, flight->variable_count);
}

const struct json_node *
svcflight_person(const struct svcflight *flight)
{
	return flight->person == NULL ? NULL : json_root(flight->person);
}

void
svcflight_page(struct svcflight *flight, uint32_t number)
{
	flight->page = number;
}

void
svcflight_condition(struct svcflight *flight, svcflight_condition_fn *fn)
{
	flight->condition = fn;
}

static const struct profile_request *
request_of(const struct svcflight *f)
{
	const struct profile *profile = f->site->profile;

	return profile_find(profile, profile->ops[f->op].requests[f->step]);
}

static bool
at_last(const struct svcflight *f)
{
	return f->step + 1 == f->site->profile->ops[f->op].count;
}

/* Everything that a template may name. */
static int
collect(const struct svcflight *f, char numbers[3][16], struct fill *fill)
{
	const struct svcflight_site *site = f->site;
	const uint32_t size = site->profile->members.page_size;
	int r = fill_set(fill, "url", site->url);

	(void)snprintf(numbers[0], 16, "%u", size);
	(void)snprintf(numbers[1], 16, "%u", f->page * size);
	(void)snprintf(numbers[2], 16, "%u", f->page + 1);
	if (r == 0)
		r = fill_set(fill, "organization", site->organization_id);
	if (r == 0 && site->api_key != NULL)
		r = fill_set(fill, "api_key", site->api_key);
	if (r == 0)
		r = fill_set(fill, "limit", numbers[0]);
	if (r == 0)
		r = fill_set(fill, "offset", numbers[1]);
	if (r == 0)
		r = fill_set(fill, "page", numbers[2]);
	for (size_t i = 0; r == 0 && i < f->variable_count; i++)
		r = fill_set(fill, f->variables[i].name, f->variables[i].value);
	return r;
}

static void on_answer(void *arg, const struct http_response *response);

/*
 * The profile's [forward], for the person whose token the request carries.  The
 * token only goes back to where it came from, so nobody has to believe it.
 */
static int
put_forward(const struct svcflight *f, struct buf *lines)
{
	struct json *payload JSON_AUTO = NULL;
	struct svcfacts facts = {0};
	const char *jwt = svcflight_taken(f, "jwt");

	if (jwt == NULL)
		jwt = svcflight_given(f, "jwt");
	if (jwt == NULL)
		return ERR_INVALID_ARGUMENT;
	int r = orgtoken_peek(jwt, &payload);
	if (r == 0)
		r = svcfacts_of_token(
		    f->site->profile, json_root(payload), &facts);
	if (r != 0)
		return r;
	return svcforward_put(f->site->profile,
	    &(struct svcforward){
		.jwt = jwt,
		.subject = facts.subject,
		.organization = facts.organization,
		.system_role = facts.system_role,
		.roles = facts.roles.items,
		.role_count = facts.roles.count,
		.name = facts.name != NULL ? facts.name
					   : svcflight_given(f, "name"),
		.mail = facts.mail != NULL ? facts.mail
					   : svcflight_given(f, "mail"),
	    },
	    lines);
}

/* Sends the request of the flight's step. */
static int
launch(struct svcflight *f)
{
	struct fill fill = {0};
	struct buf url BUF_AUTO = {0};
	struct buf lines BUF_AUTO = {0};
	struct svcsend send = {
	    .base = f->site->url,
	    .request = request_of(f),
	    .fill = &fill,
	    .lines = &lines,
	};
	char numbers[3][16];
	int r = collect(f, numbers, &fill);

	buf_init(&url, 2048);
	buf_init(&lines, FORWARD_MAX_BYTES);
	if (r == 0 && send.request->forward)
		r = put_forward(f, &lines);
	if (r == 0)
		r = svcsend_url(&send, &url);
	if (r == 0 && f->site->trace != NULL)
		r = svctrace_request(
		    f->site->trace, f->site->url, send.request, &fill);
	if (r == 0 && at_last(f) && f->condition != NULL)
		send.condition = f->condition(f->arg, buf_text(&url));
	if (r == 0)
		r = svcsend_start(&send, f->site->http, buf_text(&url),
		    on_answer, f, &f->transfer);
	/* A template that needs a key which is not configured, say. */
	return r == ERR_INVALID_ARGUMENT ? ERR_CONFIG_INVALID : r;
}

static void
fail(struct svcflight *f, int reason, int64_t retry_after_s)
{
	f->fn(f->arg,
	    &(struct svcflight_answer){
		.reason = reason, .retry_after_s = retry_after_s});
}

/* No service means to give what no header can carry back to it. */
static bool
may_be_taken(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			return false;
	}
	return value[0] != '\0';
}

static int
take_values(struct svcflight *f, const struct profile_takes *takes,
    const struct json_node *root)
{
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < takes->count; i++) {
		const struct profile_take *take = &takes->items[i];
		const struct json_node *node = json_at(root, take->pointer);
		const char *value = json_string(node);

		if (take->may_lack && (node == NULL || json_is_null(node)))
			continue;
		r = value != NULL && may_be_taken(value)
		    ? add(f, take->variable, value)
		    : ERR_SERVICE_MALFORMED;
	}
	return r;
}

/* Whether anything is to be read out of the answer. */
static bool
is_read(const struct svcflight *f)
{
	const struct profile *profile = f->site->profile;
	const char *name = request_of(f)->name;

	bool whole = f->op == PROFILE_MEMBERS || f->op == PROFILE_MEMBER;

	return request_of(f)->takes.count > 0 || (whole && at_last(f)) ||
	    strcmp(profile->person.request, name) == 0;
}

/* The answer to a step.  A fault is for the caller to tell. */
static int
go_on(struct svcflight *f, struct json **json,
    const struct svcflight_answer *answer)
{
	const struct profile *profile = f->site->profile;
	const char *name = request_of(f)->name;
	int r = take_values(f, &request_of(f)->takes, answer->root);

	if (r != 0)
		return r;
	if (strcmp(profile->person.request, name) == 0) {
		json_free(f->person);
		f->person = TAKE(*json);
	}
	if (!at_last(f)) {
		f->step++;
		return launch(f);
	}
	f->fn(f->arg, answer);
	return ERR_OK;
}

/* A good answer.  A fault is for the caller to tell. */
static int
take(struct svcflight *f, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;
	const struct profile_outcome *outcome = NULL;
	struct svcflight_answer answer = {
	    .retry_after_s = -1, .response = response};
	int r = reply_may_be_json(response)
	    ? json_parse(response->body, response->body_len,
		  SVCSEND_ANSWER_MAX_BYTES, &json)
	    : ERR_SERVICE_MALFORMED;

	/* Who only wants it done may be answered with anything. */
	if (r != 0 && is_read(f))
		return ERR_SERVICE_MALFORMED;
	if (r == 0)
		answer.root = json_root(json);
	outcome = readout_outcome(f->site->profile, request_of(f)->name,
	    response->status, answer.root);
	if (outcome == NULL)
		return go_on(f, &json, &answer);
	r = take_values(f, &outcome->takes, answer.root);
	return r != 0 ? r : outcome->reason;
}

static void
take_refusal(struct svcflight *f, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;

	(void)!json_parse(response->body, response->body_len,
	    SVCSEND_ANSWER_MAX_BYTES, &json);
	fail(f,
	    readout_error(f->site->profile, request_of(f)->name,
		response->status, json == NULL ? NULL : json_root(json)),
	    response->retry_after_s);
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct svcflight *f = arg;
	int r = reply_reason(response);

	f->transfer = 0;
	/* A trace that is full goes without the rest. */
	if (f->site->trace != NULL)
		(void)!svctrace_answer(f->site->trace, response, request_of(f));
	if (r == 0 && reply_good(response))
		r = take(f, response);
	else if (r == 0 && response->status == 304 && at_last(f) &&
	    f->condition != NULL)
		f->fn(f->arg,
		    &(struct svcflight_answer){
			.retry_after_s = -1, .response = response});
	else if (r == 0)
		take_refusal(f, response);
	if (r != 0)
		fail(f, r, -1);
}

int
svcflight_start(struct svcflight *flight)
{
	return launch(flight);
}

int
svcflight_again(struct svcflight *flight)
{
	return launch(flight);
}
