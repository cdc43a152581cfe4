/*
 * login.c - signs a member in at the terminal, as the PAM module would, and
 * forgets a sign-in.
 *
 * The daemon asks and decides; here its questions are shown and what is typed
 * is brought to it.  Promises that a secret is read without echo from the
 * terminal itself and wiped, and that nothing but an exact yes is success.
 */
#include "cli/login.h"

#include <string.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

#define SEND_MS 2000
#define REPLY_MS 3000
#define WAIT_MS 1000
/* So long nothing may come before a question is there. */
#define SILENT_ROUNDS 30

/* A sign-in as it is spoken about. */
struct talk {
	const struct cli *cli;
	struct client client;
	struct client_reply reply; /* the daemon's last */
	int tty;
};

static void
talk_done(struct talk *talk)
{
	client_close(&talk->client);
	cli_terminal_close(&talk->tty);
	secret_wipe(&talk->reply, sizeof(talk->reply));
}

int
login_own_name(const struct cli *cli, char out[PROTO_NAME_SIZE])
{
	struct client_reply reply;

	if (cli_exchange(
		cli, PROTO_WHOAMI, NULL, PROTO_EXPLAIN_REPLY, &reply) != 0)
		return ERR_DAEMON_MALFORMED;
	if (reply.u.explain.member.user[0] == '\0')
		return cli_fail(cli, ERR_NOT_A_MEMBER);
	memcpy(out, reply.u.explain.member.user, PROTO_NAME_SIZE);
	return 0;
}

static int
exchange(struct talk *talk, enum proto_type type, const void *message)
{
	int fault = client_send(&talk->client, type, message, SEND_MS);

	return fault == 0
	    ? client_receive(&talk->client, &talk->reply, REPLY_MS)
	    : fault;
}

static int
wait_once(struct talk *talk, const char *handle)
{
	struct proto_wait wait = {.wait_ms = WAIT_MS};

	memcpy(wait.handle, handle, sizeof(wait.handle));
	return exchange(talk, PROTO_WAIT, &wait);
}

/* After a PENDING: until something came, or nothing for too long. */
static int
wait_while_pending(struct talk *talk, const char *handle)
{
	int fault = 0;

	for (int i = 0; talk->reply.type == PROTO_PENDING && fault == 0; i++)
		fault = i == SILENT_ROUNDS ? ERR_TIMED_OUT
					   : wait_once(talk, handle);
	return fault;
}

/*
 * Shows where to approve, and waits for it; Enter need not be pressed.  The
 * daemon ends it when its time is over.
 */
static int
await_approval(struct talk *talk, const struct proto_prompt *prompt)
{
	int fault = terminal_write(talk->tty, prompt->text);

	talk->reply.type = PROTO_PENDING;
	while (fault == 0 && talk->reply.type == PROTO_PENDING)
		fault = wait_once(talk, prompt->handle);
	(void)!terminal_write(talk->tty, "\n");
	terminal_drop_input(talk->tty);
	return fault;
}

static void
wipe_answer(struct proto_answer *answer)
{
	secret_wipe(answer, sizeof(*answer));
}

static int
answer_question(struct talk *talk, const struct proto_prompt *prompt, bool echo)
{
	CLEANUP(wipe_answer) struct proto_answer answer = {.text = ""};
	int fault = terminal_ask(
	    talk->tty, prompt->text, echo, answer.text, sizeof(answer.text));

	memcpy(answer.handle, prompt->handle, sizeof(answer.handle));
	if (fault == 0)
		fault = exchange(talk, PROTO_ANSWER, &answer);
	return fault == 0 ? wait_while_pending(talk, prompt->handle) : fault;
}

static int
show_question(struct talk *talk)
{
	const struct proto_prompt prompt = talk->reply.u.prompt;

	switch ((enum proto_ask)prompt.kind) {
	case PROTO_ASK_APPROVAL:
		return await_approval(talk, &prompt);
	case PROTO_ASK_TEXT:
		return answer_question(talk, &prompt, true);
	case PROTO_ASK_SECRET:
		return answer_question(talk, &prompt, false);
	}
	return ERR_DAEMON_MALFORMED;
}

static int
converse(struct talk *talk)
{
	static const char unnamed[PROTO_HANDLE_SIZE];
	int fault = wait_while_pending(talk, unnamed);

	for (int i = 0; fault == 0 && talk->reply.type == PROTO_PROMPT; i++)
		fault = i == PROTO_QUESTIONS_MAX ? ERR_DAEMON_MALFORMED
						 : show_question(talk);
	return fault;
}

/* A person without a terminal can be asked nothing. */
static int
open_talk(const struct cli *cli, struct talk *talk)
{
	talk->tty = cli_terminal(cli);
	return talk->tty < 0 ? ERR_IO : cli_open(cli, &talk->client);
}

int
login_sign_in(const struct cli *cli)
{
	CLEANUP(talk_done)
	struct talk talk = {.cli = cli, .client = CLIENT_NULL, .tty = -1};
	/* 0 s: no proof that was given lately is enough. */
	struct proto_signin request = {
	    .context = {.service = CLI_SERVICE, .caller_uid = getuid()}};
	int fault = login_own_name(cli, request.user);

	if (fault == 0)
		fault = open_talk(cli, &talk);
	if (fault != 0)
		return fault;
	terminal_name(
	    STDIN_FILENO, request.context.tty, sizeof(request.context.tty));
	fault = exchange(&talk, PROTO_SIGNIN, &request);
	if (fault == 0)
		fault = converse(&talk);
	return fault != 0 ? cli_fail(cli, fault)
			  : cli_verdict(cli, &talk.reply);
}

int
login_command(const struct cli *cli)
{
	if (login_sign_in(cli) != 0)
		return CLI_NO;
	(void)fputs("You are signed in.\n", cli->out);
	return CLI_OK;
}

int
login_logout(const struct cli *cli)
{
	struct proto_logout request = {.user = ""};

	if (cli->name == NULL && login_own_name(cli, request.user) != 0)
		return CLI_NO;
	if (cli->name != NULL &&
	    !text_copy(request.user, sizeof(request.user), cli->name)) {
		(void)cli_fail(cli, ERR_NAME_INVALID);
		return CLI_NO;
	}
	if (cli_order(cli, PROTO_LOGOUT, &request, CLI_REPLY_MS) != 0)
		return CLI_NO;
	(void)fprintf(
	    cli->out, "The sign-in of %s is forgotten.\n", request.user);
	return CLI_OK;
}
