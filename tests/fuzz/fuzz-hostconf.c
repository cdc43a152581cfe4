/*
 * fuzz-hostconf.c - whatever stands in the files of PAM, sudo, sshd and the
 * name service, doctor comes to an end, and to lines that are there.
 */
#include "cli/pamwalk.h"

#include <stdlib.h>
#include <string.h>

#include "cli/doctor_nss.h"
#include "cli/doctor_sshd.h"
#include "cli/doctor_sudo.h"
#include "tests/fuzz/fuzz.h"

/* Nothing is there to be included. */
static const struct hostfile_host nowhere = {.root = "/nonexistent"};

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static void
walk(const char *text, const char *phase)
{
	PAMSTACK_AUTO struct pamstack stack = {0};

	if (pamstack_parse(&nowhere, text, phase, &stack) != 0)
		return;
	require(stack.count <= PAMSTACK_LINES_MAX);
	for (int i = 0; i < 4; i++) {
		struct pamwalk seen =
		    pamwalk_run(&stack, (i & 1) != 0, (i & 2) != 0);

		require(seen.line == 0 || seen.line < stack.count);
		require(seen.reached || seen.end != PAMWALK_IGNORED);
	}
}

/* A line more never gives back what one before took. */
static void
read_sudoers(const char *text)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {.at = text};
	struct doctor_sudo sudo = {0};
	const char *line = NULL;
	bool some = false;

	while ((line = hostfile_next(&lines)) != NULL) {
		doctor_sudo_read(&sudo, line, "x:1");
		require(!some || sudo.account_some[0] != '\0');
		some = sudo.account_some[0] != '\0';
	}
	require(sudo.service_count <= DOCTOR_SUDO_SERVICES_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	FINDINGS_AUTO struct findings findings = {0};
	struct buf copy BUF_AUTO = {0};
	const char *text = NULL;

	buf_init(&copy, HOSTFILE_LIMIT_BYTES);
	buf_put(&copy, bytes, len);
	text = buf_text(&copy);
	if (text == NULL || findings_init(&findings) != 0)
		return 0;
	walk(text, "account");
	walk(text, "auth");
	read_sudoers(text);
	(void)!doctor_nss_judge(text, "passwd");
	doctor_sshd_judge(text, &findings);
	require(findings.count > 0);
	return 0;
}
