/*
 * doctor.c - runs the checks one after the other and shows what they found.
 *
 * Promises that nothing is changed, and that a check that cannot look says so
 * instead of finding all well.
 */
#include "cli/doctor.h"

#include <string.h>
#include <unistd.h>

#include "cli/doctor_daemon.h"
#include "cli/doctor_files.h"
#include "cli/doctor_nss.h"
#include "cli/doctor_pam.h"
#include "cli/doctor_sshd.h"
#include "cli/doctor_sudo.h"
#include "cli/findings.h"
#include "cli/json_out.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/localuser.h"
#include "common/paths.h"
#include "common/text.h"

static void
write_json(const struct cli *cli, const struct findings *findings)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_array(&json, NULL);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->rows[i];

		json_out_object(&json, NULL);
		json_out_string(&json, "name", f->name);
		json_out_string(&json, "severity", findings_word(f->severity));
		json_out_string(&json, "text", f->text);
		json_out_string(&json, "remedy", f->remedy);
		json_out_object_end(&json);
	}
	json_out_array_end(&json);
	(void)fputc('\n', cli->out);
}

/* A remedy of several in a row is told once, behind the last. */
static void
show_finding(const struct cli *cli, const struct finding *f, bool same_follows)
{
	static const char *const marks[FINDING_SEVERITIES] = {
	    [FINDING_OK] = "ok",
	    [FINDING_UNSEEN] = "unseen",
	    [FINDING_WARNING] = "warning",
	    [FINDING_FATAL] = "FATAL"};
	static const char *const colours[FINDING_SEVERITIES] = {
	    [FINDING_OK] = "\033[32m",
	    [FINDING_UNSEEN] = "",
	    [FINDING_WARNING] = "\033[33m",
	    [FINDING_FATAL] = "\033[31m"};
	char shown[4 * FINDINGS_TEXT_SIZE];

	(void)fprintf(cli->out, "%s%-7s%s %-13s %s\n",
	    cli->terminal ? colours[f->severity] : "", marks[f->severity],
	    cli->terminal ? "\033[0m" : "", f->name,
	    text_display(f->text, shown, sizeof(shown)));
	if (f->remedy[0] != '\0' && !same_follows)
		(void)fprintf(cli->out, "%-21s remedy: %s\n", "", f->remedy);
}

static void
show_page(const struct cli *cli, const struct findings *findings)
{
	size_t fatal = findings->counts[FINDING_FATAL];
	size_t warnings = findings->counts[FINDING_WARNING];
	char line[128];

	for (size_t i = 0; i < findings->count; i++)
		show_finding(cli, &findings->rows[i],
		    i + 1 < findings->count &&
			findings->rows[i].remedy ==
			    findings->rows[i + 1].remedy);
	(void)fputc('\n', cli->out);
	(void)snprintf(line, sizeof(line), "%zu fatal, %zu %s, %zu well.",
	    fatal, warnings, warnings == 1 ? "warning" : "warnings",
	    findings->counts[FINDING_OK]);
	show_verdict(cli, fatal == 0, line);
	if (findings->counts[FINDING_UNSEEN] > 0)
		(void)fputs("Root sees all of it.\n", cli->out);
}

int
doctor_run(const struct cli *cli, const struct hostfile_host *host)
{
	FINDINGS_AUTO struct findings findings = {0};
	int r = findings_init(&findings);

	if (r != 0) {
		(void)cli_fail(cli, r);
		return CLI_NO;
	}
	doctor_daemon_look(cli, host, &findings);
	doctor_files_look_at_clock(&findings);
	doctor_files_look(host, &findings);
	doctor_nss_look(host, &findings);
	doctor_pam_look(host, &findings);
	doctor_sudo_look(host, &findings);
	doctor_sshd_look(host, &findings);
	if (cli->json)
		write_json(cli, &findings);
	else
		show_page(cli, &findings);
	return findings.counts[FINDING_FATAL] == 0 ? CLI_OK : CLI_NO;
}

int
doctor_command(const struct cli *cli)
{
	struct hostfile_host host = {
	    .root = "", .daemon_uid = (uid_t)-1, .sees_all = geteuid() == 0};

	if (localuser_find(cli->passwd, DAEMON_USER, &host.daemon_uid) != 0)
		host.daemon_uid = (uid_t)-1;
	return doctor_run(cli, &host);
}
