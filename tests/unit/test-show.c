/*
 * test-show.c - ages people can read, and nothing that drives a terminal.
 */
#include "cli/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
ages_have_one_fitting_unit(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {{-1, "never"}, {0, "0 s"}, {12, "12 s"}, {119, "119 s"},
	    {120, "2 min"}, {7199, "119 min"}, {7200, "2 h"}, {172799, "47 h"},
	    {172800, "2 d"}, {31536000, "365 d"}};
	char out[SHOW_AGE_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(
		    show_age(cases[i].seconds, out), cases[i].text);
}

static void
t25_texts_are_escaped_and_lists_joined(void **state)
{
	char text[1024] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	struct cli cli = {.out = file};

	assert_non_null(file);
	show_line(&cli, "mail", "a\x1b[2J@b");
	show_list(&cli, "roles", "A\nB");
	show_list(&cli, "groups", "");
	show_verdict(&cli, true, "Fine.");
	cli.terminal = true;
	show_verdict(&cli, false, "Bad\a.");
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text,
	    "  mail           a\\x1b[2J@b\n"
	    "  roles          A, B\n"
	    "  groups         none\n"
	    "Fine.\n"
	    "\033[31mBad\\x07.\033[0m\n");
}

static void
a_reason_comes_with_its_sentence(void **state)
{
	char out[256];

	assert_string_equal(show_reason("local-user", "", out, sizeof(out)),
	    "This is a local account of this host. (local-user)");
	assert_string_equal(show_reason("io", "Own words.", out, sizeof(out)),
	    "Own words. (io)");
	assert_string_equal(
	    show_reason("stranger", "", out, sizeof(out)), " (stranger)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ages_have_one_fitting_unit),
	    cmocka_unit_test(t25_texts_are_escaped_and_lists_joined),
	    cmocka_unit_test(a_reason_comes_with_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
