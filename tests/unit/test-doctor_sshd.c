/*
 * test-doctor_sshd.c - what sshd says of itself, and what it means for members.
 */
#include "cli/doctor_sshd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/planted.h"

#define WELL                                                             \
	"port 22\nusepam yes\nlogingracetime 300\n"                      \
	"kbdinteractiveauthentication yes\npasswordauthentication yes\n" \
	"authenticationmethods any\n"

static void
settings_are_judged(void **state)
{
	static const struct {
		const char *settings;
		enum finding_severity severity;
		const char *text;
	} cases[] = {
	    {WELL, FINDING_OK, "offers members"},
	    {"", FINDING_OK, "offers members"},
	    {"usepam no\n" WELL, FINDING_FATAL, "does not use PAM"},
	    {WELL "usepam no\n", FINDING_OK, "offers members"},
	    {"kbdinteractiveauthentication no\n" WELL, FINDING_WARNING,
		"keyboard-interactive"},
	    {"authenticationmethods publickey\n", FINDING_WARNING,
		"keyboard-interactive"},
	    {"authenticationmethods publickey,password hostbased\n",
		FINDING_WARNING, "keyboard-interactive"},
	    {"authenticationmethods publickey,keyboard-interactive:pam\n",
		FINDING_OK, "offers members"},
	    {"logingracetime 109\n" WELL, FINDING_WARNING, "below 110 s"},
	    {"logingracetime 110\n", FINDING_OK, "offers members"},
	    /* No limit at all. */
	    {"logingracetime 0\n", FINDING_OK, "offers members"},
	};
	struct planted *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		planted_again(host);
		doctor_sshd_judge(cases[i].settings, &host->findings);
		planted_expect(host, cases[i].severity, cases[i].text);
		assert_int_equal(host->findings.count, 1);
	}
}

static void
sshd_itself_is_asked(void **state)
{
	struct planted *host = *state;

	doctor_sshd_look(&host->host, &host->findings);
	assert_int_equal(host->findings.count, 0);
	planted_file(host, "/usr/sbin/sshd",
	    "#!/bin/sh\n[ \"$*\" = -T ] && echo usepam no\n", 0755);
	doctor_sshd_look(&host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "does not use PAM");
	planted_again(host);
	planted_file(
	    host, "/usr/sbin/sshd", "#!/bin/sh\necho bad >&2\nexit 1\n", 0755);
	doctor_sshd_look(&host->host, &host->findings);
	planted_expect(host, FINDING_WARNING, "its settings: bad");
	planted_again(host);
	host->host.sees_all = false;
	doctor_sshd_look(&host->host, &host->findings);
	planted_expect(host, FINDING_UNSEEN, "to root alone");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(settings_are_judged),
	    PLANTED_TEST(sshd_itself_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
