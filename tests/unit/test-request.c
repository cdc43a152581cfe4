/*
 * test-request.c - what all phases share: who it is, the arguments, and how a
 * refusal is told.
 */
#include "pam_module/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

static void
a_call_knows_user_and_service(void **state)
{
	struct pamhost *host = *state;
	struct request_call call = pamhost_call(host, NULL);
	struct request request;

	assert_int_equal(request_init_quiet(&request, &call), PAM_SUCCESS);
	assert_string_equal(request.user, "ada");
	assert_string_equal(request.service, "sshd");
	assert_int_equal(request.who, WHO_MEMBER);
	host->pam.service = NULL;
	assert_int_equal(request_init_quiet(&request, &call), PAM_SUCCESS);
	assert_string_equal(request.service, "");
}

static void
t38_no_user_is_a_hard_error(void **state)
{
	struct pamhost *host = *state;
	struct request_call call = pamhost_call(host, NULL);
	struct request request;

	host->pam.user = NULL;
	assert_int_equal(request_init_quiet(&request, &call), PAM_SERVICE_ERR);
}

static void
a_bad_argument_is_a_hard_error(void **state)
{
	struct pamhost *host = *state;
	const char *argument = "require_rol=X";
	struct request_call call = pamhost_call(host, &argument);
	struct request request;

	assert_int_equal(request_init_quiet(&request, &call), PAM_SUCCESS);
	assert_int_equal(request_options(&request), PAM_SERVICE_ERR);
	assert_non_null(strstr(host->pam.log, "require_rol=X"));
	argument = "require_role=X";
	assert_int_equal(request_options(&request), PAM_SUCCESS);
	assert_string_equal(request.options.roles, "X");
}

/* Refuses and expects this text and log priority. */
static void
expect_refusal(struct pamhost *host, int reason,
    const struct client_reply *reply, const char *text)
{
	struct request_call call = pamhost_call(host, NULL);
	struct request request;

	assert_int_equal(request_init_quiet(&request, &call), PAM_SUCCESS);
	host->pam.shown_count = 0;
	assert_int_equal(request_refuse(&request, OUTCOME_AUTH, reason, reply),
	    outcome_code(reason, OUTCOME_AUTH, "sshd"));
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(host->pam.shown[0].style, PAM_ERROR_MSG);
	assert_string_equal(host->pam.shown[0].text, text);
	assert_non_null(strstr(host->pam.log, err_name(reason)));
}

static void
a_refusal_names_the_reason_to_the_log_and_says_why(void **state)
{
	struct pamhost *host = *state;
	struct client_reply reply = {.type = PROTO_VERDICT};

	memcpy(reply.u.verdict.reason, "wrong-person", 13);
	expect_refusal(
	    host, ERR_WRONG_PERSON, &reply, err_text(ERR_WRONG_PERSON));
	memcpy(reply.u.verdict.text, "You are Bob.", 13);
	expect_refusal(host, ERR_WRONG_PERSON, &reply, "You are Bob.");
	assert_int_equal(host->pam.log_priority, LOG_NOTICE);
	expect_refusal(
	    host, ERR_WRONG_PERSON, NULL, err_text(ERR_WRONG_PERSON));
	/* The text of another reply is not that of this reason. */
	expect_refusal(
	    host, ERR_DAEMON_TIMEOUT, &reply, err_text(ERR_DAEMON_TIMEOUT));
	assert_int_equal(host->pam.log_priority, LOG_ERR);
	reply.type = PROTO_PROMPT;
	expect_refusal(
	    host, ERR_WRONG_PERSON, &reply, err_text(ERR_WRONG_PERSON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(a_call_knows_user_and_service),
	    PAMHOST_TEST(t38_no_user_is_a_hard_error),
	    PAMHOST_TEST(a_bad_argument_is_a_hard_error),
	    PAMHOST_TEST(a_refusal_names_the_reason_to_the_log_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
