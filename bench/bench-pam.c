/*
 * bench-pam.c - what the PAM module adds to "sudo true" of a member whose
 * proof is fresh: the same stack with and without it, turn by turn.
 *
 * It runs as sudo does, as root with the member as the real user.  The first
 * sign-in is approved by the identity server of itself and is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "bench/samples.h"
#include "common/err.h"
#include "common/num.h"
#include "common/paths.h"
#include "common/snapshot.h"

struct figures {
	struct samples whole;
	struct samples auth;
	struct samples account;
};

static void
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench-pam: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* Presses Enter; the sign-in is approved meanwhile. */
static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *arg)
{
	struct pam_response *responses =
	    calloc((size_t)count, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup("");
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static void
run_stack(const char *confdir, const char *user, struct figures *figures)
{
	const struct pam_conv conv = {.conv = converse};
	pam_handle_t *pamh = NULL;
	double start_us = samples_now_us();
	double between_us;
	double account_us;
	double end_us;
	int code = pam_start_confdir("sudo", user, &conv, confdir, &pamh);

	if (code != PAM_SUCCESS)
		fail(confdir, "pam_start");
	between_us = samples_now_us();
	code = pam_authenticate(pamh, PAM_SILENT);
	account_us = samples_now_us();
	samples_add(&figures->auth, account_us - between_us);
	if (code == PAM_SUCCESS)
		code = pam_acct_mgmt(pamh, PAM_SILENT);
	end_us = samples_now_us();
	samples_add(&figures->account, end_us - account_us);
	if (code != PAM_SUCCESS)
		fail(confdir, pam_strerror(pamh, code));
	(void)pam_end(pamh, code);
	samples_add(&figures->whole, samples_now_us() - start_us);
}

static void
become(const char *user)
{
	SNAPSHOT_AUTO struct snapshot snap = {0};
	struct snapshot_user found;
	int r = snapshot_open(PATH_SNAPSHOT, &snap);

	if (r == 0)
		r = snapshot_user_by_name(&snap, user, &found);
	if (r != 0)
		fail(user, err_name(r));
	if (setresuid(found.uid, 0, 0) != 0)
		fail(user, "only root can be the real user");
}

static void
tell(const char *name, struct samples *with, struct samples *without)
{
	printf("%-34s with %8.1f us   without %8.1f us   ours %8.1f us\n", name,
	    samples_percentile(with, 50), samples_percentile(without, 50),
	    samples_percentile(with, 50) - samples_percentile(without, 50));
}

int
main(int argc, char **argv)
{
	static struct figures with, without, first;
	uint64_t rounds = 0;

	if (argc != 5 || num_parse(argv[4], SAMPLES_MAX, &rounds) != 0)
		fail("usage", "WITH WITHOUT USER ROUNDS (folders of services)");
	become(argv[3]);
	run_stack(argv[1], argv[3], &first);
	for (uint64_t i = 0; i < rounds; i++) {
		run_stack(argv[2], argv[3], &without);
		run_stack(argv[1], argv[3], &with);
	}
	tell("sudo: auth by a fresh proof", &with.auth, &without.auth);
	tell("sudo: account", &with.account, &without.account);
	tell("sudo: from pam_start to pam_end", &with.whole, &without.whole);
	return EXIT_SUCCESS;
}
