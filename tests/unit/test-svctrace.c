/*
 * test-svctrace.c - what is shown of requests and answers, and what never is.
 */
#include "services/svctrace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct profile_request login = {
    .method = "POST",
    .path = "/login/{organization}",
    .headers = {"Authorization: Bearer {api_key}"},
    .header_count = 1,
    .body = "{\"m\":\"{mail}\",\"p\":\"{password}\",\"s\":\"{odd}\"}",
    .body_place = PROFILE_IN_JSON,
    .takes = {.items = {{"jwt", "/data/a", false}}, .count = 1},
};

static void
a_request_is_shown_without_its_secrets(void **state)
{
	struct buf out BUF_AUTO = {.limit = 8192};
	struct fill fill = {0};

	assert_int_equal(fill_set(&fill, "organization", "o 1"), 0);
	assert_int_equal(fill_set(&fill, "api_key", "SECRET1"), 0);
	assert_int_equal(fill_set(&fill, "mail", "u@x"), 0);
	assert_int_equal(fill_set(&fill, "password", "SECRET2"), 0);
	/* What nobody knows to be none is one. */
	assert_int_equal(fill_set(&fill, "odd", "SECRET3"), 0);
	assert_int_equal(
	    svctrace_request(&out, "https://x.test", &login, &fill), 0);
	assert_string_equal(buf_text(&out),
	    "> POST https://x.test/login/o%201\n"
	    "> Authorization: Bearer MASKED\n"
	    "> {\"m\":\"u@x\",\"p\":\"MASKED\",\"s\":\"MASKED\"}\n");
}

static void
expect_answer(const char *body, const char *shown)
{
	static const char head[] = "< 200\n< content-type: application/json\n";
	struct buf out BUF_AUTO = {.limit = 8192};
	const struct http_response response = {.outcome = HTTP_ANSWERED,
	    .status = 200,
	    .content_type = "application/json",
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body)};

	assert_int_equal(svctrace_answer(&out, &response, &login), 0);
	assert_memory_equal(buf_text(&out), head, strlen(head));
	assert_string_equal(buf_text(&out) + strlen(head), shown);
}

static void
an_answer_is_shown_without_its_secrets(void **state)
{
	expect_answer("{\"data\":{\"a\":\"SECRET\",\"b\":[1,true,null,4,5]}}",
	    "< {\"data\":{\"a\":\"MASKED\",\"b\":[1,true,null, and 2 "
	    "more]}}\n");
	expect_answer("{\"refresh_token\":\"SECRET\",\"apiKey\":\"SECRET\","
		      "\"role\":\"Member\"}",
	    "< {\"refresh_token\":\"MASKED\",\"apiKey\":\"MASKED\","
	    "\"role\":\"Member\"}\n");
	expect_answer("[\"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl\"]",
	    "< [\"MASKED\"]\n");
	expect_answer("SECRET", "< 6 bytes that are no JSON\n");
}

static void
t35_nothing_shown_acts_on_a_terminal(void **state)
{
	expect_answer("{\"name\":\"a\\u001b[2Jb\\u202e\"}",
	    "< {\"name\":\"a\\x5cu001b[2Jb\\xe2\\x80\\xae\"}\n");
}

static void
no_answer_is_told_by_its_reason(void **state)
{
	struct buf out BUF_AUTO = {.limit = 8192};
	const struct http_response response = {.outcome = HTTP_TLS_REFUSED};

	assert_int_equal(svctrace_answer(&out, &response, &login), 0);
	assert_string_equal(buf_text(&out), "< no answer: service-tls\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_shown_without_its_secrets),
	    cmocka_unit_test(an_answer_is_shown_without_its_secrets),
	    cmocka_unit_test(t35_nothing_shown_acts_on_a_terminal),
	    cmocka_unit_test(no_answer_is_told_by_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
