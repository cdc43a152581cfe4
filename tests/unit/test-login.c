/*
 * test-login.c - a sign-in at a terminal: what is shown, what is echoed, and
 * what the daemon gets.
 */
#include "cli/login.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/person.h"

#define HANDLE_1 "11111111111111111111111111111111"
#define HANDLE_2 "22222222222222222222222222222222"
#define DEADLINE_MS 10000

static const struct proto_explain_reply whoami = {
    .member = {.user = "ada"}, .reason = "ok", .login = "ok"};
static const struct proto_prompt approval = {.handle = HANDLE_1,
    .text = "\nOpen it. Press Enter: ",
    .lifetime_s = 100,
    .kind = PROTO_ASK_APPROVAL};
static const struct proto_prompt secret = {.handle = HANDLE_2,
    .text = "Password: ",
    .lifetime_s = 100,
    .kind = PROTO_ASK_SECRET};
static const struct proto_verdict_reply allowed = {
    .verdict = PROTO_ALLOW, .reason = "ok"};
static const struct proto_verdict_reply denied = {
    .reason = "wrong-person", .text = "Another person."};

#define STEP(act, type, message)            \
	{                                   \
		act, type, message, NULL, 0 \
	}

static void
a_member_signs_in_with_questions(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    STEP(FAKEDAEMON_REPLY, PROTO_EXPLAIN_REPLY, &whoami),
	    STEP(FAKEDAEMON_NEXT, PROTO_DONE, NULL),
	    STEP(FAKEDAEMON_REPLY, PROTO_PENDING, NULL),
	    STEP(FAKEDAEMON_REPLY, PROTO_PROMPT, &secret),
	    STEP(FAKEDAEMON_REPLY, PROTO_PROMPT, &approval),
	    STEP(FAKEDAEMON_REPLY, PROTO_PENDING, NULL),
	    STEP(FAKEDAEMON_REPLY, PROTO_VERDICT, &allowed),
	};
	struct proto_signin signin;
	struct proto_answer answer;
	struct proto_wait wait;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "login");
	person_sees(&p, "Password: ");
	person_wait_for_echo(&p, false);
	person_types(&p, "correct horse\n");
	person_sees(&p, "Press Enter: ");
	person_wait_for_echo(&p, true);
	person_sees(&p, "[0|You are signed in.");
	assert_int_equal(person_ends(&p), 0);
	assert_null(strstr(p.seen, "horse"));
	person_asked(host, PROTO_WHOAMI, NULL);
	person_asked(host, PROTO_SIGNIN, &signin);
	assert_string_equal(signin.user, "ada");
	assert_string_equal(signin.context.service, "orgloginctl");
	assert_int_equal(signin.max_age_s, 0);
	person_asked(host, PROTO_WAIT, NULL);
	person_asked(host, PROTO_ANSWER, &answer);
	assert_string_equal(answer.handle, HANDLE_2);
	assert_string_equal(answer.text, "correct horse");
	person_asked(host, PROTO_WAIT, &wait);
	assert_string_equal(wait.handle, HANDLE_1);
}

/* Who asks is told; the second connection gets this. */
static void
script(struct clihost *host, enum proto_type type, const void *message)
{
	const struct fakedaemon_step steps[] = {
	    STEP(FAKEDAEMON_REPLY, PROTO_EXPLAIN_REPLY, &whoami),
	    STEP(FAKEDAEMON_NEXT, PROTO_DONE, NULL),
	    STEP(FAKEDAEMON_REPLY, type, message),
	};

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
}

static void
a_refusal_is_told_and_fails(void **state)
{
	struct clihost *host = *state;
	struct person p;

	script(host, PROTO_VERDICT, &denied);
	person_start(&p, host, "login");
	person_sees(&p, "[1||orgloginctl: Another person. (wrong-person)");
	assert_int_equal(person_ends(&p), 0);
}

/* DONE, or an allowing verdict with a reason against it, is no yes. */
static void
nothing_but_an_exact_yes_is_success(void **state)
{
	struct clihost *host = *state;
	const struct proto_done done = {.reason = "ok"};
	struct person p;

	script(host, PROTO_DONE, &done);
	person_start(&p, host, "login");
	person_sees(&p, "[1||orgloginctl: ");
	person_sees(&p, "(daemon-malformed)");
	assert_int_equal(person_ends(&p), 0);
}

static void
an_interrupted_password_gives_the_echo_back(void **state)
{
	struct clihost *host = *state;
	struct person p;
	int status = 0;

	script(host, PROTO_PROMPT, &secret);
	person_start(&p, host, "login");
	person_sees(&p, "Password: ");
	person_wait_for_echo(&p, false);
	person_types(&p, "half of it\x03");
	person_wait_for_echo(&p, true);
	status = person_ends(&p);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_null(strstr(p.seen, "half"));
}

static void
who_is_no_member_is_not_asked(void **state)
{
	struct clihost *host = *state;
	const struct proto_explain_reply stranger = {
	    .reason = "not-a-member", .login = "not-a-member"};

	assert_int_equal(
	    clihost_ask(host, "login", PROTO_EXPLAIN_REPLY, &stranger), CLI_NO);
	assert_non_null(strstr(host->err, "(not-a-member)"));
}

static void
ones_own_sign_in_is_forgotten_by_ones_name(void **state)
{
	struct clihost *host = *state;
	const struct proto_done done = {.reason = "ok"};
	struct proto_logout logout;

	script(host, PROTO_DONE, &done);
	assert_int_equal(clihost_run(host, "logout"), CLI_OK);
	person_asked(host, PROTO_WHOAMI, NULL);
	person_asked(host, PROTO_LOGOUT, &logout);
	assert_string_equal(logout.user, "ada");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLIHOST_TEST(a_member_signs_in_with_questions),
	    CLIHOST_TEST(a_refusal_is_told_and_fails),
	    CLIHOST_TEST(nothing_but_an_exact_yes_is_success),
	    CLIHOST_TEST(an_interrupted_password_gives_the_echo_back),
	    CLIHOST_TEST(who_is_no_member_is_not_asked),
	    CLIHOST_TEST(ones_own_sign_in_is_forgotten_by_ones_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
