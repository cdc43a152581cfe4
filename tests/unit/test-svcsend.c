/*
 * test-svcsend.c - a request goes out as its templates say.
 */
#include "services/svcsend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static struct {
	char method[8];
	char url[128];
	char headers[8][128];
	size_t header_count;
	char body[128];
} sent;

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	snprintf(sent.method, sizeof(sent.method), "%s", request->method);
	snprintf(sent.url, sizeof(sent.url), "%s", request->url);
	snprintf(sent.body, sizeof(sent.body), "%.*s", (int)request->body_len,
	    request->body == NULL ? "" : (const char *)request->body);
	sent.header_count = request->header_count;
	for (size_t i = 0; i < request->header_count; i++)
		snprintf(sent.headers[i], sizeof(sent.headers[i]), "%s",
		    request->headers[i]);
	*ret_id = 7;
	return 0;
}

static int
send_it(const struct profile_request *request, const char *condition)
{
	struct fill fill = {0};
	struct buf url BUF_AUTO = {0};
	const struct svcsend send = {.base = "https://x.test",
	    .request = request,
	    .fill = &fill,
	    .condition = condition};
	uint64_t id = 0;
	int r = fill_set(&fill, "who", "a \"b\"");

	memset(&sent, 0, sizeof(sent));
	buf_init(&url, 2048);
	if (r == 0)
		r = svcsend_url(&send, &url);
	if (r == 0)
		r = svcsend_start(&send, NULL, buf_text(&url), NULL, NULL, &id);
	if (r == 0)
		assert_int_equal(id, 7);
	return r;
}

static void
templates_are_filled_for_their_place(void **state)
{
	static const struct profile_request request = {.method = "POST",
	    .path = "/{who}",
	    .headers = {"x-who: {who}"},
	    .header_count = 1,
	    .body = "{\"w\":\"{who}\"}",
	    .body_place = PROFILE_IN_JSON};

	assert_int_equal(send_it(&request, NULL), 0);
	assert_string_equal(sent.method, "POST");
	assert_string_equal(sent.url, "https://x.test/a%20%22b%22");
	assert_string_equal(sent.body, "{\"w\":\"a \\\"b\\\"\"}");
	assert_int_equal(sent.header_count, 3);
	assert_string_equal(sent.headers[0], "x-who: a \"b\"");
	assert_string_equal(sent.headers[1], "accept: application/json");
	assert_string_equal(sent.headers[2], "content-type: application/json");
}

static void
a_condition_is_one_more_header(void **state)
{
	static const struct profile_request request = {
	    .method = "GET", .path = "/m"};

	assert_int_equal(send_it(&request, "if-none-match: \"x\""), 0);
	assert_int_equal(sent.header_count, 2);
	assert_string_equal(sent.headers[1], "if-none-match: \"x\"");
	assert_int_equal(send_it(&request, NULL), 0);
	assert_int_equal(sent.header_count, 1);
	assert_string_equal(sent.body, "");
}

static void
what_a_template_lacks_is_told(void **state)
{
	static const struct profile_request requests[] = {
	    {.method = "GET", .path = "/{nobody}"},
	    {.method = "GET",
		.path = "/m",
		.headers = {"x: {nobody}"},
		.header_count = 1},
	    {.method = "POST", .path = "/m", .body = "{nobody}"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		assert_int_equal(
		    send_it(&requests[i], NULL), ERR_INVALID_ARGUMENT);
		assert_string_equal(sent.url, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(templates_are_filled_for_their_place),
	    cmocka_unit_test(a_condition_is_one_more_header),
	    cmocka_unit_test(what_a_template_lacks_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
