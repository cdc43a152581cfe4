/*
 * test-idline.c - a row that was written out is read as it was, and nothing
 * else is read as a row.
 */
#include "services/idline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
t35_what_is_put_is_read_as_it_was(void **state)
{
	static const char *const keys[] = {"u-17", "a \"b\" \\ c", "{}",
	    "\\u0000", "'; DROP TABLE ids; --", "}\\n{\"kind\":\"user\""};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct buf text BUF_AUTO = {.limit = IDLINE_MAX_BYTES};
		struct json *json JSON_AUTO = NULL;
		const struct idline line = {
		    .organization = i % 2 == 0 ? NULL : keys[i],
		    .kind = "user",
		    .key = keys[i],
		    .number = UINT32_MAX,
		    .name = "ada@acme.example",
		    .home = "",
		    .live = i % 2 == 0,
		    .created_s = -5,
		};
		struct idline got = {0};

		idline_put(&text, &line);
		assert_int_equal(buf_fault(&text), 0);
		/* one line, whatever is in it */
		assert_ptr_equal(memchr(text.bytes, '\n', text.len),
		    text.bytes + text.len - 1);
		assert_int_equal(idline_read((const char *)text.bytes,
				     text.len - 1, &json, &got),
		    0);
		assert_string_equal(got.kind, line.kind);
		assert_string_equal(got.key, line.key);
		assert_int_equal(got.number, line.number);
		assert_string_equal(got.name, line.name);
		assert_string_equal(got.home, line.home);
		assert_int_equal(got.live, line.live);
		assert_int_equal(got.created_s, line.created_s);
		if (line.organization == NULL)
			assert_null(got.organization);
		else
			assert_string_equal(
			    got.organization, line.organization);
	}
}

static void
the_first_line_is_read_as_it_was(void **state)
{
	struct buf text BUF_AUTO = {.limit = IDLINE_MAX_BYTES};
	struct json *json JSON_AUTO = NULL;
	const struct idline_head head = {"org \"acme\"", 1000000, true};
	struct idline_head got = {0};

	idline_put_head(&text, &head);
	assert_int_equal(idline_read_head((const char *)text.bytes,
			     text.len - 1, &json, &got),
	    0);
	assert_string_equal(got.organization, head.organization);
	assert_int_equal(got.rows, head.rows);
	assert_true(got.whole);
}

#define ROW(kind, key, number, state, rest)                          \
	"{\"kind\":" kind ",\"key\":" key ",\"number\":" number      \
	",\"name\":\"ada\",\"home\":\"ada\",\"state\":\"" state "\"" \
	",\"created\":1" rest "}"

static void
other_rows_are_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
	    {ROW("\"user\"", "\"u\"", "1879050000", "live", ""), 0},
	    {ROW("\"user\"", "\"u\"", "4294967296", "live", ""),
		ERR_ID_OUT_OF_RANGE},
	    {ROW("\"user\"", "\"u\"", "-1", "live", ""), ERR_ID_OUT_OF_RANGE},
	    {ROW("\"user\"", "\"u\"", "0.9", "live", ""), ERR_MALFORMED},
	    {ROW("\"user\"", "\"u\"", "\"1\"", "live", ""), ERR_MALFORMED},
	    {ROW("\"user\"", "\"u\"", "1", "dead", ""), ERR_MALFORMED},
	    {ROW("\"user\"", "7", "1", "live", ""), ERR_MALFORMED},
	    {ROW("null", "\"u\"", "1", "live", ""), ERR_MALFORMED},
	    {ROW("\"user\"", "\"u\"", "1", "live", ",\"more\":1"),
		ERR_MALFORMED},
	    {ROW("\"user\"", "\"u\"", "1", "live", ",\"key\":\"v\""),
		ERR_JSON_DUPLICATE},
	    {"{\"kind\":\"user\"}", ERR_MALFORMED},
	    {"[]", ERR_MALFORMED},
	    {"{", ERR_JSON_SYNTAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json *json JSON_AUTO = NULL;
		struct idline got = {0};

		assert_int_equal(idline_read(rows[i].text, strlen(rows[i].text),
				     &json, &got),
		    rows[i].err);
		assert_int_equal(json == NULL, rows[i].err != 0);
	}
}

static void
other_first_lines_are_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} heads[] = {
	    {"{\"orglogin_ids\":1,\"organization\":\"o\",\"rows\":2,"
	     "\"whole\":false}",
		0},
	    {"{\"orglogin_ids\":2,\"organization\":\"o\",\"rows\":2,"
	     "\"whole\":true}",
		ERR_UNSUPPORTED},
	    {"{\"orglogin_ids\":1,\"organization\":\"o\",\"rows\":-2,"
	     "\"whole\":true}",
		ERR_MALFORMED},
	    {"{\"orglogin_ids\":1,\"organization\":\"o\",\"rows\":2}",
		ERR_MALFORMED},
	    {"{\"orglogin_ids\":1,\"rows\":2,\"whole\":true,\"x\":1}",
		ERR_MALFORMED},
	    {ROW("\"user\"", "\"u\"", "1", "live", ""), ERR_MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		struct json *json JSON_AUTO = NULL;
		struct idline_head got = {0};

		assert_int_equal(idline_read_head(heads[i].text,
				     strlen(heads[i].text), &json, &got),
		    heads[i].err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t35_what_is_put_is_read_as_it_was),
	    cmocka_unit_test(the_first_line_is_read_as_it_was),
	    cmocka_unit_test(other_rows_are_refused),
	    cmocka_unit_test(other_first_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
