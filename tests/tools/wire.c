/*
 * wire.c - speaks to orglogind as the PAM module does, for tests of the daemon
 * as a process.
 *
 *   wire SOCKET DAEMON_UID signin USER    shows each prompt, answers it with a
 *                                         line of its input where it asks for
 *                                         one, waits, prints the reason of the
 *                                         verdict; what it tells the person
 *                                         beside goes where the prompts go
 *   wire SOCKET DAEMON_UID bykey USER     the same, where sshd has seen a key
 *   wire SOCKET DAEMON_UID knock USER     goes away once the prompt is there
 *   wire SOCKET DAEMON_UID account USER   prints the reason of the verdict
 *   wire SOCKET DAEMON_UID setpin USER    a PIN, and the one before if there is
 *                                         a second line; prints the reason
 *
 * Behind that what the program tells of itself: service=NAME, role=ROLE,
 * caller=UID (who runs it), max_age=SECONDS.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/client.h"
#include "common/err.h"
#include "common/num.h"
#include "common/text.h"

#define WAIT_MS 2400
#define PATIENCE_MS 4000
#define PIN_MS 20000 /* its work may have to wait for others' */

static int
end(const char *what)
{
	(void)puts(what);
	return EXIT_SUCCESS;
}

static int
exchange(struct client *client, enum proto_type type, const void *message,
    struct client_reply *reply)
{
	int r = client_send(client, type, message, PATIENCE_MS);

	return r == 0 ? client_receive(client, reply, PATIENCE_MS) : r;
}

static int
answer(struct client *client, const char *handle, struct client_reply *reply)
{
	struct proto_answer answer = {.text = ""};

	(void)text_cut(answer.handle, sizeof(answer.handle), handle);
	if (fgets(answer.text, sizeof(answer.text), stdin) == NULL)
		return ERR_CANCELLED;
	answer.text[strcspn(answer.text, "\n")] = '\0';
	return exchange(client, PROTO_ANSWER, &answer, reply);
}

/* Until it is decided; each prompt is shown once. */
static int
wait_for_verdict(
    struct client *client, struct client_reply *reply, bool only_knock)
{
	struct proto_wait wait = {.wait_ms = WAIT_MS};
	int r = 0;

	while (r == 0 &&
	    (reply->type == PROTO_PENDING || reply->type == PROTO_PROMPT)) {
		bool is_question = reply->type == PROTO_PROMPT &&
		    reply->u.prompt.kind != PROTO_ASK_APPROVAL;

		if (reply->type == PROTO_PROMPT) {
			(void)fprintf(stderr, "%s\n", reply->u.prompt.text);
			(void)text_cut(wait.handle, sizeof(wait.handle),
			    reply->u.prompt.handle);
			if (only_knock)
				return r;
		}
		r = is_question ? answer(client, wait.handle, reply)
				: exchange(client, PROTO_WAIT, &wait, reply);
	}
	return r;
}

/* What a program that asks tells of itself, and of its module's arguments. */
struct program {
	struct proto_context context;
	const char *role;
	int64_t max_age_s;
};

static int
sign_in(struct client *client, const struct program *program, const char *user,
    const char *how, struct client_reply *reply)
{
	struct proto_signin signin = {
	    .context = program->context,
	    .max_age_s = program->max_age_s,
	    .by_key = strcmp(how, "bykey") == 0,
	};
	int r = 0;

	(void)text_cut(signin.user, sizeof(signin.user), user);
	(void)text_cut(signin.roles, sizeof(signin.roles), program->role);
	r = exchange(client, PROTO_SIGNIN, &signin, reply);
	return r == 0
	    ? wait_for_verdict(client, reply, strcmp(how, "knock") == 0)
	    : r;
}

static int
account(struct client *client, const struct program *program, const char *user,
    struct client_reply *reply)
{
	struct proto_account account = {.context = program->context};

	(void)text_cut(account.user, sizeof(account.user), user);
	(void)text_cut(account.roles, sizeof(account.roles), program->role);
	return exchange(client, PROTO_ACCOUNT, &account, reply);
}

static void
read_line(char *out, int size)
{
	if (fgets(out, size, stdin) == NULL)
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static int
set_pin(struct client *client, const struct program *program, const char *user,
    struct client_reply *reply)
{
	struct proto_pin_set set = {.context = program->context};
	int r = 0;

	(void)text_cut(set.user, sizeof(set.user), user);
	read_line(set.pin, sizeof(set.pin));
	read_line(set.old, sizeof(set.old));
	r = client_send(client, PROTO_PIN_SET, &set, PATIENCE_MS);
	return r == 0 ? client_receive(client, reply, PIN_MS) : r;
}

/* WORD=VALUE; the value, or NULL where it is another word. */
static const char *
value_of(const char *word, const char *argument)
{
	size_t len = strlen(word);

	return strncmp(argument, word, len) == 0 && argument[len] == '='
	    ? argument + len + 1
	    : NULL;
}

static int
take_word(const char *argument, struct program *program)
{
	const char *value = NULL;
	uint64_t number = 0;
	int r = ERR_INVALID_ARGUMENT;

	if ((value = value_of("service", argument)) != NULL) {
		(void)text_cut(program->context.service,
		    sizeof(program->context.service), value);
		r = 0;
	} else if ((value = value_of("role", argument)) != NULL) {
		program->role = value;
		r = 0;
	} else if ((value = value_of("caller", argument)) != NULL) {
		r = num_parse(value, UINT32_MAX, &number);
		program->context.caller_uid = (uint32_t)number;
	} else if ((value = value_of("max_age", argument)) != NULL) {
		r = num_parse(value, INT32_MAX, &number);
		program->max_age_s = (int64_t)number;
	}
	return r;
}

static int
speak(struct client *client, const struct program *program, char **argv,
    struct client_reply *reply)
{
	const char *what = argv[3];
	const char *user = argv[4];

	if (strcmp(what, "account") == 0)
		return account(client, program, user, reply);
	return strcmp(what, "setpin") == 0
	    ? set_pin(client, program, user, reply)
	    : sign_in(client, program, user, what, reply);
}

int
main(int argc, char **argv)
{
	struct client client CLIENT_AUTO = CLIENT_NULL;
	static struct client_reply reply;
	struct program program = {
	    .context = {.service = "sshd"},
	    .role = "",
	    .max_age_s = -1,
	};
	uint64_t uid = 0;
	int r = argc >= 5 ? num_parse(argv[2], UINT32_MAX, &uid)
			  : ERR_INVALID_ARGUMENT;

	for (int i = 5; i < argc && r == 0; i++)
		r = take_word(argv[i], &program);
	if (strcmp(program.context.service, "sshd") == 0)
		(void)text_cut(program.context.rhost,
		    sizeof(program.context.rhost), "192.0.2.7");
	if (r == 0)
		r = client_open(&client, argv[1], (uid_t)uid, PATIENCE_MS);
	if (r == 0)
		r = speak(&client, &program, argv, &reply);
	if (r != 0)
		return end(err_name(r));
	if (reply.type == PROTO_DONE)
		return end(reply.u.done.reason);
	if (reply.type != PROTO_VERDICT)
		return end("prompt");
	if (reply.u.verdict.verdict == PROTO_ALLOW)
		return end("ok");
	(void)fprintf(stderr, "%s\n", reply.u.verdict.text);
	return end(reply.u.verdict.reason);
}
