/*
 * test-pinchange.c - passwd(1): a member's PIN, and nothing of anybody else.
 */
#include "pam_module/pinchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

#define ADA 1879048201

static const struct proto_factors_reply recent = {
    .user = "ada", .totp = "ok", .pin = "ok", .recent = 1};
static const struct proto_factors_reply set_once = {
    .user = "ada", .totp = "ok", .pin = "ok", .proven = 1};
static const struct proto_factors_reply never = {
    .user = "ada", .totp = "ok", .pin = "pin-not-set", .proven = 1};
static const struct proto_done ok = {.reason = "ok"};
static const struct proto_verdict_reply weak = {
    .reason = "pin-weak", .text = "Too easy."};
static const struct proto_verdict_reply allowed = {
    .verdict = PROTO_ALLOW, .reason = "ok"};

static uid_t caller = ADA;

uid_t __wrap_getuid(void);
uid_t
__wrap_getuid(void)
{
	return caller;
}

static int
pass(struct pamhost *host, const char *user, int flags)
{
	struct request_call call = pamhost_call(host, NULL);

	host->pam.user = user;
	host->pam.service = "passwd";
	call.flags = flags;
	return pinchange(&call);
}

static int
answer(struct pamhost *host, const struct fakedaemon_step *steps, size_t count,
    const char *const *answers, size_t answer_count)
{
	host->pam.answers = answers;
	host->pam.answer_count = answer_count;
	fakedaemon_start(&host->daemon, steps, count);
	return pass(host, "ada", PAM_UPDATE_AUTHTOK);
}

/* The PIN_SET that the daemon got, behind whatever came before. */
static void
saw_set(struct pamhost *host, struct proto_pin_set *set)
{
	enum proto_type type = PROTO_DONE;
	enum fakedaemon_event event = FAKEDAEMON_CONNECTED;
	static union {
		struct proto_factors factors;
		struct proto_pin_set set;
	} message;
	size_t size = sizeof(message.factors);

	while (type != PROTO_PIN_SET) {
		event = fakedaemon_saw(&host->daemon, &type, &message, size);
		assert_int_not_equal(event, FAKEDAEMON_END);
		if (event == FAKEDAEMON_REQUEST)
			size = sizeof(message.set);
	}
	*set = message.set;
}

static void
a_recent_sign_in_is_enough(void **state)
{
	struct pamhost *host = *state;
	static const char *const typed[] = {"tulip7", "tulip7"};
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &recent),
	    FAKEDAEMON_NEXT_CLIENT, FAKEDAEMON_STEP(PROTO_DONE, &ok)};
	struct proto_pin_set set;

	assert_int_equal(
	    answer(host, steps, ARRAY_SIZE(steps), typed, 2), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(host->pam.shown[i].style, PAM_PROMPT_ECHO_OFF);
	assert_null(strstr(host->pam.log, "tulip7"));
	saw_set(host, &set);
	assert_string_equal(set.user, "ada");
	assert_string_equal(set.context.service, "passwd");
	assert_int_equal(set.context.caller_uid, ADA);
	assert_string_equal(set.old, "");
	assert_string_equal(set.pin, "tulip7");
}

static void
else_the_one_until_now_is_asked_for(void **state)
{
	struct pamhost *host = *state;
	static const char *const typed[] = {"crocus", "tulip7", "tulip7"};
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &set_once),
	    FAKEDAEMON_NEXT_CLIENT, FAKEDAEMON_STEP(PROTO_DONE, &ok)};
	struct proto_pin_set set;

	assert_int_equal(
	    answer(host, steps, ARRAY_SIZE(steps), typed, 3), PAM_SUCCESS);
	assert_string_equal(host->pam.shown[0].text, "Current login PIN: ");
	saw_set(host, &set);
	assert_string_equal(set.old, "crocus");
	assert_string_equal(set.pin, "tulip7");
}

static void
without_either_a_sign_in_comes_first(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &never)};

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(pass(host, "ada", PAM_PRELIM_CHECK), PAM_AUTHTOK_ERR);
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(host->pam.shown[0].style, PAM_ERROR_MSG);
	assert_non_null(strstr(host->pam.shown[0].text, "orgloginctl login"));
}

static void
the_first_pass_only_looks(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &recent)};

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(pass(host, "ada", PAM_PRELIM_CHECK), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 0);
}

static void
what_the_daemon_refuses_is_not_set(void **state)
{
	struct pamhost *host = *state;
	static const char *const typed[] = {"123456", "123456"};
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &recent),
	    FAKEDAEMON_NEXT_CLIENT, FAKEDAEMON_STEP(PROTO_VERDICT, &weak)};

	assert_int_equal(
	    answer(host, steps, ARRAY_SIZE(steps), typed, 2), PAM_AUTHTOK_ERR);
	assert_string_equal(host->pam.shown[2].text, "Too easy.");
	assert_non_null(strstr(host->pam.log, "reason=pin-weak"));
}

/* Nothing but the one reply that says so is success. */
static void
t40_a_verdict_sets_nothing(void **state)
{
	struct pamhost *host = *state;
	static const char *const typed[] = {"tulip7", "tulip7"};
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &recent),
	    FAKEDAEMON_NEXT_CLIENT, FAKEDAEMON_STEP(PROTO_VERDICT, &allowed)};

	assert_int_equal(
	    answer(host, steps, ARRAY_SIZE(steps), typed, 2), PAM_AUTHTOK_ERR);
}

static void
two_different_ones_are_not_sent(void **state)
{
	struct pamhost *host = *state;
	static const char *const typed[] = {"tulip7", "tulip8"};
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &recent)};

	assert_int_equal(
	    answer(host, steps, ARRAY_SIZE(steps), typed, 2), PAM_AUTHTOK_ERR);
	assert_non_null(strstr(host->pam.shown[2].text, "not the same"));
}

static void
root_chooses_nobodys(void **state)
{
	struct pamhost *host = *state;

	caller = 0;
	assert_int_equal(pass(host, "ada", PAM_PRELIM_CHECK), PAM_AUTHTOK_ERR);
	caller = ADA;
	assert_non_null(strstr(host->pam.shown[0].text, "pin remove"));
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
t112_local_users_are_left_alone(void **state)
{
	struct pamhost *host = *state;
	static const int passes[] = {PAM_PRELIM_CHECK, PAM_UPDATE_AUTHTOK};

	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		assert_int_equal(pass(host, "root", passes[i]), PAM_IGNORE);
		assert_int_equal(pass(host, "eve", passes[i]), PAM_IGNORE);
	}
	assert_int_equal(pass(host, NULL, PAM_PRELIM_CHECK), PAM_SERVICE_ERR);
	assert_int_equal(unlink(host->snapshot), 0);
	for (size_t i = 0; i < ARRAY_SIZE(passes); i++)
		assert_int_equal(pass(host, "root", passes[i]), PAM_IGNORE);
	assert_int_equal(host->pam.shown_count, 0);
	assert_int_equal(pass(host, "eve", PAM_PRELIM_CHECK), PAM_AUTHTOK_ERR);
	assert_false(fakedaemon_was_called(&host->daemon));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(a_recent_sign_in_is_enough),
	    PAMHOST_TEST(else_the_one_until_now_is_asked_for),
	    PAMHOST_TEST(without_either_a_sign_in_comes_first),
	    PAMHOST_TEST(the_first_pass_only_looks),
	    PAMHOST_TEST(what_the_daemon_refuses_is_not_set),
	    PAMHOST_TEST(t40_a_verdict_sets_nothing),
	    PAMHOST_TEST(two_different_ones_are_not_sent),
	    PAMHOST_TEST(root_chooses_nobodys),
	    PAMHOST_TEST(t112_local_users_are_left_alone),
	};

	return cmocka_run_group_tests_name("pinchange", tests, NULL, NULL);
}
