/*
 * netlab.c - the wire, as tests hold it in their hands.
 */
#include "tests/unit/netlab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct netlab *
netlab(void)
{
	static struct netlab lab;

	return &lab;
}

void
netlab_reset(void)
{
	memset(netlab(), 0, sizeof(struct netlab));
}

static void
keep_header(struct netlab *lab, size_t index, const char *header)
{
	snprintf(
	    lab->headers[index], sizeof(lab->headers[index]), "%s", header);
	if (strncmp(header, "if-", 3) == 0)
		snprintf(lab->condition, sizeof(lab->condition), "%s", header);
}

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct netlab *lab = netlab();

	assert_int_equal(lab->id, 0);
	lab->id = *ret_id = ++lab->requests;
	lab->fn = fn;
	lab->arg = arg;
	lab->condition[0] = '\0';
	snprintf(lab->method, sizeof(lab->method), "%s", request->method);
	snprintf(lab->url, sizeof(lab->url), "%s", request->url);
	snprintf(lab->body, sizeof(lab->body), "%.*s", (int)request->body_len,
	    request->body == NULL ? "" : (const char *)request->body);
	for (size_t i = 0; i < request->header_count; i++)
		keep_header(lab, i, request->headers[i]);
	return 0;
}

void
http_cancel(struct http *http, uint64_t id)
{
	if (id == netlab()->id)
		netlab()->id = 0;
}

void
netlab_reply(const struct http_response *response)
{
	struct netlab *lab = netlab();

	assert_int_not_equal(lab->id, 0);
	lab->id = 0;
	lab->fn(lab->arg, response);
}

void
netlab_answer(int status, const char *body)
{
	netlab_reply(&(struct http_response){
	    .outcome = status == 0 ? HTTP_UNREACHABLE : HTTP_ANSWERED,
	    .timed_out = status == 0,
	    .status = status,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body),
	    .content_type = "application/json",
	    .retry_after_s =
		status == 429 || status == 503 ? NETLAB_RETRY_AFTER_S : -1,
	    .etag = "",
	    .last_modified = "",
	});
}
