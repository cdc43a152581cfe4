/*
 * svcsend.c - from a profile's request to a request on the wire.
 *
 * What stands in a template is escaped for its place by services/fill.  Must
 * not know what the request is for.
 */
#include "services/svcsend.h"

#include "common/err.h"

#define REQUEST_MAX_BYTES ((size_t)64 * 1024)

int
svcsend_url(const struct svcsend *send, struct buf *url)
{
	int r = ERR_OK;

	buf_put_text(url, send->base);
	r = fill_template(
	    url, send->request->path, PROFILE_IN_PATH, send->fill);
	if (r == 0 && buf_text(url) == NULL)
		r = buf_fault(url);
	return r;
}

/* Each line of the buffer as a header, in place. */
static int
put_lines(struct buf *lines, struct http_request *http)
{
	size_t start = 0;

	for (size_t i = 0; lines != NULL && i < lines->len; i++) {
		if (lines->bytes[i] != '\n')
			continue;
		if (http->header_count == HTTP_HEADERS_MAX)
			return ERR_NO_SPACE;
		lines->bytes[i] = '\0';
		http->headers[http->header_count++] =
		    (const char *)lines->bytes + start;
		start = i + 1;
	}
	return ERR_OK;
}

static int
put_headers(const struct svcsend *send, struct buf headers[PROFILE_HEADERS_MAX],
    struct http_request *http)
{
	const struct profile_request *request = send->request;
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < request->header_count; i++) {
		r = fill_template(&headers[i], request->headers[i],
		    PROFILE_IN_HEADER, send->fill);
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
	if (send->condition != NULL)
		http->headers[http->header_count++] = send->condition;
	return r == 0 ? put_lines(send->lines, http) : r;
}

int
svcsend_start(const struct svcsend *send, struct http *http, const char *url,
    http_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct profile_request *request = send->request;
	struct buf body BUF_AUTO = {0};
	struct buf headers[PROFILE_HEADERS_MAX] = {{0}};
	struct http_request ask = {
	    .method = request->method,
	    .url = url,
	    .body_limit_bytes = SVCSEND_ANSWER_MAX_BYTES,
	};
	int r = ERR_OK;

	buf_init(&body, REQUEST_MAX_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		buf_init(&headers[i], REQUEST_MAX_BYTES);
	if (request->body[0] != '\0')
		r = fill_template(
		    &body, request->body, request->body_place, send->fill);
	if (r == 0)
		r = put_headers(send, headers, &ask);
	if (r == 0) {
		ask.body = body.len > 0 ? body.bytes : NULL;
		ask.body_len = body.len;
		r = http_start(http, &ask, fn, arg, ret_id);
	}
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		buf_done(&headers[i]);
	return r;
}
