/*
 * invite.c - has the organisation's service send invitations.
 *
 * Whether somebody may invite, and as what, is the service's to say.
 */
#include "cli/invite.h"

#include "common/err.h"
#include "common/text.h"

/* A renewal of the token, and the invitation. */
#define INVITE_MS 60000

static int
order(const struct cli *cli, enum proto_type type, const void *message)
{
	if (cli_order(cli, type, message, INVITE_MS) != 0)
		return CLI_NO;
	(void)fputs("The invitation is on its way.\n", cli->out);
	return CLI_OK;
}

int
invite_command(const struct cli *cli)
{
	struct proto_invite request = {.mail = ""};

	if (cli->role[0] == '\0') {
		(void)fputs("orgloginctl: --role is needed: the role to come "
			    "with\n",
		    cli->err);
		return CLI_USAGE;
	}
	if (!text_copy(request.mail, sizeof(request.mail), cli->name) ||
	    !text_copy(request.role, sizeof(request.role), cli->role)) {
		(void)cli_fail(cli, ERR_INVALID_ARGUMENT);
		return CLI_NO;
	}
	return order(cli, PROTO_INVITE, &request);
}

int
invite_resend(const struct cli *cli)
{
	struct proto_resend request = {.name = ""};

	if (!text_copy(request.name, sizeof(request.name), cli->name)) {
		(void)cli_fail(cli, ERR_INVALID_ARGUMENT);
		return CLI_NO;
	}
	return order(cli, PROTO_RESEND, &request);
}
