/*
 * status.c - what the daemon knows about itself, with a plain verdict on each
 * part and on the whole.
 */
#include "cli/status.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/json_out.h"
#include "cli/show.h"
#include "common/err.h"

#define LINE_SIZE (PROTO_LINE_SIZE + 256)

static bool
is_fine(const char *state)
{
	return strcmp(state, "ok") == 0 || strcmp(state, "unknown") == 0 ||
	    state[0] == '\0';
}

/* The first thing that is wrong, as a sentence; NULL: nothing. */
static const char *
find_trouble(const struct proto_status_reply *status, char *out, size_t size)
{
	const char *const states[] = {status->provider_state,
	    status->service_state, status->directory_state,
	    status->audit_state};

	if (status->problem[0] != '\0')
		return status->problem;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (!is_fine(states[i]))
			return show_reason(states[i], "", out, size);
	if (status->generation == 0)
		return show_reason("snapshot-missing", "", out, size);
	return NULL;
}

static void
write_json(const struct cli *cli, const struct proto_status_reply *status,
    const char *trouble)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_object(&json, NULL);
	json_out_bool(&json, "healthy", trouble == NULL);
	json_out_string(&json, "trouble", trouble == NULL ? "" : trouble);
	json_out_string(&json, "version", status->version);
	json_out_string(&json, "organization", status->organization);
	json_out_string(&json, "provider", status->provider);
	json_out_string(&json, "provider_state", status->provider_state);
	json_out_string(&json, "service", status->service);
	json_out_string(&json, "service_state", status->service_state);
	json_out_string(&json, "directory_state", status->directory_state);
	json_out_string(&json, "vault_state", status->vault_state);
	json_out_string(&json, "problem", status->problem);
	json_out_number(&json, "members", status->members);
	json_out_number(&json, "published", status->published);
	json_out_number(&json, "excluded", status->excluded);
	json_out_number(&json, "generation", (int64_t)status->generation);
	json_out_seconds(&json, "confirmed_s", status->confirmed_s);
	json_out_seconds(&json, "next_sync_s", status->next_sync_s);
	json_out_number(&json, "signins", status->signins);
	json_out_number(&json, "started_s", (int64_t)status->started_s);
	json_out_string(&json, "audit_state", status->audit_state);
	json_out_number(&json, "audit_lost", (int64_t)status->audit_lost);
	json_out_object_end(&json);
	(void)fputc('\n', cli->out);
}

/* "address: verdict" of the provider or the service. */
static void
show_party(const struct cli *cli, const char *label, const char *address,
    const char *state)
{
	char reason[LINE_SIZE];
	char line[2 * LINE_SIZE];
	const char *verdict = "not asked yet";

	if (address[0] == '\0') {
		show_line(cli, label, "none");
		return;
	}
	if (strcmp(state, "ok") == 0)
		verdict = "answers";
	else if (!is_fine(state))
		verdict = show_reason(state, "", reason, sizeof(reason));
	(void)snprintf(line, sizeof(line), "%s: %s", address, verdict);
	show_line(cli, label, line);
}

static void
show_directory(const struct cli *cli, const struct proto_status_reply *status)
{
	char reason[LINE_SIZE];
	char line[LINE_SIZE];
	char age[SHOW_AGE_SIZE];

	if (!is_fine(status->directory_state))
		show_line(cli, "directory",
		    show_reason(
			status->directory_state, "", reason, sizeof(reason)));
	if (status->confirmed_s < 0)
		show_line(cli, "confirmed", "never");
	else {
		(void)snprintf(line, sizeof(line), "%s ago",
		    show_age(status->confirmed_s, age));
		show_line(cli, "confirmed", line);
	}
	if (status->next_sync_s < 0)
		show_line(cli, "next sync", "none planned");
	else {
		(void)snprintf(line, sizeof(line), "in %s",
		    show_age(status->next_sync_s, age));
		show_line(cli, "next sync", line);
	}
	(void)snprintf(line, sizeof(line),
	    "%" PRIu32 " known, %" PRIu32 " published, %" PRIu32 " left out",
	    status->members, status->published, status->excluded);
	show_line(cli, "members", line);
	(void)snprintf(
	    line, sizeof(line), "generation %" PRIu64, status->generation);
	show_line(cli, "snapshot", status->generation == 0 ? "none" : line);
}

/* No trouble of a sign-in's: it only is not kept. */
static void
show_vault(const struct cli *cli, const struct proto_status_reply *status)
{
	char line[LINE_SIZE];
	const char *shown = status->vault_state;

	if (strcmp(shown, "ok") == 0)
		shown = "has its key";
	else if (strcmp(shown, "not-found") == 0)
		shown = "has no key: no sign-in is kept; orgloginctl vault "
			"rotate makes one";
	else
		shown = show_reason(shown, "", line, sizeof(line));
	show_line(cli, "vault", shown);
}

static void
show_audit(const struct cli *cli, const struct proto_status_reply *status)
{
	char reason[LINE_SIZE];
	char line[LINE_SIZE];

	if (!is_fine(status->audit_state))
		show_line(cli, "audit",
		    show_reason(
			status->audit_state, "", reason, sizeof(reason)));
	if (status->audit_lost == 0)
		return;
	(void)snprintf(line, sizeof(line),
	    "%" PRIu64 " records are not where they belong",
	    status->audit_lost);
	show_line(cli, "audit", line);
}

static void
show_page(const struct cli *cli, const struct proto_status_reply *status,
    const char *trouble)
{
	char line[2 * LINE_SIZE];
	char age[SHOW_AGE_SIZE];
	int64_t up_s = (int64_t)time(NULL) - (int64_t)status->started_s;

	if (trouble == NULL) {
		show_verdict(cli, true, "Members can sign in to this host.");
	} else {
		(void)snprintf(
		    line, sizeof(line), "Something is wrong: %s", trouble);
		show_verdict(cli, false, line);
	}
	show_line(cli, "organization", status->organization);
	show_party(cli, "provider", status->provider, status->provider_state);
	show_party(cli, "service", status->service, status->service_state);
	show_directory(cli, status);
	show_vault(cli, status);
	(void)snprintf(
	    line, sizeof(line), "%" PRIu32 " under way", status->signins);
	show_line(cli, "sign-ins", line);
	show_audit(cli, status);
	(void)snprintf(line, sizeof(line), "orglogind %s, up %s",
	    status->version, show_age(up_s < 0 ? 0 : up_s, age));
	show_line(cli, "daemon", line);
}

int
status_command(const struct cli *cli)
{
	struct client_reply reply;
	char reason[LINE_SIZE];
	const char *trouble;

	if (cli_exchange(cli, PROTO_STATUS, NULL, PROTO_STATUS_REPLY, &reply) !=
	    0)
		return CLI_NO;
	trouble = find_trouble(&reply.u.status, reason, sizeof(reason));
	if (cli->json)
		write_json(cli, &reply.u.status, trouble);
	else
		show_page(cli, &reply.u.status, trouble);
	return trouble == NULL ? CLI_OK : CLI_NO;
}
