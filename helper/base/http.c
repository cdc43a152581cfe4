/*
 * http.c - HTTPS transfers by libcurl's multi handle on the loop.
 *
 * Owns libcurl's handles, its sockets and its memory, which is wiped when
 * freed; what a transfer may do stands in httppolicy.c.
 * Promises each transfer one callback from the loop before its deadline, even
 * when libcurl itself fails.  Knows nothing of what is asked or answered.
 */
#include "base/http.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "base/footprint.h"
#include "base/httpform.h"
#include "base/httppolicy.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

#define HEADERS_IN_MAX_BYTES ((size_t)64 * 1024)
#define BURST 8

struct transfer {
	struct transfer *next;
	struct http *http;
	uint64_t id;
	http_fn *fn;
	void *arg;
	CURL *easy;
	struct curl_slist *headers;
	struct loop_timer *deadline;
	struct buf request;
	struct buf body;
	size_t header_bytes;
	bool lost; /* its multi handle has failed */
	struct httpform_answer answer;
};

/* A descriptor of libcurl that the loop watches. */
struct socket {
	struct socket *next;
	struct http *http;
	curl_socket_t fd;
	struct loop_poll *poll;
};

struct http {
	struct loop *loop;
	struct loop_timer *timer;
	CURLM *multi;
	bool broken; /* the loop could not watch for libcurl */
	struct socket *sockets;
	struct transfer *transfers;
	size_t count;
	size_t most; /* of them at once, since there was none */
	uint64_t last_id;
	char *ca_file;
	char *user_agent;
};

/* libcurl holds tokens in its buffers and frees them as they are. */
static void
wiping_free(void *mem)
{
	if (mem != NULL)
		secret_wipe(mem, malloc_usable_size(mem));
	free(mem);
}

static void *
wiping_realloc(void *mem, size_t size)
{
	size_t old_size = mem == NULL ? 0 : malloc_usable_size(mem);
	void *fresh = malloc(size);

	if (fresh == NULL)
		return NULL;
	if (old_size > 0)
		memcpy(fresh, mem, old_size < size ? old_size : size);
	wiping_free(mem);
	return fresh;
}

static void
transfer_free(struct transfer *t)
{
	if (t == NULL)
		return;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	loop_timer_free(t->deadline);
	buf_done(&t->request);
	buf_done(&t->body);
	free(t);
}
DEFINE_CLEANUP(struct transfer, transfer, transfer_free)
#define TRANSFER_AUTO CLEANUP(transfer_cleanup)

static void
on_calm(void *arg)
{
	footprint_trim();
}

/* What a burst of transfers leaves lies between what is still in use. */
static void
calm_down(struct http *http)
{
	if (http->most >= BURST)
		(void)!loop_defer(http->loop, on_calm, NULL);
	http->most = 0;
}

/* From here no id finds it and libcurl no longer works for it. */
static void
detach(struct transfer *t)
{
	struct http *http = t->http;
	struct transfer **link = &http->transfers;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	if (--http->count == 0)
		calm_down(http);
	if (http->multi != NULL && !t->lost)
		(void)curl_multi_remove_handle(http->multi, t->easy);
}

static void
finish(struct transfer *t, enum http_outcome outcome, bool timed_out)
{
	TRANSFER_AUTO struct transfer *owned = t;
	struct http_response response = {
	    .outcome = outcome,
	    .timed_out = timed_out,
	    .body = (const uint8_t *)"",
	    .content_type = t->answer.content_type,
	    .retry_after_s = t->answer.retry_after_s,
	    .etag = t->answer.etag,
	    .last_modified = t->answer.last_modified,
	};
	long status = 0;

	if (outcome == HTTP_ANSWERED) {
		(void)curl_easy_getinfo(
		    t->easy, CURLINFO_RESPONSE_CODE, &status);
		response.status = (int)status;
		if (t->body.len > 0)
			response.body = t->body.bytes;
		response.body_len = t->body.len;
	}
	detach(t);
	t->fn(t->arg, &response);
}

static enum http_outcome
answer_outcome(const struct transfer *t)
{
	long status = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 100 || status > 599)
		return HTTP_BAD_ANSWER;
	if (status >= 300 && status <= 399 && t->answer.redirects)
		return HTTP_BAD_ANSWER;
	return HTTP_ANSWERED;
}

/* libcurl tells a connection that broke during the handshake as one of TLS. */
static enum http_outcome
handshake_outcome(const struct transfer *t)
{
	long error = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	return error == ECONNRESET || error == EPIPE ? HTTP_UNREACHABLE
						     : HTTP_TLS_REFUSED;
}

static enum http_outcome
outcome_of(const struct transfer *t, CURLcode code)
{
	if (buf_fault(&t->body) == ERR_NO_MEMORY)
		return HTTP_UNREACHABLE;
	switch ((int)code) {
	case CURLE_OK:
		return answer_outcome(t);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_outcome(t);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_TLS_REFUSED;
	case CURLE_WRITE_ERROR: /* our own refusal to take more */
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: no HTTP at all */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return HTTP_BAD_ANSWER;
	default:
		return HTTP_UNREACHABLE;
	}
}

static void
socket_free(struct http *http, struct socket *s)
{
	struct socket **link = &http->sockets;

	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	loop_poll_free(s->poll);
	free(s);
}

static int multi_new(struct http *http);

static void
multi_free(struct http *http)
{
	loop_timer_stop(http->timer);
	curl_multi_cleanup(http->multi);
	http->multi = NULL;
	while (http->sockets != NULL)
		socket_free(http, http->sockets);
}

/* After an error libcurl promises nothing for any transfer of the handle. */
static void
rebuild(struct http *http)
{
	struct transfer *t;

	for (t = http->transfers; t != NULL; t = t->next) {
		(void)curl_multi_remove_handle(http->multi, t->easy);
		t->lost = true;
	}
	multi_free(http);
	http->broken = false;
	/* Without memory now, http_start() tries again. */
	(void)!multi_new(http);
	do {
		for (t = http->transfers; t != NULL && !t->lost; t = t->next)
			;
		if (t != NULL)
			finish(t, HTTP_UNREACHABLE, false);
	} while (t != NULL);
}

/* Callbacks may start and cancel, so each round looks anew. */
static void
deliver(struct http *http)
{
	CURLMsg *msg;
	int left;

	while (http->multi != NULL &&
	    (msg = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct transfer *t = NULL;
		CURLcode code = msg->data.result;

		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		finish(
		    t, outcome_of(t, code), code == CURLE_OPERATION_TIMEDOUT);
	}
}

static void
act(struct http *http, curl_socket_t fd, int events)
{
	CURLMcode code;
	int running;

	code = curl_multi_socket_action(http->multi, fd, events, &running);
	if (code == CURLM_OK)
		deliver(http);
	if (code != CURLM_OK || http->broken)
		rebuild(http);
}

static void
on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void
on_socket(void *arg, int events)
{
	struct socket *s = arg;
	int told = 0;

	if ((events & LOOP_READ) != 0)
		told |= CURL_CSELECT_IN;
	if ((events & LOOP_WRITE) != 0)
		told |= CURL_CSELECT_OUT;
	act(s->http, s->fd, told);
}

static void
on_deadline(void *arg)
{
	finish(arg, HTTP_UNREACHABLE, true);
}

/* libcurl asks for a call in timeout_ms; -1: for none. */
static int
want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct http *http = arg;

	if (timeout_ms < 0)
		loop_timer_stop(http->timer);
	else
		loop_timer_start(http->timer, timeout_ms);
	return 0;
}

static struct socket *
socket_new(struct http *http, curl_socket_t fd)
{
	struct socket *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->http = http;
	s->fd = fd;
	if (loop_poll_new(http->loop, fd, on_socket, s, &s->poll) != 0) {
		free(s);
		return NULL;
	}
	s->next = http->sockets;
	http->sockets = s;
	return s;
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *ignored)
{
	struct http *http = arg;
	struct socket *s = http->sockets;
	int events = 0;

	while (s != NULL && s->fd != fd)
		s = s->next;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			socket_free(http, s);
		return 0;
	}
	if (s == NULL)
		s = socket_new(http, fd);
	if (s == NULL) {
		/* Told from the loop: we are inside libcurl here. */
		http->broken = true;
		loop_timer_start(http->timer, 0);
		return -1;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= LOOP_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= LOOP_WRITE;
	loop_poll_set(s->poll, events);
	return 0;
}

static int
multi_new(struct http *http)
{
	CURLM *multi = curl_multi_init();

	if (multi == NULL)
		return ERR_NO_MEMORY;
	if (curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket) !=
		CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer) !=
		CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
		(long)HTTP_CONNECTIONS_MAX) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
		(long)HTTP_CONNECTIONS_MAX) != CURLM_OK) {
		(void)curl_multi_cleanup(multi);
		return ERR_INTERNAL;
	}
	http->multi = multi;
	return 0;
}

int
http_new(struct loop *loop, const struct http_options *options,
    struct http **ret_http)
{
	struct http *http = calloc(1, sizeof(*http));
	int r = ERR_NO_MEMORY;

	if (http == NULL)
		return ERR_NO_MEMORY;
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free,
		wiping_realloc, strdup, calloc) != CURLE_OK) {
		free(http);
		return ERR_NO_MEMORY;
	}
	http->loop = loop;
	if (options->ca_file != NULL)
		http->ca_file = strdup(options->ca_file);
	http->user_agent = strdup(options->user_agent);
	if (http->user_agent != NULL &&
	    (options->ca_file == NULL || http->ca_file != NULL))
		r = loop_timer_new(loop, on_timer, http, &http->timer);
	if (r == 0)
		r = multi_new(http);
	if (r != 0) {
		http_free(http);
		return r;
	}
	*ret_http = http;
	return 0;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	while (http->transfers != NULL)
		http_cancel(http, http->transfers->id);
	if (http->multi != NULL)
		multi_free(http);
	loop_timer_free(http->timer);
	free(http->ca_file);
	free(http->user_agent);
	free(http);
	curl_global_cleanup();
}

void
http_cancel(struct http *http, uint64_t id)
{
	struct transfer *t = http->transfers;

	while (t != NULL && t->id != id)
		t = t->next;
	if (t == NULL)
		return;
	detach(t);
	transfer_free(t);
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	buf_put(&t->body, bytes, size * count);
	return buf_fault(&t->body) == 0 ? size * count : 0;
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * count;

	t->header_bytes += len;
	if (t->header_bytes > HEADERS_IN_MAX_BYTES)
		return 0;
	httpform_read(&t->answer, bytes, len, (int64_t)time(NULL));
	return len;
}

static bool
add_header(struct transfer *t, const char *header)
{
	struct curl_slist *longer = curl_slist_append(t->headers, header);

	if (longer == NULL)
		return false;
	t->headers = longer;
	return true;
}

static bool
set_callbacks(struct transfer *t)
{
	return curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) == CURLE_OK;
}

/* A POST without a body still tells its length, 0. */
static bool
set_body(struct transfer *t, const struct http_request *request)
{
	if (request->body == NULL && strcmp(request->method, "POST") != 0)
		return true;
	buf_init(&t->request, request->body_len);
	if (request->body != NULL)
		buf_put(&t->request, request->body, request->body_len);
	if (buf_text(&t->request) == NULL)
		return false;
	return curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)t->request.len) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->request.bytes) ==
	    CURLE_OK;
}

static bool
set_headers(struct transfer *t, const struct http_request *request)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (!add_header(t, request->headers[i]))
			return false;
	/* Without a value: libcurl does not send one of its own. */
	return add_header(t, "Expect:") &&
	    (request->body != NULL || add_header(t, "Content-Type:")) &&
	    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) ==
	    CURLE_OK;
}

static int
transfer_new(struct http *http, const struct http_request *request,
    struct transfer **ret_transfer)
{
	const struct http_options options = {http->ca_file, http->user_agent};
	TRANSFER_AUTO struct transfer *t = calloc(1, sizeof(*t));
	int r;

	if (t == NULL)
		return ERR_NO_MEMORY;
	t->http = http;
	httpform_answer_init(&t->answer);
	buf_init(&t->body,
	    request->body_limit_bytes > 0 ? request->body_limit_bytes
					  : HTTP_BODY_DEFAULT_BYTES);
	r = loop_timer_new(http->loop, on_deadline, t, &t->deadline);
	if (r != 0)
		return r;
	t->easy = curl_easy_init();
	if (t->easy == NULL || !set_callbacks(t) || !set_body(t, request) ||
	    !httppolicy_apply(t->easy, request, &options) ||
	    !set_headers(t, request))
		return ERR_NO_MEMORY;
	*ret_transfer = TAKE(t);
	return 0;
}

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	TRANSFER_AUTO struct transfer *t = NULL;
	int r = 0;

	if (!httpform_acceptable(request))
		return ERR_INVALID_ARGUMENT;
	if (http->count >= HTTP_TRANSFERS_MAX)
		return ERR_NO_SPACE;
	if (http->multi == NULL)
		r = multi_new(http);
	if (r == 0)
		r = transfer_new(http, request, &t);
	if (r != 0)
		return r;
	if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
		return ERR_NO_MEMORY;
	/* libcurl does not count the wait for a free connection. */
	loop_timer_start(t->deadline,
	    request->timeout_ms > 0 ? request->timeout_ms
				    : HTTP_TIMEOUT_DEFAULT_MS);
	t->fn = fn;
	t->arg = arg;
	t->id = ++http->last_id;
	*ret_id = t->id;
	t->next = http->transfers;
	http->transfers = t;
	if (++http->count > http->most)
		http->most = http->count;
	t = NULL;
	return 0;
}
