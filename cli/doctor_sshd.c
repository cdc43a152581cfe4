/*
 * doctor_sshd.c - has sshd(8) tell its settings, and judges those that members
 * need.
 *
 * Whatever files they stand in, sshd is who knows; only what a Match block says
 * of some users or addresses is not seen.
 */
#include "cli/doctor_sshd.h"

#include <string.h>
#include <unistd.h>

#include "cli/hostrun.h"
#include "common/err.h"
#include "common/num.h"

#define SSHD "/usr/sbin/sshd"
#define CHECK "sshd"
#define VALUE_SIZE 512
#define SAID_BYTES ((size_t)262144)
/* One sign-in may take so long, orglogin.conf(5). */
#define DEADLINE_S 110
#define RELOAD "then systemctl reload ssh.service"

/* The first one counts, as for sshd. */
static bool
find(const char *settings, const char *name, char out[VALUE_SIZE])
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {.at = settings};
	const char *line = NULL;
	char word[VALUE_SIZE];

	while ((line = hostfile_next(&lines)) != NULL)
		if (hostfile_word(&line, word, sizeof(word)) &&
		    strcmp(word, name) == 0)
			return hostfile_word(&line, out, VALUE_SIZE);
	return false;
}

static bool
is_no(const char *settings, const char *name)
{
	char value[VALUE_SIZE];

	return find(settings, name, value) && strcmp(value, "no") == 0;
}

/* Lists of methods; one of them must be passed as a whole. */
static bool
members_have_a_method(const char *settings)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {.at = settings};
	const char *line = NULL;
	char word[VALUE_SIZE];

	while ((line = hostfile_next(&lines)) != NULL)
		if (hostfile_word(&line, word, sizeof(word)) &&
		    strcmp(word, "authenticationmethods") == 0)
			return strstr(line, "any") != NULL ||
			    strstr(line, "keyboard-interactive") != NULL;
	return true;
}

static bool
is_short(const char *settings)
{
	char value[VALUE_SIZE];
	uint64_t seconds = 0;

	return find(settings, "logingracetime", value) &&
	    num_parse(value, UINT32_MAX, &seconds) == 0 && seconds > 0 &&
	    seconds < DEADLINE_S;
}

void
doctor_sshd_judge(const char *settings, struct findings *findings)
{
	size_t before = findings->count;

	if (is_no(settings, "usepam"))
		findings_add(findings, FINDING_FATAL, CHECK,
		    "UsePAM yes in /etc/ssh/sshd_config, " RELOAD,
		    "sshd does not use PAM: keys of removed members open "
		    "sessions, and nobody signs in by a code.");
	if (is_no(settings, "kbdinteractiveauthentication") ||
	    !members_have_a_method(settings))
		findings_add(findings, FINDING_WARNING, CHECK,
		    "KbdInteractiveAuthentication yes, and in "
		    "AuthenticationMethods keyboard-interactive, " RELOAD,
		    "sshd does not offer keyboard-interactive: members get in "
		    "by keys alone, which only the gate stops.");
	if (is_short(settings))
		findings_add(findings, FINDING_WARNING, CHECK,
		    "LoginGraceTime 300 in /etc/ssh/sshd_config, " RELOAD,
		    "sshd ends a sign-in before a code does: LoginGraceTime is "
		    "below %d s.",
		    DEADLINE_S);
	if (findings->count == before)
		findings_add(findings, FINDING_OK, CHECK, "",
		    "sshd offers members what they sign in by, and asks PAM "
		    "for everybody.");
}

void
doctor_sshd_look(const struct hostfile_host *host, struct findings *findings)
{
	struct buf said BUF_AUTO = {0};
	char program[HOSTFILE_PATH_SIZE];
	const char *text = NULL;
	int status = -1;
	int r = ERR_OK;

	if (!hostfile_path(host, SSHD, program) || access(program, F_OK) != 0)
		return;
	if (!host->sees_all) {
		findings_add(findings, FINDING_UNSEEN, CHECK, "",
		    "sshd tells its settings to root alone.");
		return;
	}
	buf_init(&said, SAID_BYTES);
	r = hostrun(host, SSHD, "-T", &said, &status);
	text = r == 0 ? buf_text(&said) : err_text(r);
	if (r == 0 && status == 0)
		doctor_sshd_judge(text, findings);
	else
		findings_add(findings, FINDING_WARNING, CHECK,
		    "sshd -t tells whether its configuration is right.",
		    "sshd does not tell its settings: %.*s",
		    (int)strcspn(text, "\r\n"), text);
}
