/*
 * memberlist.c - all members, one a line, as they come from the daemon.
 *
 * Promises that no byte of a member drives the terminal.
 */
#include "cli/memberlist.h"

#include <inttypes.h>
#include <string.h>

#include "cli/listing.h"
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

static void
on_member(const struct cli *cli, struct json_out *json,
    const struct client_reply *reply, void *arg)
{
	if (cli->json)
		memberlist_write(json, NULL, &reply->u.member);
	else
		show_row(cli, &reply->u.member);
}

int
memberlist_command(const struct cli *cli)
{
	static const struct listing listing = {.request = PROTO_MEMBERS,
	    .row = PROTO_MEMBER,
	    .heading = "NAME                 UID        STATE        ROLES\n",
	    .on_row = on_member};

	return listing_run(cli, &listing, NULL);
}
