/*
 * test-jsoncheck.c - the grammar, rule by rule: what RFC 8259 says yes to, and
 * the leniences of JSON libraries that it says no to.
 */
#include "base/jsoncheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"

/* A literal with its length, so that it may hold a NUL. */
struct text {
	const char *bytes;
	size_t len;
};
#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static void
expect_all(const struct text *texts, size_t count, int expected)
{
	for (size_t i = 0; i < count; i++) {
		int r = jsoncheck_text(texts[i].bytes, texts[i].len);
		if (r != expected)
			fail_msg("%s: got %s", texts[i].bytes, err_name(r));
	}
}

static void
valid_texts_pass(void **state)
{
	static const struct text texts[] = {TEXT("{}"), TEXT("[]"),
	    TEXT("\"\""), TEXT("null"), TEXT("true"), TEXT("false"), TEXT("0"),
	    TEXT("-0"), TEXT("-1"), TEXT("10"), TEXT("0.5"), TEXT("1e3"),
	    TEXT("1E+3"), TEXT("1.25e-3"),
	    TEXT(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n"),
	    TEXT("{\"a\":{},\"b\":[{}]}"),
	    TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
	    TEXT("\"\\u0001\\uFFFF\\ud7ff\\ue000\""),
	    TEXT("\"\\uD83D\\uDE00\""), TEXT("\"\x7f\""),
	    TEXT("\"\xc2\x80\xdf\xbf\""),
	    TEXT("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\""),
	    TEXT("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"")};

	expect_all(texts, ARRAY_SIZE(texts), 0);
}

static void
t9_bytes_around_the_value_are_refused(void **state)
{
	static const struct text texts[] = {TEXT(""), TEXT(" "), TEXT("{} x"),
	    TEXT("{}{}"), TEXT("{},"), TEXT("1 2"), TEXT("{}\0"), TEXT("\0{}"),
	    TEXT("\xef\xbb\xbf{}"), TEXT("{}//"), TEXT("/**/{}"), TEXT("\v{}"),
	    TEXT("\f1"), TEXT("\xc2\xa0{}"), TEXT("nul"), TEXT("nulll"),
	    TEXT("True"), TEXT("NaN"), TEXT("Infinity"), TEXT("-Infinity"),
	    TEXT("undefined"), TEXT("'a'"), TEXT("a")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
	assert_int_equal(jsoncheck_text(NULL, 0), ERR_JSON_SYNTAX);
}

static void
t9_broken_structures_are_refused(void **state)
{
	static const struct text texts[] = {TEXT("{"), TEXT("["), TEXT("}"),
	    TEXT("]"), TEXT("{]"), TEXT("[}"), TEXT("[1,]"), TEXT("[,1]"),
	    TEXT("[1 2]"), TEXT("{\"a\"}"), TEXT("{\"a\":}"),
	    TEXT("{\"a\":1,}"), TEXT("{,\"a\":1}"), TEXT("{\"a\" 1}"),
	    TEXT("{\"a\":1 \"b\":2}"), TEXT("{a:1}"), TEXT("{1:1}"),
	    TEXT("{null:1}"), TEXT("{\"a\"::1}"), TEXT("[1,,2]"), TEXT(":"),
	    TEXT(","), TEXT("{\"a\":1"), TEXT("[\"a\"")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
}

static void
t9_numbers_outside_the_grammar_are_refused(void **state)
{
	static const struct text texts[] = {TEXT("01"), TEXT("-01"), TEXT("00"),
	    TEXT("010"), TEXT("1."), TEXT(".5"), TEXT("-"), TEXT("+1"),
	    TEXT("--1"), TEXT("1e"), TEXT("1e+"), TEXT("1.e3"), TEXT("0x10"),
	    TEXT("1_000"), TEXT("1,5"), TEXT("1.5.5"), TEXT("1e5.5"),
	    TEXT("- 1"),
	    /* 64 digits: longer than any library's buffer for one */
	    TEXT("1000000000000000000000000000000000000000000000000000000000"
		 "000000")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
}

static void
t9_strings_with_forbidden_content_are_refused(void **state)
{
	static const struct text texts[] = {TEXT("\""), TEXT("\"a"),
	    TEXT("\"\\\""), TEXT("\"\\"), TEXT("\"\\x41\""), TEXT("\"\\'\""),
	    TEXT("\"\\0\""), TEXT("\"\\\0\""), TEXT("\"\\U0041\""),
	    TEXT("\"a\nb\""), TEXT("\"a\tb\""), TEXT("\"a\0b\""),
	    TEXT("\"\x1f\""),
	    /* U+0000 cuts a C string: "root\u0000x" would read as "root" */
	    TEXT("\"root\\u0000x\""), TEXT("{\"sub\\u0000\":1}"),
	    TEXT("\"\\u\""), TEXT("\"\\u12\""), TEXT("\"\\u123g\""),
	    TEXT("\"\\u 123\""), TEXT("\"\\u+123\""), TEXT("\"\\u12")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
}

static void
t9_lone_surrogates_are_refused(void **state)
{
	static const struct text texts[] = {TEXT("\"\\ud800\""),
	    TEXT("\"\\udbff\""), TEXT("\"\\udc00\""), TEXT("\"\\udfff\""),
	    TEXT("\"\\ud800x\""), TEXT("\"\\ud800\\n\""),
	    TEXT("\"\\ud800\\u0041\""), TEXT("\"\\ud800\\ud800\""),
	    TEXT("\"\\udc00\\ud800\""), TEXT("\"\\ud800\\u\""),
	    TEXT("\"\\ud800\\")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
}

static void
t9_bad_utf8_is_refused(void **state)
{
	static const struct text texts[] = {TEXT("\"\x80\""), TEXT("\"\xff\""),
	    TEXT("\"\xc0\xaf\""), TEXT("\"\xc1\xbf\""), TEXT("\"\xc2\""),
	    TEXT("\"\xc2 \""), TEXT("\"\xe0\x9f\xbf\""),
	    TEXT("\"\xed\xa0\x80\""), TEXT("\"\xed\xbf\xbf\""),
	    TEXT("\"\xe2\x82\""), TEXT("\"\xe2\x28\xa1\""),
	    TEXT("\"\xf0\x8f\xbf\xbf\""), TEXT("\"\xf4\x90\x80\x80\""),
	    TEXT("\"\xf5\x80\x80\x80\""), TEXT("\"\xf0\x9f\x98\""),
	    TEXT("\"\xc2"), TEXT("\"\xf8\x88\x80\x80\x80\""),
	    TEXT("{\"\xc0\x80\":1}")};

	expect_all(texts, ARRAY_SIZE(texts), ERR_JSON_SYNTAX);
}

/* depth containers in each other; odd levels are objects when mixed. */
static size_t
nest(char *out, unsigned int depth, int mixed)
{
	size_t n = 0;

	for (unsigned int i = 0; i < depth; i++)
		for (const char *s = mixed && i % 2 ? "{\"a\":" : "["; *s; s++)
			out[n++] = *s;
	out[n++] = '1';
	for (unsigned int i = depth; i-- > 0;)
		out[n++] = mixed && i % 2 ? '}' : ']';
	return n;
}

static void
t9_depth_is_capped(void **state)
{
	static char text[400000];

	for (int mixed = 0; mixed < 2; mixed++) {
		size_t n = nest(text, JSONCHECK_DEPTH_MAX, mixed);
		assert_int_equal(jsoncheck_text(text, n), 0);
		n = nest(text, JSONCHECK_DEPTH_MAX + 1, mixed);
		assert_int_equal(jsoncheck_text(text, n), ERR_JSON_DEPTH);
		n = nest(text, 50000, mixed);
		assert_int_equal(jsoncheck_text(text, n), ERR_JSON_DEPTH);
	}
	memset(text, '[', sizeof(text));
	assert_int_equal(jsoncheck_text(text, sizeof(text)), ERR_JSON_DEPTH);
	/* Levels that were left do not count. */
	assert_int_equal(jsoncheck_text("[[],[],{},[[]]]", 15), 0);
}

static void
every_truncation_of_a_text_is_refused(void **state)
{
	static const char text[] = "{\"a\":[1.5e3,true,null,\"\\ud83d\\ude00"
				   "\xe2\x82\xac\"],\"b\":{}}";

	assert_int_equal(jsoncheck_text(text, sizeof(text) - 1), 0);
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		assert_int_equal(jsoncheck_text(text, n), ERR_JSON_SYNTAX);
}

static void
utf8_length_tells_each_form(void **state)
{
	assert_int_equal(jsoncheck_utf8_length("", 0), 0);
	assert_int_equal(jsoncheck_utf8_length("a", 1), 1);
	assert_int_equal(jsoncheck_utf8_length("\xc3\xa4", 2), 2);
	assert_int_equal(jsoncheck_utf8_length("\xc3\xa4", 1), 0);
	assert_int_equal(jsoncheck_utf8_length("\xe2\x82\xac", 3), 3);
	assert_int_equal(jsoncheck_utf8_length("\xf0\x9f\x98\x80", 4), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(valid_texts_pass),
	    cmocka_unit_test(t9_bytes_around_the_value_are_refused),
	    cmocka_unit_test(t9_broken_structures_are_refused),
	    cmocka_unit_test(t9_numbers_outside_the_grammar_are_refused),
	    cmocka_unit_test(t9_strings_with_forbidden_content_are_refused),
	    cmocka_unit_test(t9_lone_surrogates_are_refused),
	    cmocka_unit_test(t9_bad_utf8_is_refused),
	    cmocka_unit_test(t9_depth_is_capped),
	    cmocka_unit_test(every_truncation_of_a_text_is_refused),
	    cmocka_unit_test(utf8_length_tells_each_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
