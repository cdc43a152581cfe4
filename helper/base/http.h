/*
 * http.h - HTTPS requests on the loop; the only user of libcurl.
 *
 * https only; certificate and host name are always verified; TLS 1.2 at least;
 * no redirect is followed; no proxy, netrc or other environment is read; no
 * compression is asked for; the whole answer has a size limit and a deadline.
 * Connections are kept and shared.  A transfer is named by an id: a stale id
 * is harmless.  The callback runs from the loop, exactly once, unless the
 * transfer is cancelled first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"

#define HTTP_HEADERS_MAX 16
#define HTTP_BODY_DEFAULT_BYTES ((size_t)1024 * 1024)
#define HTTP_TIMEOUT_DEFAULT_MS 10000
#define HTTP_CONNECTIONS_MAX 8
#define HTTP_TRANSFERS_MAX 1200

struct http;

struct http_options {
	const char *ca_file; /* NULL: the system's */
	const char *user_agent;
};

/* How a transfer ended, before anyone looked into the body. */
enum http_outcome {
	HTTP_UNREACHABLE = 0, /* name, connect, reset, timeout */
	HTTP_TLS_REFUSED,     /* certificate, host name, protocol version */
	HTTP_BAD_ANSWER,      /* too large, not HTTP, a redirect */
	HTTP_ANSWERED,        /* a status and a body are there */
};

struct http_request {
	const char *method; /* "GET", "POST", ... */
	const char *url;
	const char *headers[HTTP_HEADERS_MAX]; /* "name: value" */
	size_t header_count;
	const void *body; /* NULL: none */
	size_t body_len;
	int64_t timeout_ms;      /* 0: HTTP_TIMEOUT_DEFAULT_MS */
	size_t body_limit_bytes; /* 0: HTTP_BODY_DEFAULT_BYTES */
};

/* Borrowed: valid during the callback only, then wiped. */
struct http_response {
	enum http_outcome outcome;
	bool timed_out; /* tells a timeout among HTTP_UNREACHABLE */
	int status;     /* 100..599 when HTTP_ANSWERED */
	const uint8_t *body;
	size_t body_len;
	const char *content_type; /* lower case, "" when absent */
	int64_t retry_after_s;    /* Retry-After or X-Retry-After; -1: none */
	const char *etag;         /* "" when absent */
	/* Last-Modified as it came; "" when absent, or so young that another
	 * change may still bear the same second (RFC 9110 8.8.2.2). */
	const char *last_modified;
};

typedef void http_fn(void *arg, const struct http_response *response);

MUST_CHECK int http_new(struct loop *loop, const struct http_options *options,
    struct http **ret_http);
/* Cancels all transfers without calling back. Accepts NULL. Not from inside a
 * callback of its own. */
void http_free(struct http *http);

/*
 * Starts a transfer; everything in the request is copied.  A URL that is not
 * https, holds credentials, control bytes or is longer than 2048 bytes, or a
 * header with control bytes, is ERR_INVALID_ARGUMENT; ERR_NO_SPACE when
 * HTTP_TRANSFERS_MAX are under way.
 */
MUST_CHECK int http_start(struct http *http, const struct http_request *request,
    http_fn *fn, void *arg, uint64_t *ret_id);
/* The callback will not run. An unknown or finished id is ignored. */
void http_cancel(struct http *http, uint64_t id);
