/*
 * scim.c - asks a SCIM server for groups, then for users.
 *
 * One fetch at a time, one transfer at a time.  A fetch is a whole list, pages
 * that are asked whether they stand, or what changed since the newest
 * meta.lastModified that was taken over.  Changes are asked for only where the
 * server offers filters and holds to them; else the fetch goes on as a whole
 * list.  What the answers mean is scimread's business.
 */
#include "services/scim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"
#include "rules/stamp.h"
#include "services/reply.h"
#include "services/scimread.h"
#include "services/visited.h"

#define ANSWER_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define TIMEOUT_MS 30000
#define USERS_A_PAGE 500
#define GROUPS_A_PAGE 100
/* Changes are asked for from so much before the newest one: a server of many
 * nodes does not store them in the order of their times. */
#define OVERLAP_S 60
#define URL_MAX_BYTES 2048
/* A longer answer holds up the loop: one group may have all members. */
#define READ_AT_ONCE_BYTES ((size_t)128 * 1024)

enum phase { PHASE_CONFIG, PHASE_GROUPS, PHASE_USERS };

/* Whether the server can be asked for changes. */
enum filters { FILTERS_UNKNOWN, FILTERS_USABLE, FILTERS_OFF };

/* An answer that is read beside the loop.  While it is, the scimread is the
 * other thread's. */
struct reading {
	struct buf body; /* a copy */
	struct json *json;
	bool groups; /* read whole there: it looks at no member */
	bool more;
	int fault;
};

struct scim {
	struct loop *loop;
	struct http *http;
	const struct clock *clock;
	char *url;
	char *authorization; /* secret: the whole header */
	const struct access_policy *policy;
	enum filters filters;
	struct visited *visited;
	int64_t newest_s; /* of what was taken over */
	bool groups_told; /* likewise */
	int told_status;  /* of the last refusal that was logged */
	uint32_t told_cut;
	/* the fetch under way */
	struct source_request request;
	uint64_t transfer; /* 0: none */
	enum phase phase;
	bool changes;
	bool checking;  /* pages are asked whether they stand */
	size_t checked; /* so many of them do */
	struct scimread *read;
	struct reading reading;
	/* what was given out and is not settled yet */
	enum source_gift gift;
	int64_t given_newest_s;
	bool given_any;
	bool given_groups_told;
};

static int launch(struct scim *s);

static void
drop_read(struct scim *s)
{
	scimread_free(s->read);
	s->read = NULL;
}

/* Ends the fetch with its one callback. */
static void
end(struct scim *s, int reason, enum source_gift gift, int64_t retry_after_s)
{
	struct members *members MEMBERS_AUTO = NULL;
	const struct source_result result = {
	    .reason = reason,
	    .gift = gift,
	    .members = &members,
	    .retry_after_s = retry_after_s,
	};

	if (reason == 0 && gift != SOURCE_UNCHANGED) {
		members = scimread_take(s->read);
		s->given_newest_s = scimread_newest(s->read);
		s->given_groups_told = scimread_groups_told(s->read);
		s->given_any = members_count(members) > 0;
	}
	s->gift = gift;
	drop_read(s);
	s->request.done(s->request.arg, &result);
}

static int
begin(struct scim *s, bool changes)
{
	const struct scimread_options options = {
	    .policy = s->policy,
	    .changes = changes,
	    .since_s = s->newest_s - OVERLAP_S,
	    .groups_told = s->groups_told,
	};

	drop_read(s);
	s->changes = changes;
	s->phase = PHASE_GROUPS;
	visited_begin(s->visited);
	return scimread_new(&options, &s->read);
}

/* The whole list; pages that were kept are asked whether they stand. */
static int
begin_list(struct scim *s)
{
	int r = begin(s, false);

	s->checked = 0;
	s->checking =
	    s->request.order != SOURCE_WHOLE && visited_count(s->visited) > 0;
	return r == 0 ? launch(s) : r;
}

static int
begin_changes(struct scim *s)
{
	int r = begin(s, true);

	s->checking = false;
	return r == 0 ? launch(s) : r;
}

/* Not again before a list has been fetched whole. */
static int
without_filters(struct scim *s)
{
	s->filters = FILTERS_OFF;
	return begin_list(s);
}

static int
take_config(struct scim *s, const struct json_node *root)
{
	if (!scimread_filters(root))
		return without_filters(s);
	s->filters = FILTERS_USABLE;
	return begin_changes(s);
}

static int
last_page(struct scim *s)
{
	int r = ERR_OK;

	if (s->phase == PHASE_GROUPS) {
		s->phase = PHASE_USERS;
		return launch(s);
	}
	if (s->changes)
		r = scimread_rest(s->read, s->request.known(s->request.arg));
	if (r != 0)
		return r;
	if (scimread_cut(s->read) > s->told_cut)
		log_warning("groups left out: a member has too many",
		    LOG_NUMBER("groups", scimread_cut(s->read)));
	s->told_cut = scimread_cut(s->read);
	end(s, ERR_OK, s->changes ? SOURCE_GAVE_CHANGES : SOURCE_GAVE_LIST, -1);
	return ERR_OK;
}

static enum scimread_kind
kind_of(const struct scim *s)
{
	return s->phase == PHASE_GROUPS ? SCIMREAD_GROUPS : SCIMREAD_USERS;
}

/* A page was read, or was not to be. */
static int
go_on(struct scim *s, int fault, bool more)
{
	enum scimread_kind kind = kind_of(s);

	if (fault == ERR_UNSUPPORTED)
		return without_filters(s);
	if (fault != 0)
		return fault;
	if (s->phase == PHASE_USERS && !s->changes)
		s->request.progress(s->request.arg,
		    scimread_received(s->read, kind),
		    scimread_total(s->read, kind));
	return more ? launch(s) : last_page(s);
}

static int
take_page(struct scim *s, const struct json_node *root)
{
	bool more = false;
	int r = scimread_page(
	    s->read, kind_of(s), root, s->request.known(s->request.arg), &more);

	return go_on(s, r, more);
}

static void
reading_done(struct reading *reading)
{
	json_free(reading->json);
	buf_done(&reading->body);
	*reading = (struct reading){0};
}

/* In another thread. */
static void
on_read(void *arg)
{
	struct scim *s = arg;
	struct reading *reading = &s->reading;

	if (json_parse(reading->body.bytes, reading->body.len, ANSWER_MAX_BYTES,
		&reading->json) != 0)
		reading->fault = ERR_SERVICE_MALFORMED;
	else if (reading->groups)
		reading->fault = scimread_page(s->read, SCIMREAD_GROUPS,
		    json_root(reading->json), NULL, &reading->more);
	if (!reading->groups)
		return;
	json_free(TAKE(reading->json));
	buf_done(&reading->body);
}

static void
on_read_done(void *arg)
{
	struct scim *s = arg;
	CLEANUP(reading_done) struct reading reading = s->reading;
	int r = ERR_OK;

	s->reading = (struct reading){0};
	r = reading.fault == 0 && !reading.groups
	    ? take_page(s, json_root(reading.json))
	    : go_on(s, reading.fault, reading.more);
	if (r != 0)
		end(s, r, SOURCE_UNCHANGED, -1);
}

static int
read_beside(struct scim *s, const struct http_response *response)
{
	struct reading *reading = &s->reading;
	int r = ERR_OK;

	buf_init(&reading->body, ANSWER_MAX_BYTES);
	buf_put(&reading->body, response->body, response->body_len);
	reading->groups = s->phase == PHASE_GROUPS;
	r = buf_fault(&reading->body);
	if (r == 0)
		r = loop_work(s->loop, on_read, on_read_done, s);
	if (r != 0)
		reading_done(reading);
	return r;
}

static bool
is_json(const struct http_response *response)
{
	return reply_is(response, "application/scim+json") ||
	    reply_is(response, "application/json");
}

static int url_of(const struct scim *s, struct buf *url);

/* What the page is known by, when it is asked whether it stands. */
static int
note(struct scim *s, const struct http_response *response)
{
	struct buf url BUF_AUTO = {0};
	int r = url_of(s, &url);

	if (r == 0)
		visited_note(s->visited, buf_text(&url), response);
	return r;
}

/* A good answer. A fault is for the caller to tell. */
static int
take(struct scim *s, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;
	int r = ERR_OK;

	if (s->checking) {
		/* Something has changed; what stood before it, nobody has. */
		s->checking = false;
		if (s->checked > 0)
			return launch(s);
	}
	if (s->phase != PHASE_CONFIG && is_json(response) &&
	    response->body_len > READ_AT_ONCE_BYTES) {
		r = note(s, response);
		return r == 0 ? read_beside(s, response) : r;
	}
	r = is_json(response) ? json_parse(response->body, response->body_len,
				    ANSWER_MAX_BYTES, &json)
			      : ERR_SERVICE_MALFORMED;
	if (s->phase == PHASE_CONFIG)
		return r == 0 ? take_config(s, json_root(json))
			      : without_filters(s);
	if (r != 0)
		return ERR_SERVICE_MALFORMED;
	r = note(s, response);
	return r == 0 ? take_page(s, json_root(json)) : r;
}

/* A page stands; when the last one does, the list does. */
static int
take_same(struct scim *s)
{
	s->checked++;
	if (s->checked < visited_count(s->visited))
		return launch(s);
	end(s, ERR_OK, SOURCE_UNCHANGED, -1);
	return ERR_OK;
}

/* A server that does not know the filter says so in many ways. */
static bool
is_about_the_filter(const struct scim *s, int status)
{
	return (s->changes || s->phase == PHASE_CONFIG) && status != 401 &&
	    status != 429 && (status < 500 || status == 501);
}

/* The server's own words, once for each kind of refusal. */
static void
tell(struct scim *s, const struct http_response *response)
{
	struct json *json JSON_AUTO = NULL;
	const char *detail = "";

	if (response->status == s->told_status)
		return;
	s->told_status = response->status;
	if (json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) == 0)
		detail = scimread_detail(json_root(json));
	log_warning("the SCIM server refuses",
	    LOG_NUMBER("status", response->status), LOG_TEXT("detail", detail));
}

static int
take_refusal(struct scim *s, const struct http_response *response)
{
	if (is_about_the_filter(s, response->status))
		return without_filters(s);
	tell(s, response);
	end(s, scimread_error(response->status), SOURCE_UNCHANGED,
	    response->retry_after_s);
	return ERR_OK;
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct scim *s = arg;
	int r = reply_reason(response);

	s->transfer = 0;
	if (r == 0 && reply_good(response))
		r = take(s, response);
	else if (r == 0 && response->status == 304)
		r = s->checking ? take_same(s) : ERR_SERVICE_MALFORMED;
	else if (r == 0)
		r = take_refusal(s, response);
	if (r != 0)
		end(s, r, SOURCE_UNCHANGED, -1);
}

/* The next page. Nothing from outside gets into it but numbers. */
static int
url_of(const struct scim *s, struct buf *url)
{
	bool groups = s->phase == PHASE_GROUPS;
	char since[STAMP_SIZE];

	buf_init(url, URL_MAX_BYTES);
	buf_put_text(url, s->url);
	if (s->phase == PHASE_CONFIG) {
		buf_put_text(url, "/ServiceProviderConfig");
		return buf_text(url) == NULL ? ERR_CONFIG_INVALID : ERR_OK;
	}
	buf_put_format(url, "/%s?startIndex=%u&count=%d",
	    groups ? "Groups" : "Users",
	    scimread_received(
		s->read, groups ? SCIMREAD_GROUPS : SCIMREAD_USERS) +
		1,
	    groups ? GROUPS_A_PAGE : USERS_A_PAGE);
	if (s->changes) {
		stamp_format(s->newest_s - OVERLAP_S, since);
		buf_put_format(url,
		    "&filter=meta.lastModified%%20gt%%20%%22%s%%22", since);
	}
	return buf_text(url) == NULL ? ERR_CONFIG_INVALID : ERR_OK;
}

static int
launch(struct scim *s)
{
	struct buf url BUF_AUTO = {0};
	struct http_request request = {
	    .method = "GET",
	    .headers = {s->authorization,
		"accept: application/scim+json, application/json"},
	    .header_count = 2,
	    .timeout_ms = TIMEOUT_MS,
	    .body_limit_bytes = ANSWER_MAX_BYTES,
	};
	int r = url_of(s, &url);

	if (r != 0)
		return r;
	request.url = buf_text(&url);
	if (s->checking) {
		request.url = visited_url(s->visited, s->checked);
		request.headers[request.header_count++] =
		    visited_condition(s->visited, s->checked, request.url);
	}
	r = http_start(s->http, &request, on_answer, s, &s->transfer);
	return r == ERR_INVALID_ARGUMENT ? ERR_CONFIG_INVALID : r;
}

static int
fetch(void *self, const struct source_request *request)
{
	struct scim *s = self;
	bool changes = request->order == SOURCE_CHANGES && s->newest_s > 0;

	s->request = *request;
	if (!changes || s->filters == FILTERS_OFF)
		return begin_list(s);
	if (s->filters == FILTERS_USABLE)
		return begin_changes(s);
	s->phase = PHASE_CONFIG;
	s->changes = false;
	s->checking = false;
	return launch(s);
}

static void
cancel(void *self)
{
	struct scim *s = self;

	http_cancel(s->http, s->transfer);
	s->transfer = 0;
	loop_work_cancel(s->loop, s);
	reading_done(&s->reading);
	drop_read(s);
}

/* A time that lies ahead would hide all changes until then. */
static int64_t
settled(const struct scim *s)
{
	int64_t now_s = clock_wall(s->clock).s;

	return s->given_newest_s < now_s ? s->given_newest_s : now_s;
}

static void
settle(void *self, bool taken)
{
	struct scim *s = self;

	if (!taken) {
		/* Not even what it was compared with is sure any more. */
		visited_forget(s->visited);
		return;
	}
	s->told_status = 0;
	switch (s->gift) {
	case SOURCE_UNCHANGED:
		return;
	case SOURCE_GAVE_LIST:
		visited_keep(s->visited);
		s->newest_s = settled(s);
		s->groups_told = s->given_groups_told;
		if (s->request.order == SOURCE_WHOLE)
			s->filters = FILTERS_UNKNOWN;
		return;
	case SOURCE_GAVE_CHANGES:
		if (settled(s) > s->newest_s)
			s->newest_s = settled(s);
		/* The pages that were kept show less than is known now. */
		if (s->given_any)
			visited_forget(s->visited);
		return;
	}
}

struct source
scim_source(struct scim *scim)
{
	return (struct source){scim, fetch, cancel, settle};
}

void
scim_free(struct scim *scim)
{
	if (scim == NULL)
		return;
	cancel(scim);
	visited_free(scim->visited);
	free(scim->url);
	secret_free_string(scim->authorization);
	free(scim);
}
DEFINE_CLEANUP(struct scim, scim, scim_free)

static int
set_authorization(struct scim *s, const char *token)
{
	struct buf header BUF_AUTO = {0};

	buf_init(&header, 16 * 1024);
	buf_put_format(&header, "authorization: Bearer %s", token);
	if (buf_text(&header) == NULL)
		return buf_fault(&header);
	s->authorization = secret_dup(buf_text(&header), header.len);
	return s->authorization == NULL ? ERR_NO_MEMORY : ERR_OK;
}

int
scim_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct scim_options *options, struct scim **ret_scim)
{
	struct scim *s CLEANUP(scim_cleanup) = calloc(1, sizeof(*s));
	int r = ERR_OK;

	if (s == NULL)
		return ERR_NO_MEMORY;
	s->loop = loop;
	s->http = http;
	s->clock = clock;
	s->policy = options->policy;
	s->url = strdup(options->url);
	if (s->url == NULL)
		return ERR_NO_MEMORY;
	r = set_authorization(s, options->token);
	if (r == 0)
		r = visited_new(&s->visited);
	if (r == 0)
		*ret_scim = TAKE(s);
	return r;
}
