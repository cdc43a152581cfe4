/*
 * test-json.c - what look-ups give, what two readers of one text could
 * disagree about, and that freed memory held nothing.
 */
#include "base/json.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define LIMIT ((size_t)8 * 1024 * 1024)

static const char *watched_text;
static bool watched_seen;

void __real_free(void *mem);
void __wrap_free(void *mem);

void
__wrap_free(void *mem)
{
	if (mem != NULL && watched_text != NULL &&
	    memmem(mem, malloc_usable_size(mem), watched_text,
		strlen(watched_text)) != NULL)
		watched_seen = true;
	__real_free(mem);
}

static struct json *
parse(const char *text)
{
	struct json *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), LIMIT, &json), 0);
	assert_non_null(json);
	return json;
}

static int
parse_fault(const char *text, size_t len, size_t limit)
{
	struct json *json = NULL;

	int r = json_parse(text, len, limit, &json);
	assert_null(json);
	return r;
}

static void
values_are_read_by_type(void **state)
{
	struct json *json JSON_AUTO =
	    parse("{\"s\":\"a\\u00e4\\n\",\"i\":42,\"t\":true,\"f\":false,"
		  "\"n\":null,\"a\":[1,2],\"o\":{\"x\":1}}");
	const struct json_node *root = json_root(json);
	int64_t i = 0;
	bool b = false;

	assert_true(json_is_object(root));
	assert_string_equal(json_string(json_get(root, "s")), "a\xc3\xa4\n");
	assert_true(json_integer(json_get(root, "i"), &i));
	assert_int_equal(i, 42);
	assert_true(json_bool(json_get(root, "t"), &b) && b);
	assert_true(json_bool(json_get(root, "f"), &b) && !b);
	assert_true(json_is_null(json_get(root, "n")));
	assert_true(json_is_array(json_get(root, "a")));
	assert_int_equal(json_count(json_get(root, "a")), 2);
	assert_int_equal(json_count(root), 7);
}

static void
another_type_is_never_converted(void **state)
{
	struct json *json JSON_AUTO = parse("[\"1\",1,true,null,[],{}]");
	int64_t i = 7;
	bool b = true;
	size_t strings = 0, integers = 0, bools = 0;

	JSON_ARRAY_FOREACH (item, json_root(json)) {
		strings += json_string(item) != NULL;
		integers += json_integer(item, &i);
		bools += json_bool(item, &b);
	}
	assert_int_equal(strings, 1);
	assert_int_equal(integers, 1);
	assert_int_equal(bools, 1);
	assert_null(json_string(NULL));
	assert_false(json_integer(NULL, &i));
	assert_false(json_bool(NULL, &b));
	assert_false(json_is_null(NULL));
}

static void
t9_lookups_are_case_sensitive(void **state)
{
	struct json *json JSON_AUTO =
	    parse("{\"SUB\":\"mallory\",\"sub\":\"ada\",\"Aud\":1}");

	assert_string_equal(
	    json_string(json_get(json_root(json), "sub")), "ada");
	assert_string_equal(
	    json_string(json_at(json_root(json), "/sub")), "ada");
	assert_null(json_get(json_root(json), "aud"));
	assert_null(json_get(json_root(json), "Sub"));
}

static void
t9_duplicate_names_are_refused(void **state)
{
	static const char *const texts[] = {"{\"a\":1,\"a\":1}",
	    "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":2}",
	    "{\"x\":{\"a\":1,\"a\":2}}", "[[{\"a\":1,\"a\":2}]]",
	    "{\"\":1,\"\":2}", "{\"/\":1,\"\\/\":2}",
	    "{\"\xc3\xa4\":1,\"\\u00e4\":2}",
	    "{\"\xf0\x9f\x98\x80\":1,\"\\uD83D\\uDE00\":2}"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(parse_fault(texts[i], strlen(texts[i]), LIMIT),
		    ERR_JSON_DUPLICATE);
	/* The same name in two objects is no duplicate, nor is another case. */
	json_free(parse("{\"a\":{\"a\":1},\"b\":{\"a\":1},\"A\":1}"));
}

static void
t9_other_faults_keep_their_names(void **state)
{
	assert_int_equal(parse_fault("{} x", 4, LIMIT), ERR_JSON_SYNTAX);
	assert_int_equal(
	    parse_fault("[\"root\\u0000x\"]", 14, LIMIT), ERR_JSON_SYNTAX);
	assert_int_equal(parse_fault("[]", 2, 1), ERR_TOO_LARGE);
	char deep[JSON_DEPTH_MAX + 1];
	memset(deep, '[', sizeof(deep));
	assert_int_equal(
	    parse_fault(deep, sizeof(deep), LIMIT), ERR_JSON_DEPTH);
}

static void
t8_numbers_that_are_no_exact_integers_are_told(void **state)
{
	static const char *const refused[] = {"0.5", "1e-1", "9007199254740992",
	    "9007199254740993", "-9007199254740992", "1e300", "\"1\""};
	static const struct {
		const char *text;
		int64_t value;
	} taken[] = {{"0", 0}, {"-0", 0}, {"-1", -1}, {"1e3", 1000},
	    {"4294967295", 4294967295}, {"2147483648", 2147483648},
	    {"9007199254740991", 9007199254740991},
	    {"-9007199254740991", -9007199254740991}};
	int64_t value = 0;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct json *json JSON_AUTO = parse(refused[i]);
		assert_false(json_integer(json_root(json), &value));
	}
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		struct json *json JSON_AUTO = parse(taken[i].text);
		assert_true(json_integer(json_root(json), &value));
		assert_int_equal(value, taken[i].value);
	}
	assert_int_equal(parse_fault("1e400", 5, LIMIT), ERR_JSON_SYNTAX);
	assert_int_equal(parse_fault("[-1e400]", 8, LIMIT), ERR_JSON_SYNTAX);
}

/* The example of RFC 6901 5, and what is no pointer. */
static void
pointers_follow_rfc_6901(void **state)
{
	struct json *json JSON_AUTO =
	    parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,"
		  "\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,"
		  "\"m~n\":8}");
	const struct json_node *root = json_root(json);
	static const char *const numbers[] = {"/", "/a~1b", "/c%d", "/e^f",
	    "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"};
	static const char *const absent[] = {"foo", "/fo", "/foo/2", "/foo/-",
	    "/foo/00", "/foo/01", "/foo/0x", "/foo/", "/foo/0/x",
	    "/foo/9999999999999999999", "/a~2b", "/a~", "/FOO", "//", "/m~n"};
	int64_t value = -1;

	assert_ptr_equal(json_at(root, ""), root);
	assert_true(json_is_array(json_at(root, "/foo")));
	assert_string_equal(json_string(json_at(root, "/foo/0")), "bar");
	assert_string_equal(json_string(json_at(root, "/foo/1")), "baz");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_true(json_integer(json_at(root, numbers[i]), &value));
		assert_int_equal(value, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		assert_null(json_at(root, absent[i]));
	assert_null(json_at(NULL, "/a"));
}

static void
iteration_visits_all_in_order(void **state)
{
	struct json *json JSON_AUTO = parse("{\"a\":1,\"b\":2,\"c\":3}");
	char names[4] = "";
	size_t n = 0;

	JSON_ARRAY_FOREACH (member, json_root(json))
		names[n++] = json_name(member)[0];
	assert_string_equal(names, "abc");
	assert_null(json_first(NULL));
	assert_null(json_name(NULL));
	assert_int_equal(json_count(NULL), 0);
	struct json *empty JSON_AUTO = parse("[]");
	assert_null(json_first(json_root(empty)));
}

/* Would take minutes, and not milliseconds, if anything here were quadratic. */
static void
a_large_object_and_array_are_read(void **state)
{
	struct buf text BUF_AUTO = {.limit = LIMIT};
	struct json *json = NULL;

	buf_put_text(&text, "{\"list\":[0");
	for (int i = 0; i < 200000; i++)
		buf_put_text(&text, ",1");
	buf_put_text(&text, "]");
	for (unsigned int i = 0; i < 200000; i++)
		buf_put_format(&text, ",\"name%u\":1", i * 7919 % 200000);
	buf_put_text(&text, "}");
	assert_int_equal(buf_fault(&text), 0);
	assert_int_equal(json_parse(text.bytes, text.len, LIMIT, &json), 0);
	assert_int_equal(json_count(json_root(json)), 200001);
	assert_int_equal(json_count(json_get(json_root(json), "list")), 200001);
	json_free(json);
	text.len--;
	buf_put_text(&text, ",\"name77\":1}");
	assert_int_equal(
	    json_parse(text.bytes, text.len, LIMIT, &json), ERR_JSON_DUPLICATE);
}

static void
t87_freed_memory_is_wiped(void **state)
{
	struct json *json = parse("{\"token\":\"canary-7f3a\"}");

	watched_text = "canary-7f3a";
	watched_seen = false;
	json_free(json);
	char *volatile leak = strdup("canary-7f3a");
	assert_false(watched_seen);
	free(leak);
	assert_true(watched_seen); /* the watch itself works */
	watched_text = NULL;
}

static void
t37_put_string_reads_back_as_it_was(void **state)
{
	static const char *const texts[] = {"", "plain", "q\"b\\s/",
	    "\b\f\n\r\t\x01\x1f\x7f", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf b BUF_AUTO = {.limit = 1000};
		json_put_string(&b, texts[i]);
		struct json *json JSON_AUTO = parse(buf_text(&b));
		assert_string_equal(json_string(json_root(json)), texts[i]);
		for (size_t k = 0; k < b.len; k++)
			assert_in_range(b.bytes[k], 0x20, 0xff);
	}
	struct buf b BUF_AUTO = {.limit = 1000};
	json_put_string(&b,
	    "a\xff"
	    "b\xe2\x82");
	assert_string_equal(buf_text(&b),
	    "\"a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_read_by_type),
	    cmocka_unit_test(another_type_is_never_converted),
	    cmocka_unit_test(t9_lookups_are_case_sensitive),
	    cmocka_unit_test(t9_duplicate_names_are_refused),
	    cmocka_unit_test(t9_other_faults_keep_their_names),
	    cmocka_unit_test(t8_numbers_that_are_no_exact_integers_are_told),
	    cmocka_unit_test(pointers_follow_rfc_6901),
	    cmocka_unit_test(iteration_visits_all_in_order),
	    cmocka_unit_test(a_large_object_and_array_are_read),
	    cmocka_unit_test(t87_freed_memory_is_wiped),
	    cmocka_unit_test(t37_put_string_reads_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
