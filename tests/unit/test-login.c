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
#include "tests/unit/clihost.h"

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

/* A terminal, and a person's process on it. */
struct person {
	int master;
	int slave; /* stays open, so that what was written is not lost */
	pid_t pid;
	char seen[4096]; /* so far, on the terminal */
};

/* The exit status plus what it printed reach the terminal as text. */
static _Noreturn void
be_person(struct clihost *host, const char *line)
{
	int status;

	status = clihost_run(host, line);
	(void)dprintf(STDIN_FILENO, "[%d|%s|%s]", status, host->out, host->err);
	_exit(0);
}

static void
start(struct person *p, struct clihost *host, const char *line)
{
	char name[128];

	memset(p, 0, sizeof(*p));
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->master >= 0);
	assert_int_equal(grantpt(p->master), 0);
	assert_int_equal(unlockpt(p->master), 0);
	assert_int_equal(ptsname_r(p->master, name, sizeof(name)), 0);
	p->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->slave >= 0);
	p->pid = fork();
	assert_int_not_equal(p->pid, -1);
	if (p->pid == 0) {
		(void)setsid();
		(void)ioctl(p->slave, TIOCSCTTY, 0);
		(void)dup2(p->slave, STDIN_FILENO);
		be_person(host, line);
	}
}

/* Reads on until the text is there. */
static void
sees(struct person *p, const char *text)
{
	struct pollfd fd = {p->master, POLLIN, 0};
	size_t len = strlen(p->seen);

	while (strstr(p->seen, text) == NULL) {
		ssize_t n = 0;

		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		n = read(p->master, p->seen + len, sizeof(p->seen) - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
	}
}

static bool
echoes(const struct person *p)
{
	struct termios now;

	assert_int_equal(tcgetattr(p->slave, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

static void
wait_for_echo(const struct person *p, bool wanted)
{
	for (int i = 0; echoes(p) != wanted && i < DEADLINE_MS; i++)
		(void)usleep(1000);
	assert_int_equal(echoes(p), wanted);
}

static void
type(const struct person *p, const char *text)
{
	assert_int_equal(
	    write(p->master, text, strlen(text)), (ssize_t)strlen(text));
}

static int
end(struct person *p)
{
	int status = 0;

	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	(void)close(p->master);
	(void)close(p->slave);
	return status;
}

/* The next request; message is of its type, or NULL. */
static void
saw(struct clihost *host, enum proto_type wanted, void *message)
{
	enum fakedaemon_event event = FAKEDAEMON_CONNECTED;
	enum proto_type got = PROTO_DONE;

	while (event != FAKEDAEMON_REQUEST) {
		event = fakedaemon_saw(&host->daemon, &got, message,
		    message == NULL ? 0 : proto_size(wanted));
		assert_int_not_equal(event, FAKEDAEMON_END);
	}
	assert_int_equal(got, wanted);
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
	start(&p, host, "login");
	sees(&p, "Password: ");
	wait_for_echo(&p, false);
	type(&p, "correct horse\n");
	sees(&p, "Press Enter: ");
	wait_for_echo(&p, true);
	sees(&p, "[0|You are signed in.");
	assert_int_equal(end(&p), 0);
	assert_null(strstr(p.seen, "horse"));
	saw(host, PROTO_WHOAMI, NULL);
	saw(host, PROTO_SIGNIN, &signin);
	assert_string_equal(signin.user, "ada");
	assert_string_equal(signin.context.service, "orgloginctl");
	assert_int_equal(signin.max_age_s, 0);
	saw(host, PROTO_WAIT, NULL);
	saw(host, PROTO_ANSWER, &answer);
	assert_string_equal(answer.handle, HANDLE_2);
	assert_string_equal(answer.text, "correct horse");
	saw(host, PROTO_WAIT, &wait);
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
	start(&p, host, "login");
	sees(&p, "[1||orgloginctl: Another person. (wrong-person)");
	assert_int_equal(end(&p), 0);
}

/* DONE, or an allowing verdict with a reason against it, is no yes. */
static void
nothing_but_an_exact_yes_is_success(void **state)
{
	struct clihost *host = *state;
	const struct proto_done done = {.reason = "ok"};
	struct person p;

	script(host, PROTO_DONE, &done);
	start(&p, host, "login");
	sees(&p, "[1||orgloginctl: ");
	sees(&p, "(daemon-malformed)");
	assert_int_equal(end(&p), 0);
}

static void
an_interrupted_password_gives_the_echo_back(void **state)
{
	struct clihost *host = *state;
	struct person p;
	int status = 0;

	script(host, PROTO_PROMPT, &secret);
	start(&p, host, "login");
	sees(&p, "Password: ");
	wait_for_echo(&p, false);
	type(&p, "half of it\x03");
	wait_for_echo(&p, true);
	status = end(&p);
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
	saw(host, PROTO_WHOAMI, NULL);
	saw(host, PROTO_LOGOUT, &logout);
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
