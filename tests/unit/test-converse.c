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
	    TEST(a_refusal_is_an_error_message),
	    TEST(t35_the_log_is_escaped),
	    TEST(the_log_does_without_items),
	    TEST(an_argument_is_named_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
