/*
 * token.c - prints a token of the person who asks, and changes the
 * organisation it is for.
 *
 * Promises that the token goes to the standard output and nowhere else, and
 * that the memory it was in is wiped.  Header lines are parted by CR LF and end
 * in LF: $(...) drops that one, so that curl -H takes all of them as one
 * argument, and curl -H @- reads them as lines.
 */
#include "cli/token.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json_out.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

/* A renewal, and another organisation's token behind it. */
#define TOKEN_MS 60000

static void
wipe_reply(struct client_reply *reply)
{
	secret_wipe(reply, sizeof(*reply));
}

static void
print_lines(const struct cli *cli, const char *text)
{
	size_t len = strlen(text);

	/* The last newline is the line's own. */
	if (len > 0 && text[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			(void)fputc('\r', cli->out);
		(void)fputc(text[i], cli->out);
	}
	(void)fputc('\n', cli->out);
}

static void
print_json(const struct cli *cli, const struct proto_token_reply *token)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_object(&json, NULL);
	json_out_string(&json, "organization", token->organization);
	json_out_number(&json, "expires_s", token->expires_s);
	if (cli->headers)
		json_out_list(&json, "headers", token->text);
	else
		json_out_string(&json, "token", token->text);
	json_out_object_end(&json);
	(void)fputc('\n', cli->out);
}

int
token_command(const struct cli *cli)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	CLEANUP(wipe_reply) struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_token request = {.headers = cli->headers};

	/* What was printed is not to stay in a buffer of the C library. */
	(void)setvbuf(cli->out, NULL, _IONBF, 0);
	if (!text_copy(request.organization, sizeof(request.organization),
		cli->organization)) {
		(void)cli_fail(cli, ERR_INVALID_ARGUMENT);
		return CLI_NO;
	}
	if (cli_ask(cli, &client, PROTO_TOKEN, &request) != 0 ||
	    cli_receive(cli, &client, &reply, TOKEN_MS) != 0)
		return CLI_NO;
	if (reply.type != PROTO_TOKEN_REPLY) {
		(void)cli_fail(cli, ERR_DAEMON_MALFORMED);
		return CLI_NO;
	}
	if (cli->json)
		print_json(cli, &reply.u.token);
	else
		print_lines(cli, reply.u.token.text);
	return CLI_OK;
}

int
token_switch(const struct cli *cli)
{
	struct proto_switch_org request = {.organization = ""};
	char line[PROTO_LINE_SIZE];

	if (!text_copy(request.organization, sizeof(request.organization),
		cli->name)) {
		(void)cli_fail(cli, ERR_INVALID_ARGUMENT);
		return CLI_NO;
	}
	if (cli_order(cli, PROTO_SWITCH_ORG, &request, TOKEN_MS) != 0)
		return CLI_NO;
	(void)text_escape(request.organization, line, sizeof(line));
	(void)fprintf(cli->out, "You work in %s now.\n", line);
	return CLI_OK;
}
