/*
 * cli.c - how the commands speak to the daemon and say that it went wrong.
 *
 * Believes the daemon no more than the PAM module does.  A refusal comes as a
 * VERDICT whatever was asked.
 */
#include "cli/cli.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/localuser.h"
#include "common/paths.h"

#define OPEN_MS 2000
#define SEND_MS 2000

int
cli_fail(const struct cli *cli, int err)
{
	(void)fprintf(
	    cli->err, "orgloginctl: %s (%s)\n", err_text(err), err_name(err));
	return err;
}

int
cli_verdict(const struct cli *cli, const struct client_reply *reply)
{
	const struct proto_verdict_reply *verdict = &reply->u.verdict;
	enum err reason = ERR_DAEMON_MALFORMED;

	if (reply->type != PROTO_VERDICT ||
	    err_from_name(verdict->reason, &reason) != 0 ||
	    (verdict->verdict == PROTO_ALLOW) != (reason == ERR_OK))
		return cli_fail(cli, ERR_DAEMON_MALFORMED);
	if (reason == ERR_OK)
		return 0;
	if (verdict->text[0] == '\0')
		return cli_fail(cli, reason);
	/* What decoding let through disturbs no terminal. */
	(void)fprintf(cli->err, "orgloginctl: %s (%s)\n", verdict->text,
	    err_name(reason));
	return reason;
}

int
cli_open(const struct cli *cli, struct client *client)
{
	uid_t daemon_uid;
	int fault;

	if (localuser_find(cli->passwd, DAEMON_USER, &daemon_uid) != 0)
		daemon_uid = (uid_t)-1;
	fault = client_open(client, cli->socket, daemon_uid, OPEN_MS);
	return fault == 0 ? 0 : cli_fail(cli, fault);
}

int
cli_ask(const struct cli *cli, struct client *client, enum proto_type type,
    const void *message)
{
	int fault = cli_open(cli, client);

	if (fault != 0)
		return fault;
	fault = client_send(client, type, message, SEND_MS);
	return fault == 0 ? 0 : cli_fail(cli, fault);
}

int
cli_receive(const struct cli *cli, struct client *client,
    struct client_reply *ret_reply, int timeout_ms)
{
	int fault = client_receive(client, ret_reply, timeout_ms);

	if (fault != 0)
		return cli_fail(cli, fault);
	if (ret_reply->type != PROTO_VERDICT)
		return 0;
	/* Nothing that is asked by way of this is allowed by a verdict. */
	fault = cli_verdict(cli, ret_reply);
	return fault == 0 ? cli_fail(cli, ERR_DAEMON_MALFORMED) : fault;
}

int
cli_order(const struct cli *cli, enum proto_type type, const void *message,
    int timeout_ms)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct client_reply reply;
	int fault = cli_ask(cli, &client, type, message);

	if (fault == 0)
		fault = cli_receive(cli, &client, &reply, timeout_ms);
	if (fault == 0 &&
	    (reply.type != PROTO_DONE ||
		strcmp(reply.u.done.reason, "ok") != 0))
		fault = cli_fail(cli, ERR_DAEMON_MALFORMED);
	return fault;
}

int
cli_exchange(const struct cli *cli, enum proto_type type, const void *message,
    enum proto_type wanted, struct client_reply *ret_reply)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	int fault = cli_ask(cli, &client, type, message);

	if (fault == 0)
		fault = cli_receive(cli, &client, ret_reply, CLI_REPLY_MS);
	if (fault == 0 && ret_reply->type != wanted)
		fault = cli_fail(cli, ERR_DAEMON_MALFORMED);
	return fault;
}

int
cli_terminal(const struct cli *cli)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0)
		(void)fputs("orgloginctl: this needs a terminal\n", cli->err);
	return tty;
}

void
cli_terminal_close(const int *tty)
{
	if (*tty >= 0)
		(void)close(*tty);
}
