/*
 * wire.c - speaks to orglogind as the PAM module does, for tests of the daemon
 * as a process.
 *
 *   wire SOCKET DAEMON_UID signin USER    shows each prompt, answers it with a
 *                                         line of its input where it asks for
 *                                         one, waits, prints the reason of the
 *                                         verdict
 *   wire SOCKET DAEMON_UID bykey USER     the same, where sshd has seen a key
 *   wire SOCKET DAEMON_UID knock USER     goes away once the prompt is there
 *   wire SOCKET DAEMON_UID account USER   prints the reason of the verdict
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

static int
sign_in(struct client *client, const char *user, const char *how,
    struct client_reply *reply)
{
	struct proto_signin signin = {
	    .context = {.service = "sshd", .rhost = "192.0.2.7"},
	    .max_age_s = -1,
	    .by_key = strcmp(how, "bykey") == 0,
	};
	int r = 0;

	(void)text_cut(signin.user, sizeof(signin.user), user);
	r = exchange(client, PROTO_SIGNIN, &signin, reply);
	return r == 0
	    ? wait_for_verdict(client, reply, strcmp(how, "knock") == 0)
	    : r;
}

int
main(int argc, char **argv)
{
	struct client client CLIENT_AUTO = CLIENT_NULL;
	static struct client_reply reply;
	struct proto_account account = {.context = {.service = "cron"}};
	uint64_t uid = 0;
	int r = argc == 5 ? num_parse(argv[2], UINT32_MAX, &uid)
			  : ERR_INVALID_ARGUMENT;

	if (r == 0)
		r = client_open(&client, argv[1], (uid_t)uid, PATIENCE_MS);
	if (r == 0 && strcmp(argv[3], "account") == 0) {
		(void)text_cut(account.user, sizeof(account.user), argv[4]);
		r = exchange(&client, PROTO_ACCOUNT, &account, &reply);
	} else if (r == 0) {
		r = sign_in(&client, argv[4], argv[3], &reply);
	}
	if (r != 0)
		return end(err_name(r));
	if (reply.type != PROTO_VERDICT)
		return end("prompt");
	if (reply.u.verdict.verdict == PROTO_ALLOW)
		return end("ok");
	return end(reply.u.verdict.reason);
}
