/*
 * doctor_daemon.c - has the daemon's own program check the configuration, and
 * judges the status of the daemon that runs.
 *
 * What is right and what is reachable is known there alone; nothing of it is
 * decided a second time here.
 */
#include "cli/doctor_daemon.h"

#include <inttypes.h>
#include <string.h>

#include "cli/hostrun.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/paths.h"

#define CONFIGURATION "configuration"
#define DAEMON "daemon"
#define MEMBERS "members"
#define SAID_BYTES ((size_t)65536)
#define PROBLEM " problem=\""
/* The roles of a list that nobody confirmed count for so long, unless
 * configured otherwise. */
#define CONFIRMED_MOST_S (15 * 60)
#define ASK_MS 2000

static bool
is_fine(const char *state)
{
	return strcmp(state, "ok") == 0 || strcmp(state, "unknown") == 0 ||
	    state[0] == '\0';
}

/* The problem in a line of the daemon's log, or all that was said. */
static void
tell_refused(const char *said, struct findings *findings)
{
	const char *problem = strstr(said, PROBLEM);
	size_t len = 0;

	if (problem != NULL) {
		said = problem + strlen(PROBLEM);
		len = strcspn(said, "\"");
	} else {
		len = strcspn(said, "\n");
	}
	findings_add(findings, FINDING_FATAL, CONFIGURATION,
	    "Mend it as orglogin.conf(5) tells, then systemctl restart "
	    "orglogind.service",
	    "The daemon refuses the configuration: %.*s", (int)len, said);
}

static void
check_configuration(const struct cli *cli, const struct hostfile_host *host,
    struct findings *findings)
{
	struct buf said BUF_AUTO = {0};
	int status = -1;
	int r = ERR_OK;

	buf_init(&said, SAID_BYTES);
	r = hostrun(host, cli->program, "--check-config", &said, &status);
	if (r != 0)
		findings_add(findings, FINDING_FATAL, CONFIGURATION,
		    "apt install --reinstall orglogin", "%s cannot be run: %s",
		    cli->program, err_text(r));
	else if (status == 0)
		findings_add(findings, FINDING_OK, CONFIGURATION, "",
		    PATH_CONFIG " and what it names are right.");
	else
		tell_refused(buf_text(&said), findings);
}

/* False: this host is in no organisation, and nothing else counts. */
static bool
look_at_configuration(const struct cli *cli, const struct hostfile_host *host,
    struct findings *findings)
{
	struct buf file BUF_AUTO = {0};

	buf_init(&file, HOSTFILE_LIMIT_BYTES);
	if (hostfile_read(host, PATH_CONFIG, &file) == ERR_NOT_FOUND) {
		findings_add(findings, FINDING_FATAL, CONFIGURATION,
		    "Write it, see orglogin.conf(5), then systemctl start "
		    "orglogind.socket orglogind.service",
		    PATH_CONFIG
		    " is not there: this host is in no organisation.");
		return false;
	}
	if (host->sees_all)
		check_configuration(cli, host, findings);
	else
		findings_add(findings, FINDING_UNSEEN, CONFIGURATION, "",
		    "Its secrets can only be checked for root.");
	return true;
}

static int
ask(const struct cli *cli, const struct hostfile_host *host,
    struct client_reply *ret_reply)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	int r = client_open(&client, cli->socket, host->daemon_uid, ASK_MS);

	if (r == 0)
		r = client_send(&client, PROTO_STATUS, NULL, ASK_MS);
	if (r == 0)
		r = client_receive(&client, ret_reply, CLI_REPLY_MS);
	if (r == 0 && ret_reply->type != PROTO_STATUS_REPLY)
		r = ERR_DAEMON_MALFORMED;
	return r;
}

/* The provider or the service. */
static void
judge_party(const char *name, const char *address, const char *state,
    struct findings *findings)
{
	char reason[2 * PROTO_LINE_SIZE];

	if (address[0] == '\0')
		return;
	if (is_fine(state))
		findings_add(findings, FINDING_OK, name, "", "%s %s.", address,
		    strcmp(state, "ok") == 0 ? "answers" : "was not asked yet");
	else
		findings_add(findings, FINDING_FATAL, name,
		    "Look at its address, the network, DNS, the clock, and "
		    "[tls] ca_file; journalctl -u orglogind tells more.",
		    "%s does not answer as it must: %s", address,
		    show_reason(state, "", reason, sizeof(reason)));
}

static void
judge_fetching(
    const struct proto_status_reply *status, struct findings *findings)
{
	char reason[2 * PROTO_LINE_SIZE];
	enum finding_severity severity =
	    status->confirmed_s < 0 ? FINDING_FATAL : FINDING_WARNING;
	bool shrunk = strcmp(status->directory_state,
			  err_name(ERR_DIRECTORY_SHRUNK)) == 0;

	if (!is_fine(status->directory_state))
		findings_add(findings, severity, MEMBERS,
		    shrunk ? "Where they really are gone: orgloginctl sync "
			     "--accept-shrink"
			   : "See [directory] in orglogin.conf(5); orgloginctl "
			     "sync tries again.",
		    "The list of members could not be fetched: %s",
		    show_reason(
			status->directory_state, "", reason, sizeof(reason)));
}

static void
judge_members(
    const struct proto_status_reply *status, struct findings *findings)
{
	char age[SHOW_AGE_SIZE];

	judge_fetching(status, findings);
	if (status->generation == 0) {
		findings_add(findings, FINDING_FATAL, MEMBERS,
		    "orgloginctl sync, and see what it says.",
		    "No list of members was ever published on this host.");
		return;
	}
	(void)show_age(status->confirmed_s, age);
	if (status->confirmed_s < 0 || status->confirmed_s > CONFIRMED_MOST_S)
		findings_add(findings, FINDING_WARNING, MEMBERS,
		    "orgloginctl sync, and see what it says; offline_max_age "
		    "in orglogin.conf(5) tells for how long roles count.",
		    "The organisation confirmed the list last: %s%s.", age,
		    status->confirmed_s < 0 ? "" : " ago");
	if (status->published == 0)
		findings_add(findings, FINDING_WARNING, MEMBERS,
		    "orgloginctl members tells the reason of each.",
		    "Nobody of %" PRIu32 " members is published on this host.",
		    status->members);
	else
		findings_add(findings, FINDING_OK, MEMBERS, "",
		    "%" PRIu32 " of %" PRIu32
		    " members are published, confirmed %s%s.",
		    status->published, status->members, age,
		    status->confirmed_s < 0 ? "" : " ago");
}

static void
judge_records(
    const struct proto_status_reply *status, struct findings *findings)
{
	char reason[2 * PROTO_LINE_SIZE];

	if (strcmp(status->vault_state, "ok") == 0)
		findings_add(findings, FINDING_OK, "vault", "",
		    "The vault has its key.");
	else
		findings_add(findings, FINDING_WARNING, "vault",
		    "orgloginctl vault rotate makes a key; see THE VAULT in "
		    "orglogind(8).",
		    "The vault has no key, so no sign-in, PIN or authenticator "
		    "is kept: %s",
		    show_reason(
			status->vault_state, "", reason, sizeof(reason)));
	if (!is_fine(status->audit_state))
		findings_add(findings, FINDING_WARNING, "audit",
		    "See [audit] file in orglogin.conf(5): its folder must be "
		    "the daemon's, and have room.",
		    "Records do not reach their file: %s",
		    show_reason(
			status->audit_state, "", reason, sizeof(reason)));
	else if (status->audit_lost > 0)
		findings_add(findings, FINDING_WARNING, "audit",
		    "journalctl -u orglogind tells when.",
		    "%" PRIu64 " records did not reach the journal or their "
		    "file since the daemon began.",
		    status->audit_lost);
}

void
doctor_daemon_judge(
    const struct proto_status_reply *status, struct findings *findings)
{
	if (strcmp(status->version, ORGLOGIN_VERSION) == 0)
		findings_add(findings, FINDING_OK, DAEMON, "",
		    "orglogind %s answers.", status->version);
	else
		findings_add(findings, FINDING_WARNING, DAEMON,
		    "systemctl restart orglogind.service",
		    "orglogind %s runs, but " ORGLOGIN_VERSION " is installed.",
		    status->version);
	if (status->problem[0] != '\0')
		findings_add(findings, FINDING_FATAL, DAEMON,
		    "Mend that, then systemctl restart orglogind.service",
		    "Until it is mended nobody signs in: %s", status->problem);
	judge_party(
	    "provider", status->provider, status->provider_state, findings);
	judge_party(
	    "service", status->service, status->service_state, findings);
	judge_members(status, findings);
	judge_records(status, findings);
}

void
doctor_daemon_look(const struct cli *cli, const struct hostfile_host *host,
    struct findings *findings)
{
	struct client_reply reply;
	int r = ERR_OK;

	if (!look_at_configuration(cli, host, findings))
		return;
	r = ask(cli, host, &reply);
	if (r == 0)
		doctor_daemon_judge(&reply.u.status, findings);
	else
		findings_add(findings, FINDING_FATAL, DAEMON,
		    "systemctl restart orglogind.socket orglogind.service; "
		    "journalctl -u orglogind tells why it ended.",
		    "The daemon cannot be asked, so no member gets in (%s).",
		    err_name(r));
}
