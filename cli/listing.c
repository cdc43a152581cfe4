/*
 * listing.c - asks for rows and prints what stands around them.
 *
 * Holds one row at a time, however many there are.  Promises that nothing is
 * printed before the daemon has answered with something else than a refusal.
 * Must not know what is in a row.
 */
#include "cli/listing.h"

#include <string.h>

#include "common/err.h"

static void
begin(
    const struct cli *cli, const struct listing *listing, struct json_out *json)
{
	if (cli->json)
		json_out_array(json, NULL);
	else if (listing->heading != NULL)
		(void)fputs(listing->heading, cli->out);
}

/* Until DONE, which is left in reply; the faults of cli_receive(). */
static int
receive(const struct cli *cli, const struct listing *listing,
    struct client *client, struct client_reply *reply, void *arg)
{
	struct json_out json;
	bool begun = false;

	json_out_init(&json, cli->out);
	for (;;) {
		int fault = cli_receive(cli, client, reply, CLI_REPLY_MS);

		if (fault != 0)
			return fault;
		if (!begun)
			begin(cli, listing, &json);
		begun = true;
		if (reply->type == PROTO_DONE)
			break;
		if (reply->type == listing->row)
			listing->on_row(cli, &json, reply, arg);
		else if (reply->type != PROTO_PROGRESS)
			return cli_fail(cli, ERR_DAEMON_MALFORMED);
	}
	if (cli->json) {
		json_out_array_end(&json);
		(void)fputc('\n', cli->out);
	}
	return 0;
}

int
listing_run(const struct cli *cli, const struct listing *listing, void *arg)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct client_reply reply;
	enum err reason = ERR_DAEMON_MALFORMED;

	if (cli_ask(cli, &client, listing->request, listing->message) != 0 ||
	    receive(cli, listing, &client, &reply, arg) != 0)
		return CLI_NO;
	if (strcmp(reply.u.done.reason, "ok") == 0)
		return CLI_OK;
	if (err_from_name(reply.u.done.reason, &reason) != 0)
		reason = ERR_DAEMON_MALFORMED;
	(void)cli_fail(cli, reason);
	return CLI_NO;
}
