/*
 * syncnow.c - has the daemon fetch the members now, and shows how far it is.
 */
#include "cli/syncnow.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json_out.h"
#include "cli/show.h"
#include "common/err.h"

#define BAR_WIDTH 30

static void
draw(const struct cli *cli, const struct proto_progress *progress)
{
	char bar[BAR_WIDTH + 1];
	uint32_t filled = 0;

	if (!cli->terminal || cli->json)
		return;
	if (progress->total == 0) {
		(void)fprintf(
		    cli->out, "\r\033[K%" PRIu32 " members", progress->done);
	} else {
		if (progress->done >= progress->total)
			filled = BAR_WIDTH;
		else
			filled = (uint32_t)((uint64_t)progress->done *
			    BAR_WIDTH / progress->total);
		memset(bar, '.', BAR_WIDTH);
		memset(bar, '#', filled);
		bar[BAR_WIDTH] = '\0';
		(void)fprintf(cli->out,
		    "\r\033[K[%s] %" PRIu32 "/%" PRIu32 " members", bar,
		    progress->done, progress->total);
	}
	(void)fflush(cli->out);
}

/* Until DONE, which is left in reply; the faults of cli_receive(). */
static int
follow(const struct cli *cli, struct client *client, struct client_reply *reply)
{
	for (;;) {
		int fault = cli_receive(cli, client, reply, CLI_SYNC_MS);

		if (fault != 0 || reply->type == PROTO_DONE)
			return fault;
		if (reply->type != PROTO_PROGRESS)
			return cli_fail(cli, ERR_DAEMON_MALFORMED);
		draw(cli, &reply->u.progress);
	}
}

static void
tell(const struct cli *cli, const struct proto_done *done)
{
	char line[2 * PROTO_LINE_SIZE];
	bool good = strcmp(done->reason, "ok") == 0;
	struct json_out json;

	if (cli->json) {
		json_out_init(&json, cli->out);
		json_out_object(&json, NULL);
		json_out_string(&json, "reason", done->reason);
		json_out_string(&json, "text", done->text);
		json_out_object_end(&json);
		(void)fputc('\n', cli->out);
	} else if (good) {
		show_verdict(cli, true,
		    done->text[0] == '\0' ? "The member list is up to date."
					  : done->text);
	} else {
		show_verdict(cli, false,
		    show_reason(done->reason, done->text, line, sizeof(line)));
	}
}

int
syncnow_command(const struct cli *cli)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct proto_sync request = {
	    .full = cli->full, .accept_shrink = cli->accept_shrink};
	struct client_reply reply;
	int fault;

	if (cli_ask(cli, &client, PROTO_SYNC, &request) != 0)
		return CLI_NO;
	fault = follow(cli, &client, &reply);
	if (cli->terminal && !cli->json)
		(void)fputs("\r\033[K", cli->out);
	if (fault != 0)
		return CLI_NO;
	tell(cli, &reply.u.done);
	return strcmp(reply.u.done.reason, "ok") == 0 ? CLI_OK : CLI_NO;
}
