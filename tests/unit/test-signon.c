/*
 * test-signon.c - the authentication phase against a scripted daemon: success
 * only for an exact yes, and every other end as the design says.
 */
#include "pam_module/signon.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

#define SECRET_BYTES 40
#define ROOM_BYTES (1 << 20)
#define REGION_MAX (256UL << 20)
#define AGAIN "Not approved yet. Press Enter when you have signed in: "

static const struct proto_prompt prompt = {
    .handle = "0123456789abcdef0123456789abcdef",
    .text = "\nAcme: sign in to web1 as ada, from 192.0.2.7.\n"
	    "  Open:  https://www.google.com/device\n"
	    "  Code:  GQVQ-JKEC\n"
	    "Go on only if you started this yourself.\n"
	    "Press Enter when you have signed in: ",
    .lifetime_s = 110,
    .kind = PROTO_ASK_APPROVAL};
static const struct proto_verdict_reply allow = {
    .verdict = PROTO_ALLOW, .reason = "ok"};
static const struct proto_verdict_reply wrong = {.verdict = PROTO_DENY,
    .reason = "wrong-person",
    .text = "You signed in as Bob."};

#define REPLY(message_type, pointer)                             \
	{                                                        \
		.act = FAKEDAEMON_REPLY, .type = (message_type), \
		.message = (pointer)                             \
	}
/* One Enter's worth of waiting for nothing. */
#define STILL_PENDING                                           \
	REPLY(PROTO_PENDING, NULL), REPLY(PROTO_PENDING, NULL), \
	    REPLY(PROTO_PENDING, NULL)

static int
sign_in(struct pamhost *host, const char *argument)
{
	struct request_call call = pamhost_call(host, &argument);

	return signon_authenticate(&call);
}

static int
set_credentials(struct pamhost *host, int flags)
{
	struct request_call call = pamhost_call(host, NULL);

	call.flags = flags;
	return signon_setcred(&call);
}

/* Runs the script for ada and expects this code. */
static void
expect_code(struct pamhost *host, const struct fakedaemon_step *steps,
    size_t count, int code)
{
	fakedaemon_start(&host->daemon, steps, count);
	assert_int_equal(sign_in(host, NULL), code);
	assert_int_equal(set_credentials(host, PAM_ESTABLISH_CRED),
	    code == PAM_SUCCESS ? PAM_SUCCESS : PAM_CRED_UNAVAIL);
}

static void
expect_request(
    struct pamhost *host, enum proto_type wanted, void *message, size_t size)
{
	enum proto_type type = PROTO_DONE;

	assert_int_equal(fakedaemon_saw(&host->daemon, &type, message, size),
	    FAKEDAEMON_REQUEST);
	assert_int_equal(type, wanted);
}

static void
t46_the_prompt_is_shown_once_as_it_is_and_a_yes_lets_in(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &prompt), REPLY(PROTO_VERDICT, &allow)};
	struct proto_signin signin;
	struct proto_wait wait;

	host->pam.rhost = "192.0.2.7";
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(host->pam.shown[0].style, PAM_PROMPT_ECHO_ON);
	assert_int_equal(host->pam.shown[0].text[0], '\n');
	assert_string_equal(host->pam.shown[0].text, prompt.text);
	assert_non_null(strstr(host->pam.shown[0].text,
	    "\n  Open:  https://www.google.com/device\n"));
	assert_non_null(
	    strstr(host->pam.shown[0].text, "\n  Code:  GQVQ-JKEC\n"));
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, &signin, sizeof(signin));
	assert_string_equal(signin.user, "ada");
	assert_string_equal(signin.context.service, "sshd");
	assert_string_equal(signin.context.rhost, "192.0.2.7");
	assert_string_equal(signin.roles, "");
	assert_true(signin.max_age_s == -1);
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	assert_string_equal(wait.handle, prompt.handle);
	assert_true(wait.wait_ms > 0 && wait.wait_ms <= 2500);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CLOSED);
}

static void
enter_before_approval_asks_again_with_the_same_code(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &prompt),
	    STILL_PENDING, STILL_PENDING, REPLY(PROTO_VERDICT, &allow)};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 3);
	assert_string_equal(host->pam.shown[0].text, prompt.text);
	assert_string_equal(host->pam.shown[1].text, AGAIN);
	assert_string_equal(host->pam.shown[2].text, AGAIN);
	assert_int_equal(host->pam.shown[2].style, PAM_PROMPT_ECHO_ON);
}

/* Approved first, Enter then: the next poll is awaited, nobody is asked. */
static void
enter_after_approval_does_not_ask_again(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &prompt),
	    REPLY(PROTO_PENDING, NULL), REPLY(PROTO_PENDING, NULL),
	    REPLY(PROTO_VERDICT, &allow)};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 1);
}

static void
a_slow_provider_is_awaited_before_the_prompt(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PENDING, NULL),
	    REPLY(PROTO_PENDING, NULL), REPLY(PROTO_PROMPT, &prompt),
	    REPLY(PROTO_VERDICT, &allow)};
	struct proto_wait wait;

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, NULL, 0);
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	assert_string_equal(wait.handle, "");
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	assert_string_equal(wait.handle, prompt.handle);
}

static void
a_code_that_never_comes_is_told(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    STILL_PENDING, STILL_PENDING, STILL_PENDING, STILL_PENDING};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_MAXTRIES);
	assert_int_equal(host->pam.shown_count, 1);
	assert_string_equal(host->pam.shown[0].text, err_text(ERR_TIMED_OUT));
}

static void
a_fresh_proof_needs_no_prompt(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_VERDICT, &allow);
	struct proto_signin signin;

	fakedaemon_start(&host->daemon, &step, 1);
	host->pam.service = "sudo";
	assert_int_equal(sign_in(host, "max_age=15m"), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 0);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, &signin, sizeof(signin));
	assert_true(signin.max_age_s == 900);
}

static void
the_role_gate_is_passed_on(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_VERDICT, &allow);
	struct proto_signin signin;

	fakedaemon_start(&host->daemon, &step, 1);
	assert_int_equal(
	    sign_in(host, "require_role=OrganizationAdmin,Owner"), PAM_SUCCESS);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, &signin, sizeof(signin));
	assert_string_equal(signin.roles, "OrganizationAdmin\nOwner");
}

static void
t39_a_refusal_ends_each_program_in_its_way(void **state)
{
	static const struct {
		const char *service;
		int code;
	} cases[] = {{"sshd", PAM_MAXTRIES}, {"sudo", PAM_ABORT},
	    {"sudo-i", PAM_ABORT}, {"login", PAM_AUTH_ERR},
	    {"su", PAM_AUTH_ERR}, {NULL, PAM_AUTH_ERR}};
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &prompt), REPLY(PROTO_VERDICT, &wrong)};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pamhost host;

		pamhost_init(&host);
		host.pam.service = cases[i].service;
		expect_code(&host, steps, ARRAY_SIZE(steps), cases[i].code);
		assert_int_equal(host.pam.shown_count, 2);
		assert_int_equal(host.pam.shown[1].style, PAM_ERROR_MSG);
		assert_string_equal(
		    host.pam.shown[1].text, "You signed in as Bob.");
		assert_non_null(strstr(host.pam.log, "reason=wrong-person"));
		pamhost_done(&host);
	}
}

static void
t17_a_started_sign_in_is_no_success(void **state)
{
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &prompt), REPLY(PROTO_PROMPT, &prompt)};

	expect_code(*state, steps, ARRAY_SIZE(steps), PAM_AUTHINFO_UNAVAIL);
}

static void
t40_replies_out_of_place_are_nonsense(void **state)
{
	static const struct proto_done done = {.reason = "ok"};
	static const struct proto_status_reply status = {.version = "1"};
	static const struct proto_verdict_reply odd_yes = {
	    .verdict = PROTO_ALLOW, .reason = "role-stale"};
	static const struct proto_verdict_reply odd_no = {
	    .verdict = PROTO_DENY, .reason = "ok"};
	const struct fakedaemon_step nonsense[] = {REPLY(PROTO_DONE, &done),
	    REPLY(PROTO_STATUS_REPLY, &status), REPLY(PROTO_VERDICT, &odd_yes),
	    REPLY(PROTO_VERDICT, &odd_no),
	    {.act = FAKEDAEMON_BYTES, .bytes = "SSH-2.0-x\r\n", .len = 11},
	    {.act = FAKEDAEMON_CUT, .type = PROTO_VERDICT, .message = &allow}};

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		struct fakedaemon_step steps[] = {
		    REPLY(PROTO_PROMPT, &prompt), nonsense[i]};
		struct pamhost host;

		pamhost_init(&host);
		expect_code(&host, &steps[1], 1, PAM_AUTHINFO_UNAVAIL);
		pamhost_done(&host);
		pamhost_init(&host);
		expect_code(&host, steps, 2, PAM_AUTHINFO_UNAVAIL);
		pamhost_done(&host);
	}
}

static void
t25_a_prompt_with_control_bytes_is_never_shown(void **state)
{
	struct pamhost *host = *state;
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct fakedaemon_step step = {.act = FAKEDAEMON_BYTES};

	assert_int_equal(proto_encode(&frame, PROTO_PROMPT, &prompt), 0);
	frame.bytes[PROTO_HEADER_BYTES + 4 + 32 + 4 + 5] = '\x1b';
	step.bytes = frame.bytes;
	step.len = frame.len;
	expect_code(host, &step, 1, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(host->pam.shown[0].style, PAM_ERROR_MSG);
}

static void
t40_a_dead_daemon_is_unavailable(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(unlink(host->daemon.path), 0);
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_string_equal(
	    host->pam.shown[0].text, err_text(ERR_DAEMON_UNREACHABLE));
	assert_int_equal(host->pam.log_priority, LOG_ERR);
}

static void
t115_a_stopped_daemon_is_unavailable(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_VERDICT, &allow);

	fakedaemon_start(&host->daemon, &step, 1);
	assert_int_equal(kill(host->daemon.pid, SIGSTOP), 0);
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_string_equal(
	    host->pam.shown[0].text, err_text(ERR_DAEMON_TIMEOUT));
}

static void
t45_a_failed_conversation_closes_the_connection(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_PROMPT, &prompt);

	host->pam.prompts_before_failure = 0;
	expect_code(host, &step, 1, PAM_CONV_ERR);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, NULL, 0);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CLOSED);
}

static void
t45_a_conversation_that_fails_later_closes_too(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &prompt), STILL_PENDING};

	host->pam.prompts_before_failure = 1;
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_CONV_ERR);
	assert_non_null(strstr(host->pam.log, "reason=cancelled"));
}

/* `yes |` at a daemon that never decides. */
static void
endless_answers_come_to_an_end(void **state)
{
	static struct fakedaemon_step steps[400];

	steps[0] = (struct fakedaemon_step)REPLY(PROTO_PROMPT, &prompt);
	for (size_t i = 1; i < ARRAY_SIZE(steps); i++)
		steps[i] = (struct fakedaemon_step)REPLY(PROTO_PENDING, NULL);
	((struct pamhost *)*state)->pam.prompts_before_failure = 100000;
	expect_code(*state, steps, ARRAY_SIZE(steps), PAM_MAXTRIES);
}

/* Questions and answers. */
static const struct proto_prompt choice = {
    .handle = "00000000000000000000000000000001",
    .text = "\n  1  Acme\n  2  mail and password\nSign in with: ",
    .lifetime_s = 110,
    .kind = PROTO_ASK_TEXT};
static const struct proto_prompt password = {
    .handle = "00000000000000000000000000000002",
    .text = "Password: ",
    .lifetime_s = 100,
    .kind = PROTO_ASK_SECRET};
static const struct proto_prompt authenticator = {
    .handle = "00000000000000000000000000000003",
    .text = "Authenticator code: ",
    .lifetime_s = 90,
    .kind = PROTO_ASK_TEXT};

static void
expect_answer(struct pamhost *host, const char *handle, const char *text)
{
	struct proto_answer answer;

	expect_request(host, PROTO_ANSWER, &answer, sizeof(answer));
	assert_string_equal(answer.handle, handle);
	assert_string_equal(answer.text, text);
}

/* With the program's help nobody sees again what was typed. */
static void
expect_unseen(const struct pamhost *host, const char *typed)
{
	for (size_t i = 0; i < host->pam.shown_count; i++)
		assert_null(strstr(host->pam.shown[i].text, typed));
	assert_null(strstr(host->pam.log, typed));
}

static void
questions_are_asked_one_after_another(void **state)
{
	static const char *const typed[] = {"2", "correct horse", "424242"};
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &choice),
	    REPLY(PROTO_PROMPT, &password), REPLY(PROTO_PENDING, NULL),
	    REPLY(PROTO_PENDING, NULL), REPLY(PROTO_PROMPT, &authenticator),
	    REPLY(PROTO_VERDICT, &allow)};
	struct proto_wait wait;

	host->pam.answers = typed;
	host->pam.answer_count = ARRAY_SIZE(typed);
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(host->pam.shown_count, 3);
	assert_int_equal(host->pam.shown[0].style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(host->pam.shown[0].text, choice.text);
	assert_int_equal(host->pam.shown[1].style, PAM_PROMPT_ECHO_OFF);
	assert_string_equal(host->pam.shown[1].text, "Password: ");
	assert_int_equal(host->pam.shown[2].style, PAM_PROMPT_ECHO_ON);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, NULL, 0);
	expect_answer(host, choice.handle, "2");
	expect_answer(host, password.handle, "correct horse");
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	assert_string_equal(wait.handle, password.handle);
	expect_request(host, PROTO_WAIT, &wait, sizeof(wait));
	expect_answer(host, authenticator.handle, "424242");
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CLOSED);
	expect_unseen(host, "correct horse");
	expect_unseen(host, "424242");
}

/* Shared pages are not looked at, so that the secret and what is read lie in
 * some. */
static char *
shared_room(size_t size)
{
	char *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(room, MAP_FAILED);
	return room;
}

/* Private memory that can be written, in pieces that overlap. */
static size_t
count_in_region(int mem, off_t from, off_t to, const char *secret, char *room)
{
	size_t found = 0;
	ssize_t n = 0;

	for (off_t at = from; at < to; at += ROOM_BYTES / 2) {
		off_t most = to - at < ROOM_BYTES ? to - at : ROOM_BYTES;

		n = pread(mem, room, (size_t)most, at);
		if (n > 0 && memmem(room, (size_t)n, secret, SECRET_BYTES))
			found++;
	}
	return found;
}

static size_t
count_in_memory(const char *secret)
{
	char *room = shared_room(ROOM_BYTES);
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char line[512];
	char may[5] = "";
	unsigned long from = 0;
	unsigned long to = 0;
	size_t found = 0;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps) != NULL)
		/* A sanitizer's own are larger. */
		if (sscanf(line, "%lx-%lx %4s", &from, &to, may) == 3 &&
		    strncmp(may, "rw", 2) == 0 && may[3] == 'p' &&
		    to - from < REGION_MAX)
			found += count_in_region(
			    mem, (off_t)from, (off_t)to, secret, room);
	assert_int_equal(fclose(maps) + close(mem), 0);
	assert_int_equal(munmap(room, ROOM_BYTES), 0);
	return found;
}

/* Whatever became of it: the program's memory may be dumped later. */
static void
t49_nothing_typed_stays_in_the_program(void **state)
{
	struct pamhost *host = *state;
	char *secret = shared_room(SECRET_BYTES + 1);
	const char *const typed[] = {"2", secret, secret};
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &choice),
	    REPLY(PROTO_PROMPT, &password), REPLY(PROTO_PENDING, NULL),
	    REPLY(PROTO_PROMPT, &authenticator), REPLY(PROTO_VERDICT, &allow)};
	char *copy = NULL;

	for (int i = 0; i < SECRET_BYTES; i++)
		secret[i] = (char)('A' + (i * 7 + getpid()) % 26);
	host->pam.answers = typed;
	host->pam.answer_count = ARRAY_SIZE(typed);
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(count_in_memory(secret), 0);
	/* It is found where there is one. */
	copy = strdup(secret);
	assert_non_null(copy);
	assert_int_not_equal(count_in_memory(secret), 0);
	free(copy);
	(void)munmap(secret, SECRET_BYTES + 1);
}

static void
a_question_may_follow_an_approval(void **state)
{
	static const char *const typed[] = {"", "", "424242"};
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &prompt),
	    STILL_PENDING, REPLY(PROTO_PENDING, NULL),
	    REPLY(PROTO_PROMPT, &authenticator), REPLY(PROTO_VERDICT, &wrong)};

	host->pam.answers = typed;
	host->pam.answer_count = ARRAY_SIZE(typed);
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_MAXTRIES);
	assert_int_equal(host->pam.shown_count, 4);
	assert_string_equal(host->pam.shown[1].text, AGAIN);
	assert_string_equal(host->pam.shown[2].text, authenticator.text);
	assert_string_equal(host->pam.shown[3].text, wrong.text);
	expect_unseen(host, "424242");
}

/* What does not fit is not cut: the beginning of a password is none. */
static void
an_answer_that_is_too_long_is_none(void **state)
{
	static char most[PROTO_ANSWER_SIZE], more[PROTO_ANSWER_SIZE + 1];
	const char *const typed[] = {more, most};
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &choice),
	    REPLY(PROTO_PROMPT, &password), REPLY(PROTO_VERDICT, &wrong)};

	memset(most, 'm', sizeof(most) - 1);
	memset(more, 'm', sizeof(more) - 1);
	host->pam.answers = typed;
	host->pam.answer_count = ARRAY_SIZE(typed);
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_MAXTRIES);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	expect_request(host, PROTO_SIGNIN, NULL, 0);
	expect_answer(host, choice.handle, "");
	expect_answer(host, password.handle, most);
}

static void
t45_a_question_that_is_not_answered_ends_it(void **state)
{
	static const int codes[][2] = {{PAM_CONV_ERR, PAM_CONV_ERR},
	    {PAM_BUF_ERR, PAM_BUF_ERR}, {PAM_IGNORE, PAM_CONV_ERR}};
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &choice), REPLY(PROTO_PROMPT, &password)};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(codes); i++) {
		struct pamhost host;

		pamhost_init(&host);
		host.pam.prompt_code = codes[i / 2][0];
		host.pam.prompts_before_failure = (int)(i % 2);
		expect_code(&host, steps, ARRAY_SIZE(steps), codes[i / 2][1]);
		assert_int_equal(fakedaemon_saw(&host.daemon, NULL, NULL, 0),
		    FAKEDAEMON_CONNECTED);
		expect_request(&host, PROTO_SIGNIN, NULL, 0);
		if (i % 2 == 1)
			expect_answer(&host, choice.handle, "typed");
		assert_int_equal(fakedaemon_saw(&host.daemon, NULL, NULL, 0),
		    FAKEDAEMON_CLOSED);
		pamhost_done(&host);
	}
	/* The end of the input is no empty answer. */
	for (size_t i = 0; i < 2; i++) {
		struct pamhost host;

		pamhost_init(&host);
		host.pam.answerless = true;
		expect_code(&host, &steps[i], 1, PAM_CONV_ERR);
		pamhost_done(&host);
	}
}

static void
t40_a_question_without_end_is_nonsense(void **state)
{
	static struct proto_prompt prompts[PROTO_QUESTIONS_MAX + 1];
	struct fakedaemon_step steps[ARRAY_SIZE(prompts)];
	struct pamhost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(prompts); i++) {
		prompts[i] = password;
		prompts[i].handle[0] = (char)('a' + i);
		steps[i] =
		    (struct fakedaemon_step)REPLY(PROTO_PROMPT, &prompts[i]);
	}
	expect_code(host, steps, ARRAY_SIZE(steps), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->pam.shown_count, PROTO_QUESTIONS_MAX + 1);
	assert_string_equal(host->pam.shown[PROTO_QUESTIONS_MAX].text,
	    err_text(ERR_DAEMON_MALFORMED));
}

static void
t40_a_question_by_an_old_handle_is_nonsense(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    REPLY(PROTO_PROMPT, &password), REPLY(PROTO_PROMPT, &password)};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->pam.shown_count, 2);
	assert_string_equal(
	    host->pam.shown[1].text, err_text(ERR_DAEMON_MALFORMED));
}

static void
an_answer_that_is_never_judged_is_told(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_PROMPT, &password),
	    STILL_PENDING, STILL_PENDING, STILL_PENDING, STILL_PENDING};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_MAXTRIES);
	assert_int_equal(host->pam.shown_count, 2);
	assert_string_equal(host->pam.shown[1].text, err_text(ERR_TIMED_OUT));
}

static void
t112_local_users_are_answered_without_the_daemon(void **state)
{
	struct pamhost *host = *state;
	static const char *const local[] = {"root", "zed", "orglogin"};

	for (size_t i = 0; i < ARRAY_SIZE(local); i++) {
		host->pam.user = local[i];
		pamhost_publish(host, 0);
		assert_int_equal(sign_in(host, NULL), PAM_USER_UNKNOWN);
		assert_int_equal(sign_in(host, "typo"), PAM_USER_UNKNOWN);
		assert_int_equal(set_credentials(host, 0), PAM_IGNORE);
		assert_int_equal(unlink(host->snapshot), 0);
		assert_int_equal(sign_in(host, NULL), PAM_USER_UNKNOWN);
		assert_int_equal(set_credentials(host, 0), PAM_IGNORE);
	}
	assert_false(fakedaemon_was_called(&host->daemon));
	assert_int_equal(host->pam.shown_count, 0);
	assert_string_equal(host->pam.log, "");
}

static void
t19_strangers_are_answered_without_the_daemon(void **state)
{
	struct pamhost *host = *state;

	host->pam.user = "eve";
	assert_int_equal(sign_in(host, NULL), PAM_USER_UNKNOWN);
	assert_int_equal(sign_in(host, "require_role=X"), PAM_USER_UNKNOWN);
	assert_int_equal(set_credentials(host, 0), PAM_IGNORE);
	assert_false(fakedaemon_was_called(&host->daemon));
	assert_int_equal(host->pam.shown_count, 0);
}

static void
t40_without_a_snapshot_nobody_is_proven_a_stranger(void **state)
{
	struct pamhost *host = *state;

	host->pam.user = "eve";
	pamhost_damage(host, 12);
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(set_credentials(host, 0), PAM_CRED_UNAVAIL);
	pamhost_publish(host, 4000);
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	host->pam.user = "ada";
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(unlink(host->snapshot), 0);
	assert_int_equal(sign_in(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
an_unknown_argument_fails_closed(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(sign_in(host, "require_rol=X"), PAM_SERVICE_ERR);
	host->pam.user = "eve";
	assert_int_equal(sign_in(host, "require_rol=X"), PAM_SERVICE_ERR);
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
t38_a_user_that_cannot_be_had_is_a_hard_error(void **state)
{
	static const int codes[][2] = {{PAM_CONV_ERR, PAM_CONV_ERR},
	    {PAM_BUF_ERR, PAM_BUF_ERR}, {PAM_CONV_AGAIN, PAM_INCOMPLETE},
	    {PAM_IGNORE, PAM_SERVICE_ERR}, {PAM_USER_UNKNOWN, PAM_SERVICE_ERR},
	    {PAM_SYSTEM_ERR, PAM_SERVICE_ERR}};
	struct pamhost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		host->pam.get_user_code = codes[i][0];
		assert_int_equal(sign_in(host, NULL), codes[i][1]);
	}
	host->pam.get_user_code = PAM_SUCCESS;
	host->pam.user = NULL;
	assert_int_equal(sign_in(host, NULL), PAM_SERVICE_ERR);
}

static void
t42_credentials_belong_to_the_one_who_signed_in(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_VERDICT, &allow);

	assert_int_equal(
	    set_credentials(host, PAM_ESTABLISH_CRED), PAM_CRED_UNAVAIL);
	expect_code(host, &step, 1, PAM_SUCCESS);
	host->pam.user = "bob";
	assert_int_equal(
	    set_credentials(host, PAM_ESTABLISH_CRED), PAM_CRED_UNAVAIL);
	host->pam.user = "root";
	assert_int_equal(set_credentials(host, PAM_ESTABLISH_CRED), PAM_IGNORE);
	host->pam.user = "ada";
	assert_int_equal(
	    set_credentials(host, PAM_REINITIALIZE_CRED), PAM_SUCCESS);
	assert_int_equal(
	    set_credentials(host, PAM_REFRESH_CRED | PAM_SILENT), PAM_SUCCESS);
	assert_int_equal(
	    set_credentials(host, PAM_DELETE_CRED | PAM_SILENT), PAM_SUCCESS);
	assert_int_equal(
	    set_credentials(host, PAM_ESTABLISH_CRED), PAM_CRED_UNAVAIL);
	assert_int_equal(
	    set_credentials(host, PAM_DELETE_CRED), PAM_CRED_UNAVAIL);
}

static void
t42_a_failed_sign_in_takes_the_old_one_back(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {REPLY(PROTO_VERDICT, &allow),
	    {.act = FAKEDAEMON_NEXT}, REPLY(PROTO_VERDICT, &wrong)};

	expect_code(host, steps, ARRAY_SIZE(steps), PAM_SUCCESS);
	assert_int_equal(sign_in(host, NULL), PAM_MAXTRIES);
	assert_int_equal(
	    set_credentials(host, PAM_ESTABLISH_CRED), PAM_CRED_UNAVAIL);
}

static void
t38_a_mark_that_cannot_be_set_is_no_success(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = REPLY(PROTO_VERDICT, &allow);

	host->pam.set_data_code = PAM_BUF_ERR;
	expect_code(host, &step, 1, PAM_BUF_ERR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(
		t46_the_prompt_is_shown_once_as_it_is_and_a_yes_lets_in),
	    PAMHOST_TEST(enter_before_approval_asks_again_with_the_same_code),
	    PAMHOST_TEST(enter_after_approval_does_not_ask_again),
	    PAMHOST_TEST(a_slow_provider_is_awaited_before_the_prompt),
	    PAMHOST_TEST(a_code_that_never_comes_is_told),
	    PAMHOST_TEST(a_fresh_proof_needs_no_prompt),
	    PAMHOST_TEST(the_role_gate_is_passed_on),
	    cmocka_unit_test(t39_a_refusal_ends_each_program_in_its_way),
	    PAMHOST_TEST(t17_a_started_sign_in_is_no_success),
	    cmocka_unit_test(t40_replies_out_of_place_are_nonsense),
	    PAMHOST_TEST(t25_a_prompt_with_control_bytes_is_never_shown),
	    PAMHOST_TEST(t40_a_dead_daemon_is_unavailable),
	    PAMHOST_TEST(t115_a_stopped_daemon_is_unavailable),
	    PAMHOST_TEST(t45_a_failed_conversation_closes_the_connection),
	    PAMHOST_TEST(t45_a_conversation_that_fails_later_closes_too),
	    PAMHOST_TEST(endless_answers_come_to_an_end),
	    PAMHOST_TEST(questions_are_asked_one_after_another),
	    PAMHOST_TEST(t49_nothing_typed_stays_in_the_program),
	    PAMHOST_TEST(a_question_may_follow_an_approval),
	    PAMHOST_TEST(an_answer_that_is_too_long_is_none),
	    cmocka_unit_test(t45_a_question_that_is_not_answered_ends_it),
	    PAMHOST_TEST(t40_a_question_without_end_is_nonsense),
	    PAMHOST_TEST(t40_a_question_by_an_old_handle_is_nonsense),
	    PAMHOST_TEST(an_answer_that_is_never_judged_is_told),
	    PAMHOST_TEST(t112_local_users_are_answered_without_the_daemon),
	    PAMHOST_TEST(t19_strangers_are_answered_without_the_daemon),
	    PAMHOST_TEST(t40_without_a_snapshot_nobody_is_proven_a_stranger),
	    PAMHOST_TEST(an_unknown_argument_fails_closed),
	    PAMHOST_TEST(t38_a_user_that_cannot_be_had_is_a_hard_error),
	    PAMHOST_TEST(t42_credentials_belong_to_the_one_who_signed_in),
	    PAMHOST_TEST(t42_a_failed_sign_in_takes_the_old_one_back),
	    PAMHOST_TEST(t38_a_mark_that_cannot_be_set_is_no_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
