/*
 * test-httpform.c - header lines are read by name, and no value is believed
 * that is long or unprintable.  What may be sent is tested in test-http.c.
 */
#include "base/httpform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
field_is(const char *line, const char *want)
{
	char value[HTTPFORM_FIELD_BYTES] = "untouched";

	assert_int_equal(httpform_field(line, strlen(line), "etag", value),
	    strcmp(want, "untouched") != 0);
	assert_string_equal(value, want);
}

static void
fields_are_found_by_name(void **state)
{
	field_is("ETag: \"v\"\r\n", "\"v\"");
	field_is("etag:x", "x");
	field_is("ETAG:\t x y \t\r\n", "x y");
	field_is("ETag:\r\n", "");
	field_is("ETag: a\x01z\r\n", "");
	field_is("ETag: \xc3\xa4\r\n", "");
	field_is("ETag2: x\r\n", "untouched");
	field_is("ETag", "untouched");
	field_is("Etag : x", "untouched");
	field_is("", "untouched");
}

static void
long_fields_are_not_cut_but_dropped(void **state)
{
	char line[400] = "ETag:";
	char value[HTTPFORM_FIELD_BYTES];

	memset(line + 5, 'x', HTTPFORM_FIELD_BYTES);
	assert_true(
	    httpform_field(line, 5 + HTTPFORM_FIELD_BYTES - 1, "etag", value));
	assert_int_equal(strlen(value), HTTPFORM_FIELD_BYTES - 1);
	assert_true(
	    httpform_field(line, 5 + HTTPFORM_FIELD_BYTES, "etag", value));
	assert_string_equal(value, "");
}

static void
retry_after_is_seconds_or_a_date(void **state)
{
	const int64_t year_s = INT64_C(365) * 86400;
	const int64_t date_s = 784111777; /* of RFC 9110 5.6.7 */
	static const char *const date = "Sun, 06 Nov 1994 08:49:37 GMT";

	assert_int_equal(httpform_retry_after("0", 0), 0);
	assert_int_equal(httpform_retry_after("120", 0), 120);
	assert_true(httpform_retry_after("99999999999999999999", 0) == year_s);
	assert_int_equal(httpform_retry_after(date, date_s - 30), 30);
	assert_int_equal(httpform_retry_after(date, date_s + 30), 0);
	assert_true(httpform_retry_after(date, 0) == year_s);
	assert_int_equal(httpform_retry_after("", 0), -1);
	assert_int_equal(httpform_retry_after("-5", 0), -1);
	assert_int_equal(httpform_retry_after("5s", 0), -1);
	assert_int_equal(httpform_retry_after("soon", 0), -1);
	assert_int_equal(
	    httpform_retry_after("Sun, 06 Nov 1994 08:49:37 GMTx", 0), -1);
}

static void
read_lines(struct httpform_answer *answer, const char *lines)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n") + 1;

		httpform_read(answer, lines, len, 0);
		lines += len;
	}
}

static void
only_the_headers_of_the_last_answer_count(void **state)
{
	struct httpform_answer answer;

	httpform_answer_init(&answer);
	read_lines(&answer,
	    "HTTP/1.1 103 Early\r\nLocation: /x\r\nETag: e\r\n"
	    "Retry-After: 9\r\n\r\n"
	    "HTTP/2 200\r\nContent-Type: Text/HTML\r\nX-Retry-After: 3\r\n"
	    "\r\nETag: trailer\r\nLocation: /y\r\n");
	assert_true(answer.complete);
	assert_false(answer.redirects);
	assert_string_equal(answer.etag, "");
	assert_string_equal(answer.content_type, "text/html");
	assert_int_equal(answer.retry_after_s, 3);
}

/* A second change within the same second would bear the same time. */
static void
a_last_modified_counts_once_it_has_settled(void **state)
{
	static const struct {
		const char *changed;
		const char *date;
		bool counts;
	} cases[] = {
	    {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT",
		true},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:36 GMT",
		false},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:00:00 GMT",
		false},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", "", false},
	    {"1994-11-06", "Sun, 06 Nov 1994 08:50:37 GMT", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct httpform_answer answer;
		char lines[256];

		httpform_answer_init(&answer);
		snprintf(lines, sizeof(lines),
		    "HTTP/2 200\r\nLast-Modified: %s\r\nDate: %s\r\n\r\n",
		    cases[i].changed, cases[i].date);
		read_lines(&answer, lines);
		assert_string_equal(answer.last_modified,
		    cases[i].counts ? cases[i].changed : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_found_by_name),
	    cmocka_unit_test(long_fields_are_not_cut_but_dropped),
	    cmocka_unit_test(only_the_headers_of_the_last_answer_count),
	    cmocka_unit_test(a_last_modified_counts_once_it_has_settled),
	    cmocka_unit_test(retry_after_is_seconds_or_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
