/*
 * test-http.c - transfers against a server that lies, stalls and hangs up.
 */
#include "base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/tls-server.h"

#define MANY 50

struct fixture {
	struct tls_server server;
	struct loop *loop;
	struct http *http;
	struct loop_timer *guard; /* ends a test that hangs */
	uint64_t other;
	int calls;
	int wanted;
	enum http_outcome outcome;
	bool timed_out;
	int status;
	int64_t retry_after_s;
	size_t body_len;
	char body[8192];
	char content_type[128];
	char etag[64];
};

static void
on_guard(void *arg)
{
	fail_msg("%s", "the transfers did not end");
}

static struct fixture *
set_up(enum tls_fault fault)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct http_options options = {.user_agent = "orglogin-test"};

	assert_non_null(f);
	assert_true(tls_server_start(&f->server, fault));
	options.ca_file = f->server.ca_file;
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(http_new(f->loop, &options, &f->http), 0);
	assert_int_equal(loop_timer_new(f->loop, on_guard, f, &f->guard), 0);
	loop_timer_start(f->guard, 30000);
	return f;
}

static void
tear_down(struct fixture *f)
{
	http_free(f->http);
	loop_free(f->loop);
	tls_server_stop(&f->server);
	free(f);
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct fixture *f = arg;

	f->outcome = response->outcome;
	f->timed_out = response->timed_out;
	f->status = response->status;
	f->retry_after_s = response->retry_after_s;
	f->body_len = response->body_len;
	snprintf(f->body, sizeof(f->body), "%.*s", (int)response->body_len,
	    (const char *)response->body);
	snprintf(f->content_type, sizeof(f->content_type), "%s",
	    response->content_type);
	snprintf(f->etag, sizeof(f->etag), "%s", response->etag);
	f->calls++;
	if (f->calls >= f->wanted)
		loop_stop(f->loop);
}

static int
start_request(struct fixture *f, struct http_request *request, const char *path,
    http_fn *fn, uint64_t *ret_id)
{
	char url[256];

	snprintf(
	    url, sizeof(url), "https://localhost:%u%s", f->server.port, path);
	request->url = url;
	if (request->method == NULL)
		request->method = "GET";
	if (request->timeout_ms == 0)
		request->timeout_ms = 20000;
	return http_start(f->http, request, fn, f, ret_id);
}

static void
run_request(struct fixture *f, struct http_request *request, const char *path)
{
	uint64_t id = 0;

	f->calls = 0;
	f->wanted = 1;
	assert_int_equal(start_request(f, request, path, on_answer, &id), 0);
	assert_int_equal(f->calls, 0);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
}

static void
get(struct fixture *f, const char *path)
{
	struct http_request request = {.body_limit_bytes = 4096};

	run_request(f, &request, path);
}

static void
a_good_answer_is_told_whole(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);

	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_int_equal(f->status, 200);
	assert_string_equal(f->body, "{\"ok\":true}");
	assert_string_equal(f->content_type, "application/json; charset=utf-8");
	assert_string_equal(f->etag, "\"v1\"");
	assert_int_equal(f->retry_after_s, -1);
	get(f, "/same");
	assert_int_equal(f->status, 304);
	get(f, "/busy");
	assert_int_equal(f->status, 503);
	assert_int_equal(f->retry_after_s, 120);
	assert_string_equal(f->etag, "");
	get(f, "/busy-x");
	assert_int_equal(f->retry_after_s, 7);
	assert_int_equal(f->server.counts->connections, 1);
	tear_down(f);
}

static void
only_the_final_headers_count(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);

	get(f, "/early");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_string_equal(f->etag, "");
	get(f, "/trailer");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_string_equal(f->body, "ok");
	assert_string_equal(f->etag, "\"real\"");
	tear_down(f);
}

static void
the_request_is_sent_as_asked(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	char big[3000];
	struct http_request request = {
	    .method = "POST",
	    .headers = {"Authorization: Bearer t", "X-A: b"},
	    .header_count = 2,
	    .body = big,
	    .body_len = sizeof(big),
	};

	memset(big, 'z', sizeof(big));
	run_request(f, &request, "/echo");
	assert_memory_equal(f->body, "POST /echo HTTP/1.1\r\n", 21);
	assert_non_null(strstr(f->body, "\r\nAuthorization: Bearer t\r\n"));
	assert_non_null(strstr(f->body, "\r\nX-A: b\r\n"));
	assert_non_null(strstr(f->body, "\r\nUser-Agent: orglogin-test\r\n"));
	assert_non_null(strstr(f->body, "\r\nContent-Length: 3000\r\n"));
	assert_null(strstr(f->body, "Accept-Encoding:"));
	request = (struct http_request){.method = "POST"};
	run_request(f, &request, "/echo");
	assert_non_null(strstr(f->body, "\r\nContent-Length: 0\r\n"));
	assert_null(strstr(f->body, "ontent-Type:"));
	request = (struct http_request){
	    .method = "PATCH", .body = "{}", .body_len = 2};
	run_request(f, &request, "/echo");
	assert_memory_equal(f->body, "PATCH ", 6);
	assert_string_equal(f->body + f->body_len - 2, "{}");
	tear_down(f);
}

/* libcurl asks "Expect: 100-continue" for more than 1 MiB of its own accord. */
static void
a_large_request_does_not_wait_for_leave(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	const size_t len = 1200 * 1024;
	char *big = malloc(len);
	struct http_request request = {
	    .method = "POST",
	    .body = big,
	    .body_len = len,
	    .body_limit_bytes = 2 * len,
	};

	assert_non_null(big);
	memset(big, 'z', len);
	run_request(f, &request, "/echo");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_true(f->body_len > len);
	assert_non_null(strstr(f->body, "\r\nContent-Length: 1228800\r\n"));
	assert_null(strstr(f->body, "Expect:"));
	free(big);
	tear_down(f);
}

static void
t14_bad_requests_are_refused_at_once(void **state)
{
	static const char *const urls[] = {"http://localhost/",
	    "file:///etc/passwd", "HTTPS://localhost/", "https://",
	    "https:///x", "https://user@localhost/",
	    "https://user:pass@localhost/", "https://@localhost/",
	    "https://localhost/a b", "https://localhost/\r\nX: y",
	    "https://localhost\\@evil/", "https://localhost/\xc3\xa4", "",
	    "gopher://localhost/"};
	static const char *const headers[] = {"no colon", ": empty",
	    "A: b\r\nC: d", "A\n: b", "A b: c", "A: \x7f", ""};
	struct fixture *f = set_up(TLS_GOOD);
	char long_url[3000];
	uint64_t id = 77;
	struct http_request request = {.method = "GET"};

	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		request.url = urls[i];
		assert_int_equal(
		    http_start(f->http, &request, on_answer, f, &id),
		    ERR_INVALID_ARGUMENT);
	}
	memset(long_url, 'a', sizeof(long_url));
	memcpy(long_url, "https://h/", 10);
	long_url[2049] = '\0';
	request.url = long_url;
	assert_int_equal(http_start(f->http, &request, on_answer, f, &id),
	    ERR_INVALID_ARGUMENT);
	request.header_count = 1;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		request.headers[0] = headers[i];
		assert_int_equal(
		    start_request(f, &request, "/good", on_answer, &id),
		    ERR_INVALID_ARGUMENT);
	}
	request.header_count = 0;
	request.method = "GET /x HTTP/1.1\r\nA:";
	assert_int_equal(start_request(f, &request, "/good", on_answer, &id),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(id, 77);
	tear_down(f);
}

static void
tls_is_refused(enum tls_fault fault)
{
	struct fixture *f = set_up(fault);

	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_TLS_REFUSED);
	assert_int_equal(f->status, 0);
	assert_int_equal(f->body_len, 0);
	assert_true(f->server.counts->connections > 0);
	assert_int_equal(f->server.counts->requests, 0);
	tear_down(f);
}

static void
t14_wrong_host(void **state)
{
	tls_is_refused(TLS_OTHER_HOST);
}

static void
t14_self_signed(void **state)
{
	tls_is_refused(TLS_SELF_SIGNED);
}

static void
t14_expired(void **state)
{
	tls_is_refused(TLS_EXPIRED);
}

static void
t14_tls_1_1(void **state)
{
	tls_is_refused(TLS_OLD_VERSION);
}

/* A good certificate of a CA that is not the given one. */
static void
t14_only_the_given_ca_is_trusted(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	const struct http_options options = {.user_agent = "t"};
	struct http *systems = NULL;
	struct http *ours = f->http;

	assert_int_equal(http_new(f->loop, &options, &systems), 0);
	f->http = systems;
	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_TLS_REFUSED);
	f->http = ours;
	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	http_free(systems);
	tear_down(f);
}

static void
t14_redirects_are_not_followed(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	static const char *const paths[] = {
	    "/redirect-https", "/redirect-http", "/redirect-file"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		get(f, paths[i]);
		assert_int_equal(f->outcome, HTTP_BAD_ANSWER);
		assert_int_equal(f->server.counts->requests, (int)i + 1);
	}
	tear_down(f);
}

static void
t14_large_bodies_and_headers_are_cut_off(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	static const char *const paths[] = {"/large", "/endless", "/headers"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct http_request request = {
		    .body_limit_bytes = i == 0 ? 3 : 100000};

		run_request(f, &request, paths[i]);
		assert_int_equal(f->outcome, HTTP_BAD_ANSWER);
		assert_int_equal(f->body_len, 0);
	}
	tear_down(f);
}

static void
the_body_limit_is_exact(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {.body_limit_bytes = 11};

	run_request(f, &request, "/good");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	request.body_limit_bytes = 10;
	run_request(f, &request, "/good");
	assert_int_equal(f->outcome, HTTP_BAD_ANSWER);
	tear_down(f);
}

static void
t14_drips_and_silence_end_at_the_deadline(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	static const char *const paths[] = {"/drip", "/silent"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct http_request request = {.timeout_ms = 300};

		run_request(f, &request, paths[i]);
		assert_int_equal(f->outcome, HTTP_UNREACHABLE);
		assert_true(f->timed_out);
	}
	tear_down(f);
}

static void
t14_gzip_is_not_decoded(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);

	get(f, "/gzip");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_int_equal(f->body_len, 4);
	assert_memory_equal(f->body, "\x1f\x8b\x08!", 4);
	tear_down(f);
}

static void
broken_connections_are_unreachable(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	static const char *const paths[] = {"/reset", "/cut"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		get(f, paths[i]);
		assert_int_equal(f->outcome, HTTP_UNREACHABLE);
		assert_false(f->timed_out);
	}
	get(f, "/garbage");
	assert_int_equal(f->outcome, HTTP_BAD_ANSWER);
	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	f->server.port = 1;
	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_UNREACHABLE);
	tear_down(f);
}

static void
a_reset_before_tls_is_no_answer(void **state)
{
	struct fixture *f = set_up(TLS_RESET);

	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_UNREACHABLE);
	tear_down(f);
}

/* Each of these would lead elsewhere if it were read. */
static void
t14_the_environment_is_not_read(void **state)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY",
	    "all_proxy", "ALL_PROXY", "http_proxy"};
	char home[] = "/tmp/test-http-home.XXXXXX";
	char netrc[64];
	struct fixture *f;
	FILE *file;

	assert_non_null(mkdtemp(home));
	snprintf(netrc, sizeof(netrc), "%s/.netrc", home);
	file = fopen(netrc, "we");
	assert_non_null(file);
	fputs("machine localhost login ada password hunter2\n", file);
	fclose(file);
	setenv("HOME", home, 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		setenv(names[i], "http://127.0.0.1:1", 1);
	f = set_up(TLS_GOOD);
	get(f, "/echo");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_null(strstr(f->body, "Authorization"));
	tear_down(f);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	remove(netrc);
	remove(home);
}

static void
on_forbidden(void *arg, const struct http_response *response)
{
	fail_msg("%s", "a cancelled transfer called back");
}

static void
a_cancelled_transfer_is_silent(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {0};
	uint64_t id = 0;

	assert_int_equal(
	    start_request(f, &request, "/good", on_forbidden, &id), 0);
	http_cancel(f->http, id);
	http_cancel(f->http, id);
	http_cancel(f->http, 0);
	http_cancel(f->http, UINT64_MAX);
	get(f, "/good");
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_int_equal(
	    start_request(f, &request, "/silent", on_forbidden, &id), 0);
	tear_down(f);
}

/* Cancels another one, itself, and starts the next, all from inside. */
static void
on_cancel_other(void *arg, const struct http_response *response)
{
	struct fixture *f = arg;
	struct http_request request = {0};
	uint64_t id = 0;

	http_cancel(f->http, f->other);
	assert_int_equal(response->outcome, HTTP_ANSWERED);
	assert_memory_equal(response->body, "{\"ok\":true}", 11);
	assert_int_equal(
	    start_request(f, &request, "/good", on_answer, &id), 0);
	assert_int_equal(f->calls, 0);
}

static void
a_callback_may_cancel_and_start(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {0};
	uint64_t id = 0;

	f->wanted = 1;
	assert_int_equal(
	    start_request(f, &request, "/silent", on_forbidden, &f->other), 0);
	assert_int_equal(
	    start_request(f, &request, "/good", on_cancel_other, &id), 0);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	tear_down(f);
}

static void
many_requests_share_few_connections(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {0};
	uint64_t last = 0;

	f->wanted = MANY;
	for (int i = 0; i < MANY; i++) {
		uint64_t id = 0;

		assert_int_equal(
		    start_request(f, &request, "/good", on_answer, &id), 0);
		assert_true(id > last);
		last = id;
	}
	loop_run(f->loop);
	assert_int_equal(f->calls, MANY);
	assert_int_equal(f->outcome, HTTP_ANSWERED);
	assert_int_equal(f->server.counts->requests, MANY);
	assert_true(f->server.counts->most_open <= HTTP_CONNECTIONS_MAX);
	tear_down(f);
}

/* All connections are held; who waits for one has a deadline too. */
static void
waiting_for_a_connection_counts(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {.timeout_ms = 500};
	uint64_t id = 0;

	f->wanted = HTTP_CONNECTIONS_MAX + 4;
	for (int i = 0; i < f->wanted; i++)
		assert_int_equal(
		    start_request(f, &request, "/silent", on_answer, &id), 0);
	loop_run(f->loop);
	assert_int_equal(f->calls, f->wanted);
	assert_true(f->timed_out);
	tear_down(f);
}

static void
the_number_of_transfers_is_bounded(void **state)
{
	struct fixture *f = set_up(TLS_GOOD);
	struct http_request request = {0};
	uint64_t id = 0;

	for (int i = 0; i < HTTP_TRANSFERS_MAX; i++)
		assert_int_equal(
		    start_request(f, &request, "/good", on_forbidden, &id), 0);
	assert_int_equal(start_request(f, &request, "/good", on_forbidden, &id),
	    ERR_NO_SPACE);
	tear_down(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_answer_is_told_whole),
	    cmocka_unit_test(only_the_final_headers_count),
	    cmocka_unit_test(the_request_is_sent_as_asked),
	    cmocka_unit_test(a_large_request_does_not_wait_for_leave),
	    cmocka_unit_test(t14_bad_requests_are_refused_at_once),
	    cmocka_unit_test(t14_wrong_host),
	    cmocka_unit_test(t14_self_signed),
	    cmocka_unit_test(t14_expired),
	    cmocka_unit_test(t14_tls_1_1),
	    cmocka_unit_test(t14_only_the_given_ca_is_trusted),
	    cmocka_unit_test(t14_redirects_are_not_followed),
	    cmocka_unit_test(t14_large_bodies_and_headers_are_cut_off),
	    cmocka_unit_test(the_body_limit_is_exact),
	    cmocka_unit_test(t14_drips_and_silence_end_at_the_deadline),
	    cmocka_unit_test(t14_gzip_is_not_decoded),
	    cmocka_unit_test(broken_connections_are_unreachable),
	    cmocka_unit_test(a_reset_before_tls_is_no_answer),
	    cmocka_unit_test(t14_the_environment_is_not_read),
	    cmocka_unit_test(a_cancelled_transfer_is_silent),
	    cmocka_unit_test(a_callback_may_cancel_and_start),
	    cmocka_unit_test(many_requests_share_few_connections),
	    cmocka_unit_test(waiting_for_a_connection_counts),
	    cmocka_unit_test(the_number_of_transfers_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
