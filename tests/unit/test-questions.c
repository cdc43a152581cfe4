/*
 * test-questions.c - the words of a sign-in act on no terminal and say what a
 * person needs; an answer is one of those expected or none.
 */
#include "rules/questions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct questions_scene scene = {
    .organization = "Acme",
    .user = "ada",
    .host = "web1",
    .rhost = "192.0.2.7",
};
static const struct questions_scene hostile = {
    .organization = "A\x1b]0;x\a\nme",
    .user = "ada",
    .host = "web1",
    .rhost = "\n  Open:  https://evil/\xe2\x80\xae\x9b",
};
static const char *const names[] = {"google", "corp", "password"};
static const char *const titles[] = {
    "Google", "Acme's sign-in", "mail and password"};

static void
expect_plain(const char *text)
{
	assert_non_null(text);
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
}

static void
expect_end(const char *text, const char *end)
{
	assert_true(strlen(text) > strlen(end));
	assert_string_equal(text + strlen(text) - strlen(end), end);
}

/* The whole of it: scripts and people rely on these lines. */
static void
t18_t46_the_device_prompt_says_all_that_a_person_needs(void **state)
{
	struct buf text BUF_AUTO = {.limit = 4095};

	questions_put_device(
	    &text, &scene, "https://id.example/device", "GQVQ-JKEC", 109);
	assert_string_equal(buf_text(&text),
	    "\nAcme: sign in as ada on web1, from 192.0.2.7\n\n"
	    "  Open:  https://id.example/device\n"
	    "  Code:  GQVQ-JKEC\n\n"
	    "The code is good for 109 seconds. Go on only if you started this "
	    "sign-in\nyourself: approving a code that somebody sent you lets "
	    "them in as you.\n"
	    "Press Enter when you have signed in: ");
}

static void
t18_the_page_prompt_says_as_much(void **state)
{
	struct buf text BUF_AUTO = {.limit = 4095};

	questions_put_paste(&text, &scene, "https://id.example/auth?a=b", 90);
	assert_string_equal(buf_text(&text),
	    "\nAcme: sign in as ada on web1, from 192.0.2.7\n\n"
	    "  Open:  https://id.example/auth?a=b\n\n"
	    "The code is good for 90 seconds. Go on only if you started this "
	    "sign-in\nyourself: giving its code to somebody lets them in as "
	    "you.\n"
	    "Paste the code that the page shows: ");
}

static void
a_further_piece_is_asked_for_by_its_number(void **state)
{
	struct buf text BUF_AUTO = {.limit = 4095};

	questions_put_piece(&text, 2, 3, false);
	assert_string_equal(buf_text(&text), "Paste piece 2 of 3: ");
	buf_reset(&text);
	questions_put_piece(&text, 3, 6, true);
	assert_string_equal(buf_text(&text),
	    "\nThat was not piece 3 of 6.\nPaste piece 3 of 6: ");
}

static void
a_choice_is_a_numbered_list(void **state)
{
	struct buf text BUF_AUTO = {.limit = 4095};

	questions_put_choice(&text, &scene, titles, 3, false);
	assert_string_equal(buf_text(&text),
	    "\nAcme: sign in as ada on web1, from 192.0.2.7\n\n"
	    "  1  Google\n  2  Acme's sign-in\n  3  mail and password\n"
	    "Sign in with (number or name): ");
	buf_reset(&text);
	questions_put_choice(&text, &scene, titles, 2, true);
	assert_string_equal(buf_text(&text),
	    "\nThat was none of them.\n"
	    "  1  Google\n  2  Acme's sign-in\n"
	    "Sign in with (number or name): ");
}

static void
an_invitation_is_refused_unless_accepted(void **state)
{
	struct buf text BUF_AUTO = {.limit = 4095};

	questions_put_invitation(&text, &scene);
	assert_non_null(strstr(buf_text(&text), "\nAcme has invited you"));
	expect_end(buf_text(&text), "Accept the invitation? [y/N] ");
	buf_reset(&text);
	questions_put_again(&text, "That was wrong.", QUESTIONS_CODE);
	assert_string_equal(
	    buf_text(&text), "\nThat was wrong.\nAuthenticator code: ");
}

/* T25: whoever connects chooses rhost, whoever administers the rest. */
static void
t25_texts_from_outside_act_on_no_terminal(void **state)
{
	static const char *const odd[] = {"\x1b[2J", "a\nb\xc2\x9b"};

	for (int i = 0; i < 4; i++) {
		struct buf text BUF_AUTO = {.limit = 4095};
		const char *open = NULL;

		if (i == 0)
			questions_put_device(
			    &text, &hostile, "https://ok/", "AAAA", 9);
		else if (i == 1)
			questions_put_paste(&text, &hostile, "https://ok/", 9);
		else if (i == 2)
			questions_put_choice(&text, &hostile, odd, 2, false);
		else
			questions_put_invitation(&text, &hostile);
		expect_plain(buf_text(&text));
		open = strstr(buf_text(&text), "\n  Open:  ");
		assert_int_equal(open != NULL, i < 2);
		if (open != NULL) {
			assert_int_equal(
			    strncmp(open, "\n  Open:  https://ok/\n", 22), 0);
			assert_null(strstr(open + 1, "\n  Open:  "));
		}
	}
}

static void
a_choice_is_made_by_number_or_name(void **state)
{
	static const struct {
		const char *answer;
		int index; /* -1: none */
	} cases[] = {{"1", 0}, {"3", 2}, {" 2\t", 1}, {"google", 0},
	    {"GOOGLE", 0}, {"corp", 1}, {"acme's SIGN-in", 1},
	    {"mail and password", 2}, {"password", 2}, {"", -1}, {" ", -1},
	    {"0", -1}, {"4", -1}, {"11", -1}, {"1x", -1}, {"goog", -1},
	    {"googlee", -1}, {"-1", -1}, {"1 2", -1}, {"%s%n", -1},
	    {"\xd9\xa1", -1}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t index = 77;

		assert_int_equal(
		    questions_choice(cases[i].answer, names, titles, 3, &index),
		    cases[i].index >= 0);
		assert_int_equal(
		    index, cases[i].index >= 0 ? cases[i].index : 77);
	}
}

static void
a_code_is_letters_and_digits(void **state)
{
	static const struct {
		const char *answer;
		const char *code; /* "": none */
	} cases[] = {{"424242", "424242"}, {" 424 242 ", "424242"},
	    {"4242-4242", "42424242"}, {"abcd-EFGH", "abcdEFGH"},
	    {"12345678901234567890123456789012",
		"12345678901234567890123456789012"},
	    {"", ""}, {"   ", ""}, {"123", ""}, {"---", ""}, {"42424a\"", ""},
	    {"424242\\", ""}, {"{\"a\":1}", ""}, {"42&x=1", ""},
	    {"123456789012345678901234567890123", ""},
	    {"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4", ""}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char code[QUESTIONS_CODE_SIZE] = "old";

		assert_int_equal(questions_code(cases[i].answer, code),
		    cases[i].code[0] != '\0');
		assert_string_equal(code, cases[i].code);
	}
}

static void
only_yes_is_yes(void **state)
{
	static const char *const no[] = {
	    "", " ", "n", "no", "yy", "yess", "ye", "y n", "1", "true", "j"};

	assert_true(questions_yes("y"));
	assert_true(questions_yes(" Y "));
	assert_true(questions_yes("YES"));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(questions_yes(no[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		t18_t46_the_device_prompt_says_all_that_a_person_needs),
	    cmocka_unit_test(t18_the_page_prompt_says_as_much),
	    cmocka_unit_test(a_further_piece_is_asked_for_by_its_number),
	    cmocka_unit_test(a_choice_is_a_numbered_list),
	    cmocka_unit_test(an_invitation_is_refused_unless_accepted),
	    cmocka_unit_test(t25_texts_from_outside_act_on_no_terminal),
	    cmocka_unit_test(a_choice_is_made_by_number_or_name),
	    cmocka_unit_test(a_code_is_letters_and_digits),
	    cmocka_unit_test(only_yes_is_yes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
