/*
 * records.c - what was decided and done lately, one a line.
 *
 * Promises that no byte of a record drives the terminal.
 */
#include "cli/records.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/listing.h"
#include "cli/login.h"
#include "common/err.h"
#include "common/num.h"
#include "common/text.h"
#include "common/times.h"

/* As many as the daemon keeps; this many unless -n says otherwise. */
#define COUNT_MAX 1000
#define COUNT_USUAL 50

static void
write_json(struct json_out *json, const struct proto_audit_row *row)
{
	char time[TIMES_UTC_SIZE];

	json_out_object(json, NULL);
	json_out_string(
	    json, "time", times_utc((struct wall_time){row->time_s}, time));
	json_out_number(json, "number", (int64_t)row->number);
	json_out_string(json, "kind", row->kind);
	json_out_string(
	    json, "verdict", strcmp(row->reason, "ok") == 0 ? "allow" : "deny");
	json_out_string(json, "reason", row->reason);
	json_out_string(json, "user", row->user);
	json_out_string(json, "member_id", row->member_id);
	json_out_string(json, "service", row->service);
	json_out_string(json, "tty", row->tty);
	json_out_string(json, "rhost", row->rhost);
	json_out_string(json, "role", row->role);
	json_out_string(json, "factor", row->factor);
	json_out_string(json, "object", row->object);
	json_out_string(json, "request", row->request);
	json_out_number(json, "uid", row->uid);
	json_out_number(json, "caller_uid", row->caller_uid);
	json_out_object_end(json);
}

/* " label=text" of what is known. */
static void
show_part(const struct cli *cli, const char *label, const char *text)
{
	char shown[4 * PROTO_AUDIT_TEXT_SIZE];

	if (text[0] != '\0')
		(void)fprintf(cli->out, " %s=%s", label,
		    text_escape(text, shown, sizeof(shown)));
}

static void
show_row(const struct cli *cli, const struct proto_audit_row *row)
{
	char time[TIMES_UTC_SIZE];
	char user[4 * PROTO_AUDIT_TEXT_SIZE];
	char kind[4 * PROTO_REASON_SIZE];
	char reason[4 * PROTO_REASON_SIZE];

	(void)fprintf(cli->out, "%-20s %-21s %-20s %s",
	    times_utc((struct wall_time){row->time_s}, time),
	    text_escape(row->kind, kind, sizeof(kind)),
	    row->user[0] == '\0' ? "-"
				 : text_escape(row->user, user, sizeof(user)),
	    text_escape(row->reason, reason, sizeof(reason)));
	show_part(cli, "service", row->service);
	show_part(cli, "from", row->rhost[0] != '\0' ? row->rhost : row->tty);
	show_part(cli, "role", row->role);
	show_part(cli, "factor", row->factor);
	show_part(cli, "object", row->object);
	(void)fprintf(cli->out, " by=%" PRIu32 "\n", row->caller_uid);
}

static void
on_row(const struct cli *cli, struct json_out *json,
    const struct client_reply *reply, void *arg)
{
	if (cli->json)
		write_json(json, &reply->u.audit_row);
	else
		show_row(cli, &reply->u.audit_row);
}

int
records_command(const struct cli *cli)
{
	struct proto_audit request = {.count = COUNT_USUAL};
	const struct listing listing = {.request = PROTO_AUDIT,
	    .message = &request,
	    .row = PROTO_AUDIT_ROW,
	    .heading = "TIME                 KIND                  NAME"
		       "                 VERDICT\n",
	    .on_row = on_row};
	uint64_t count = COUNT_USUAL;

	if (cli->count != NULL &&
	    num_parse(cli->count, COUNT_MAX, &count) != 0) {
		(void)fputs(
		    "orgloginctl: -n takes a number up to 1000\n", cli->err);
		return CLI_USAGE;
	}
	request.count = (uint32_t)count;
	if (cli->name != NULL &&
	    !text_copy(request.user, sizeof(request.user), cli->name)) {
		(void)cli_fail(cli, ERR_NOT_A_MEMBER);
		return CLI_NO;
	}
	if (cli->name == NULL && geteuid() != 0 &&
	    login_own_name(cli, request.user) != 0)
		return CLI_NO;
	return listing_run(cli, &listing, NULL);
}
