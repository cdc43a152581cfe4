/*
 * test-fill.c - a value never leaves the place where its template put it (T37).
 */
#include "services/fill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "common/err.h"

static int
fill_one(enum profile_place place, const char *template, const char *value,
    struct buf *out)
{
	struct fill fill = {0};

	buf_init(out, 4096);
	assert_int_equal(fill_set(&fill, "v", value), 0);
	return fill_template(out, template, place, &fill);
}

static void
expect(enum profile_place place, const char *value, const char *filled)
{
	struct buf out BUF_AUTO = {0};

	assert_int_equal(fill_one(place, "<{v}>", value, &out), 0);
	assert_string_equal(buf_text(&out), filled);
}

static void
each_place_has_its_escaping(void **state)
{
	expect(PROFILE_IN_PATH, "a/b?c=d&e#\xc3\xa9 ~",
	    "<a%2Fb%3Fc%3Dd%26e%23"
	    "%C3%A9%20~>");
	expect(PROFILE_IN_FORM, "a=b&c", "<a%3Db%26c>");
	expect(PROFILE_IN_HEADER, "a b", "<a b>");
	expect(PROFILE_IN_JSON, "a", "<a>");
}

static void
t37_json_content_stays_one_string(void **state)
{
	static const char hostile[] = "x\",\"role\":\"admin\\\n\t";
	struct buf out BUF_AUTO = {0};
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(
	    fill_one(PROFILE_IN_JSON, "{\"t\":\"{v}\"}", hostile, &out), 0);
	assert_int_equal(json_parse(out.bytes, out.len, 4096, &json), 0);
	assert_int_equal(json_count(json_root(json)), 1);
	assert_string_equal(
	    json_string(json_get(json_root(json), "t")), hostile);
}

static void
t37_a_header_takes_no_control_byte(void **state)
{
	static const char *const hostile[] = {
	    "a\r\nX-Admin: 1", "a\nb", "\x01", "\x7f", "\t"};

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct buf out BUF_AUTO = {0};

		assert_int_equal(
		    fill_one(PROFILE_IN_HEADER, "K: {v}", hostile[i], &out),
		    ERR_INVALID_ARGUMENT);
	}
}

static void
a_missing_value_is_no_empty_value(void **state)
{
	struct buf out BUF_AUTO = {0};
	const struct fill none = {0};

	buf_init(&out, 64);
	assert_int_equal(fill_template(&out, "{v}", PROFILE_IN_PATH, &none),
	    ERR_INVALID_ARGUMENT);
}

static void
the_later_of_two_values_wins(void **state)
{
	struct buf out BUF_AUTO = {0};
	struct fill fill = {0};

	buf_init(&out, 64);
	assert_int_equal(fill_set(&fill, "v", "old"), 0);
	assert_int_equal(fill_set(&fill, "v", "new"), 0);
	assert_int_equal(fill_template(&out, "{v}", PROFILE_IN_PATH, &fill), 0);
	assert_string_equal(buf_text(&out), "new");
}

static void
what_does_not_fit_is_a_fault(void **state)
{
	struct buf out BUF_AUTO = {0};
	struct fill fill = {0};

	buf_init(&out, 8);
	assert_int_equal(fill_set(&fill, "v", "0123456789"), 0);
	assert_int_not_equal(
	    fill_template(&out, "{v}", PROFILE_IN_PATH, &fill), 0);
	for (size_t i = 1; i < FILL_MAX; i++)
		assert_int_equal(fill_set(&fill, "v", "x"), 0);
	assert_int_equal(fill_set(&fill, "v", "x"), ERR_NO_SPACE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_place_has_its_escaping),
	    cmocka_unit_test(t37_json_content_stays_one_string),
	    cmocka_unit_test(t37_a_header_takes_no_control_byte),
	    cmocka_unit_test(a_missing_value_is_no_empty_value),
	    cmocka_unit_test(the_later_of_two_values_wins),
	    cmocka_unit_test(what_does_not_fit_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
