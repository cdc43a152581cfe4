/*
 * test-text.c - nothing that drives a terminal gets past the checks, and the
 * escaped form is plain ASCII whatever comes in.
 */
#include "common/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
t25_only_harmless_characters_pass(void **state)
{
	static const char *const fine[] = {"", "plain", "Zo\xc3\xab",
	    "\xe2\x96\x88\xe2\x96\x80", "\xf0\x9f\x99\x82", "\xc2\xa0", "~",
	    "\xf4\x8f\xbf\xbf", "\xe2\x80\xa7\xe2\x80\xaf"};
	static const char *const bad[] = {"\x1b[31m", "\a", "\r", "\t", "\x7f",
	    "\xc2\x80", "\xc2\x9b", "\xc2\x9f", "\xe2\x80\xa8", "\xe2\x80\xae",
	    "\xe2\x81\xa6", "\xd8\x9c", "\xe2\x80\x8f", "\xef\xbb\xbf",
	    "\xe2\x81\xa9", "\xff", "\x80", "\xc3", "a\xe2\x96", "\xc0\x8a",
	    "\xe0\x80\x8a", "\xf0\x80\x80\x8a", "\xed\xa0\x80",
	    "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3(", "\xc1\xbf"};

	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		assert_true(text_line_valid(fine[i]));
		assert_true(text_lines_valid(fine[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(text_line_valid(bad[i]));
		assert_false(text_lines_valid(bad[i]));
	}
}

static void
a_newline_parts_lines_and_nothing_else_does(void **state)
{
	assert_false(text_line_valid("one\ntwo"));
	assert_true(text_lines_valid("\none\ntwo\n"));
	assert_false(text_lines_valid("one\r\ntwo"));
}

static void
every_byte_is_escaped_to_printable_ascii(void **state)
{
	char all[256];
	char out[4 * sizeof(all)];

	for (size_t i = 0; i < sizeof(all) - 1; i++)
		all[i] = (char)(i + 1);
	all[sizeof(all) - 1] = '\0';
	text_escape(all, out, sizeof(out));
	for (const char *at = out; *at != '\0'; at++)
		assert_true(*at >= 0x20 && *at < 0x7f);
	assert_non_null(strstr(out, "\\x0a\\x0b"));
	assert_non_null(strstr(out, "YZ[\\x5c]"));
	assert_non_null(strstr(out, "~\\x7f\\x80"));
}

static void
a_cut_never_splits_an_escape(void **state)
{
	char out[8];

	assert_string_equal(text_escape("ab\ncd", out, 8), "ab\\x0ac");
	assert_string_equal(text_escape("ab\ncd", out, 7), "ab\\x0a");
	assert_string_equal(text_escape("ab\ncd", out, 6), "ab");
	assert_string_equal(text_escape("abcd", out, 1), "");
}

static void
display_keeps_good_text_and_escapes_the_rest(void **state)
{
	char out[16];

	assert_string_equal(text_display("Zo\xc3\xab", out, 16), "Zo\xc3\xab");
	assert_string_equal(text_display("\x1b[m", out, 16), "\\x1b[m");
	assert_string_equal(text_display("Zo\xc3\xab", out, 4), "Zo");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t25_only_harmless_characters_pass),
	    cmocka_unit_test(a_newline_parts_lines_and_nothing_else_does),
	    cmocka_unit_test(every_byte_is_escaped_to_printable_ascii),
	    cmocka_unit_test(a_cut_never_splits_an_escape),
	    cmocka_unit_test(display_keeps_good_text_and_escapes_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
