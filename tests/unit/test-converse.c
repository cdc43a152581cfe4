/*
 * test-converse.c - a prompt is one ECHO_ON message, what is typed is wiped,
 * and the log gets nothing as it came.
 */
#include "pam_module/converse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "tests/unit/fakepam.h"

static char freed[16];

void __real_free(void *mem);
void __wrap_free(void *mem);

/* Keeps the beginning of the last answer-sized block as it was given back. */
void
__wrap_free(void *mem)
{
	if (mem != NULL)
		memcpy(freed, mem, sizeof("typed"));
	__real_free(mem);
}

static struct fakepam pam;

static int
setup(void **state)
{
	fakepam_init(&pam, "ada", "sshd");
	return 0;
}

static void
t46_a_prompt_is_one_echo_on_message(void **state)
{
	static const char text[] = "\n  Open:  https://x.example/d\n"
				   "  Code:  100%s%n\nPress Enter: ";

	memcpy(freed, "??????", 6);
	assert_int_equal(
	    converse_prompt(fakepam_handle(&pam), text), PAM_SUCCESS);
	assert_int_equal(pam.shown_count, 1);
	assert_int_equal(pam.shown[0].style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(pam.shown[0].text, text);
	assert_memory_equal(freed, "\0\0\0\0\0\0", 6);
}

static void
t45_a_failed_conversation_is_a_hard_error(void **state)
{
	static const int codes[] = {PAM_CONV_ERR, PAM_SYSTEM_ERR, PAM_ABORT,
	    PAM_IGNORE, PAM_CONV_AGAIN, PAM_USER_UNKNOWN};

	pam.prompts_before_failure = 0;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		pam.prompt_code = codes[i];
		assert_int_equal(
		    converse_prompt(fakepam_handle(&pam), "x"), PAM_CONV_ERR);
	}
	pam.prompt_code = PAM_BUF_ERR;
	assert_int_equal(
	    converse_prompt(fakepam_handle(&pam), "x"), PAM_BUF_ERR);
}

static void
t45_nobody_answering_is_a_failure(void **state)
{
	pam.answerless = true;
	assert_int_equal(
	    converse_prompt(fakepam_handle(&pam), "x"), PAM_CONV_ERR);
}

static void
a_question_is_asked_and_its_answer_is_wiped(void **state)
{
	static const char *const answers[] = {"s3cret", "424242"};
	char out[16];

	pam.answers = answers;
	pam.answer_count = 2;
	memcpy(freed, "??????", 6);
	assert_int_equal(converse_ask(fakepam_handle(&pam), "Password: ", false,
			     out, sizeof(out)),
	    PAM_SUCCESS);
	assert_string_equal(out, "s3cret");
	assert_int_equal(pam.shown[0].style, PAM_PROMPT_ECHO_OFF);
	assert_string_equal(pam.shown[0].text, "Password: ");
	assert_memory_equal(freed, "\0\0\0\0\0\0", 6);
	assert_int_equal(converse_ask(fakepam_handle(&pam), "Code: ", true, out,
			     sizeof(out)),
	    PAM_SUCCESS);
	assert_string_equal(out, "424242");
	assert_int_equal(pam.shown[1].style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(pam.log, "");
}

/* Never cut: the beginning of a password is no password. */
static void
an_answer_that_does_not_fit_is_none(void **state)
{
	static const char *const answers[] = {"12345678", "1234567"};
	char out[8];

	pam.answers = answers;
	pam.answer_count = 2;
	memset(out, 'x', sizeof(out));
	assert_int_equal(
	    converse_ask(fakepam_handle(&pam), "x", false, out, sizeof(out)),
	    PAM_SUCCESS);
	assert_string_equal(out, "");
	assert_int_equal(
	    converse_ask(fakepam_handle(&pam), "x", false, out, sizeof(out)),
	    PAM_SUCCESS);
	assert_string_equal(out, "1234567");
}

static void
t45_a_question_without_an_answer_is_a_hard_error(void **state)
{
	static const int codes[][2] = {{PAM_CONV_ERR, PAM_CONV_ERR},
	    {PAM_BUF_ERR, PAM_BUF_ERR}, {PAM_CONV_AGAIN, PAM_CONV_ERR},
	    {PAM_IGNORE, PAM_CONV_ERR}};
	char out[8] = "x";

	pam.prompts_before_failure = 0;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		pam.prompt_code = codes[i][0];
		assert_int_equal(converse_ask(fakepam_handle(&pam), "x", true,
				     out, sizeof(out)),
		    codes[i][1]);
		assert_string_equal(out, "");
	}
	/* The end of the input. */
	fakepam_init(&pam, "ada", "sshd");
	pam.answerless = true;
	assert_int_equal(
	    converse_ask(fakepam_handle(&pam), "x", true, out, sizeof(out)),
	    PAM_CONV_ERR);
}

static void
a_refusal_is_an_error_message(void **state)
{
	converse_refuse(fakepam_handle(&pam), "No %s.");
	assert_int_equal(pam.shown_count, 1);
	assert_int_equal(pam.shown[0].style, PAM_ERROR_MSG);
	assert_string_equal(pam.shown[0].text, "No %s.");
}

static void
t35_the_log_is_escaped(void **state)
{
	pam.service = "sshd\n%n";
	pam.rhost = "\x1b]0;x\a";
	converse_log(fakepam_handle(&pam), LOG_NOTICE, "sign-in refused",
	    "a\nb", "wrong-person");
	assert_int_equal(pam.log_priority, LOG_NOTICE);
	assert_string_equal(pam.log,
	    "sign-in refused: user=a\\x0ab service=sshd\\x0a%n "
	    "rhost=\\x1b]0;x\\x07 reason=wrong-person\n");
}

static void
the_log_does_without_items(void **state)
{
	pam.service = NULL;
	converse_log(fakepam_handle(&pam), LOG_ERR, "x", "ada", "io");
	assert_string_equal(pam.log, "x: user=ada service= rhost= reason=io\n");
}

static void
an_argument_is_named_in_the_log(void **state)
{
	converse_log_argument(fakepam_handle(&pam), "require_rol=\n");
	assert_int_equal(pam.log_priority, LOG_ERR);
	assert_non_null(strstr(pam.log, "argument=require_rol=\\x0a is not"));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(t46_a_prompt_is_one_echo_on_message),
	    TEST(t45_a_failed_conversation_is_a_hard_error),
	    TEST(t45_nobody_answering_is_a_failure),
	    TEST(a_question_is_asked_and_its_answer_is_wiped),
	    TEST(an_answer_that_does_not_fit_is_none),
	    TEST(t45_a_question_without_an_answer_is_a_hard_error),
	    TEST(a_refusal_is_an_error_message),
	    TEST(t35_the_log_is_escaped),
	    TEST(the_log_does_without_items),
	    TEST(an_argument_is_named_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
