/*
 * memberlist.c - all members, one a line, as they come from the daemon.
 *
 * Holds one member at a time, however many there are.
 */
#include "cli/memberlist.h"

#include <inttypes.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

void
memberlist_write(
    struct json_out *json, const char *name, const struct proto_member *member)
{
	json_out_object(json, name);
	json_out_string(json, "user", member->user);
	json_out_string(json, "id", member->id);
	json_out_string(json, "mail", member->mail);
	json_out_string(json, "state", member->state);
	json_out_string(json, "excluded", member->excluded);
	json_out_list(json, "roles", member->roles);
	json_out_number(json, "uid", member->uid);
	json_out_object_end(json);
}

static void
show_row(const struct cli *cli, const struct proto_member *member)
{
	char user[4 * PROTO_NAME_SIZE];
	char state[4 * sizeof(member->state)];
	char rest[4 * PROTO_LIST_SIZE];
	char roles[PROTO_LIST_SIZE];
	char uid[16] = "-";

	if (member->uid != 0)
		(void)snprintf(uid, sizeof(uid), "%" PRIu32, member->uid);
	memcpy(roles, member->roles, sizeof(roles));
	for (char *at = roles; *at != '\0'; at++)
		*at = *at == '\n' ? ',' : *at;
	(void)fprintf(cli->out, "%-20s %-10s %-12s %s",
	    member->user[0] == '\0'
		? "-"
		: text_display(member->user, user, sizeof(user)),
	    uid, text_display(member->state, state, sizeof(state)),
	    roles[0] == '\0' ? "-" : text_display(roles, rest, sizeof(rest)));
	if (member->excluded[0] != '\0')
		(void)fprintf(cli->out, "  left out: %s (%s)",
		    text_display(member->excluded, state, sizeof(state)),
		    text_display(
			member->mail[0] == '\0' ? member->id : member->mail,
			rest, sizeof(rest)));
	(void)fputc('\n', cli->out);
}

/* Until DONE, which is left in reply; the faults of cli_receive(). */
static int
receive_members(const struct cli *cli, struct client *client,
    struct json_out *json, struct client_reply *reply)
{
	for (;;) {
		int fault = cli_receive(cli, client, reply, CLI_REPLY_MS);

		if (fault != 0 || reply->type == PROTO_DONE)
			return fault;
		if (reply->type != PROTO_MEMBER)
			return cli_fail(cli, ERR_DAEMON_MALFORMED);
		if (cli->json)
			memberlist_write(json, NULL, &reply->u.member);
		else
			show_row(cli, &reply->u.member);
	}
}

int
memberlist_command(const struct cli *cli)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct client_reply reply;
	struct json_out json;

	if (cli_ask(cli, &client, PROTO_MEMBERS, NULL) != 0)
		return CLI_NO;
	json_out_init(&json, cli->out);
	if (cli->json)
		json_out_array(&json, NULL);
	else
		(void)fprintf(cli->out, "%-20s %-10s %-12s %s\n", "NAME", "UID",
		    "STATE", "ROLES");
	if (receive_members(cli, &client, &json, &reply) != 0)
		return CLI_NO;
	if (cli->json) {
		json_out_array_end(&json);
		(void)fputc('\n', cli->out);
	}
	return strcmp(reply.u.done.reason, "ok") == 0 ? CLI_OK : CLI_NO;
}
