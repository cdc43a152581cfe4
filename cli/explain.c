/*
 * explain.c - one member: who it is, what she may do here, and if not why, in
 * the daemon's own words.
 */
#include "cli/explain.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json_out.h"
#include "cli/memberlist.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/text.h"

#define LINE_SIZE (2 * PROTO_LINE_SIZE)

static bool
is_ok(const char *reason)
{
	return strcmp(reason, "ok") == 0;
}

static void
write_json(const struct cli *cli, const struct proto_explain_reply *reply)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_object(&json, NULL);
	json_out_bool(&json, "known", is_ok(reply->reason));
	json_out_string(&json, "reason", reply->reason);
	memberlist_write(&json, "member", &reply->member);
	json_out_string(&json, "taken", reply->taken);
	json_out_list(&json, "groups", reply->groups);
	json_out_list(&json, "local_groups", reply->local_groups);
	json_out_bool(&json, "may_login", is_ok(reply->login));
	json_out_string(&json, "login", reply->login);
	json_out_string(&json, "login_text", reply->login_text);
	json_out_string(&json, "role", reply->role);
	json_out_string(&json, "role_text", reply->role_text);
	json_out_list(&json, "claimed", reply->claimed);
	json_out_string(&json, "claimed_reason", reply->claimed_reason);
	json_out_seconds(&json, "claimed_s", reply->claimed_s);
	json_out_seconds(&json, "proof_s", reply->proof_s);
	json_out_seconds(&json, "confirmed_s", reply->confirmed_s);
	json_out_object_end(&json);
	(void)fputc('\n', cli->out);
}

/* "ada may ...": the verdict, and why not. */
static void
show_answer(const struct cli *cli, const char *name, const char *what,
    const char *reason, const char *text)
{
	char why[LINE_SIZE];
	char line[2 * LINE_SIZE];

	if (is_ok(reason))
		(void)snprintf(line, sizeof(line), "%s may %s.", name, what);
	else
		(void)snprintf(line, sizeof(line), "%s may not %s: %s", name,
		    what, show_reason(reason, text, why, sizeof(why)));
	show_verdict(cli, is_ok(reason), line);
}

static void
show_time(const struct cli *cli, const char *label, int64_t seconds)
{
	char age[SHOW_AGE_SIZE];
	char line[SHOW_AGE_SIZE + 8];

	(void)snprintf(line, sizeof(line), "%s%s", show_age(seconds, age),
	    seconds < 0 ? "" : " ago");
	show_line(cli, label, line);
}

/* What the ID Token of the last sign-in told. */
static void
show_claimed(const struct cli *cli, const struct proto_explain_reply *reply)
{
	char line[LINE_SIZE];

	show_list(cli, "token roles", reply->claimed);
	show_time(cli, "token", reply->claimed_s);
	if (!is_ok(reply->claimed_reason))
		show_line(cli, "token problem",
		    show_reason(reply->claimed_reason, "", line, sizeof(line)));
}

static void
show_member(const struct cli *cli, const struct proto_explain_reply *reply)
{
	const struct proto_member *member = &reply->member;
	char line[LINE_SIZE];

	(void)snprintf(line, sizeof(line), "%" PRIu32, member->uid);
	show_line(cli, "uid", member->uid == 0 ? "none" : line);
	show_line(cli, "member id", member->id);
	show_line(cli, "mail", member->mail);
	show_line(cli, "state", member->state);
	if (member->excluded[0] != '\0')
		show_line(cli, "left out",
		    show_reason(member->excluded, "", line, sizeof(line)));
	show_list(cli, "roles", member->roles);
	if (reply->claimed_s >= 0)
		show_claimed(cli, reply);
	show_list(cli, "groups", reply->groups);
	show_list(cli, "local groups", reply->local_groups);
	show_time(cli, "signed in", reply->proof_s);
	show_time(cli, "confirmed", reply->confirmed_s);
}

static void
show_page(const struct cli *cli, const char *name, const char *role,
    const struct proto_explain_reply *reply)
{
	char what[NAME_ROLE_MAX + 64];

	show_answer(
	    cli, name, "log in to this host", reply->login, reply->login_text);
	if (reply->role[0] != '\0') {
		(void)snprintf(
		    what, sizeof(what), "pass a gate for the role %s", role);
		show_answer(cli, name, what, reply->role, reply->role_text);
	}
	if (reply->taken[0] != '\0')
		show_line(cli, "name", reply->taken);
	if (is_ok(reply->reason))
		show_member(cli, reply);
}

static int
explain(const struct cli *cli, enum proto_type type,
    const struct proto_explain *request, const char *name)
{
	struct client_reply reply;
	const struct proto_explain_reply *explained = &reply.u.explain;

	if (cli_exchange(cli, type, request, PROTO_EXPLAIN_REPLY, &reply) != 0)
		return CLI_NO;
	if (name[0] == '\0')
		name = explained->member.user[0] == '\0'
		    ? "You"
		    : explained->member.user;
	if (cli->json)
		write_json(cli, explained);
	else
		show_page(cli, name, cli->role, explained);
	if (explained->role[0] != '\0' && !is_ok(explained->role))
		return CLI_NO;
	return is_ok(explained->login) ? CLI_OK : CLI_NO;
}

int
explain_command(const struct cli *cli)
{
	struct proto_explain request = {.user = ""};

	if (!text_copy(request.user, sizeof(request.user), cli->name) ||
	    !text_copy(request.role, sizeof(request.role), cli->role)) {
		(void)cli_fail(cli, ERR_NAME_INVALID);
		return CLI_NO;
	}
	return explain(cli, PROTO_EXPLAIN, &request, request.user);
}

int
explain_whoami(const struct cli *cli)
{
	return explain(cli, PROTO_WHOAMI, NULL, "");
}
