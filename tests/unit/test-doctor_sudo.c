/*
 * test-doctor_sudo.c - lines of sudoers(5) that take PAM out of sudo's way, and
 * those that only look so, alone and over several files.
 */
#include "cli/doctor_sudo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/planted.h"

#define ACCOUNT "pam_acct_mgmt\" in /etc/sudoers:"
#define GATE                                                    \
	"account [success=1 default=ignore] pam_localuser.so\n" \
	"account required pam_orglogin.so require_role=Admin\n"

static void
t105_a_setting_is_read_as_sudo_does(void **state)
{
	static const struct {
		const char *lines[3];
		const char *off;  /* which line: "1".. */
		const char *some; /* the same */
	} cases[] = {
	    {{"Defaults !pam_acct_mgmt"}, "1", ""},
	    {{"  Defaults\t!pam_acct_mgmt"}, "1", ""},
	    {{"Defaults env_reset, !pam_acct_mgmt"}, "1", ""},
	    {{"Defaults ! pam_acct_mgmt"}, "1", ""},
	    {{"Defaults !!!pam_acct_mgmt"}, "1", ""},
	    {{"Defaults secure_path=\"/a,/b\",!pam_acct_mgmt,insults"}, "1",
		""},
	    {{"Defaults env_keep += \"A B\" , !pam_acct_mgmt"}, "1", ""},
	    {{"Defaults badpass_message=no\\,really, !pam_acct_mgmt"}, "1", ""},
	    {{"Defaults pam_acct_mgmt", "Defaults !pam_acct_mgmt"}, "2", ""},
	    {{"Defaults:ada !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults:ada, bob !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults:!ada !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults@web1 !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults!/bin/ls !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults>root !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults:\"ada lovelace\" !pam_acct_mgmt"}, "", "1"},
	    {{"Defaults:ada !pam_acct_mgmt", "Defaults:bob pam_acct_mgmt"}, "",
		"1"},
	    {{"Defaults:ada !pam_acct_mgmt", "Defaults pam_acct_mgmt"}, "",
		"1"},
	    {{"Defaults !pam_acct_mgmt", "Defaults:ada pam_acct_mgmt"}, "1",
		""},
	    /* None of these. */
	    {{"Defaults !pam_acct_mgmt", "Defaults pam_acct_mgmt"}, "", ""},
	    {{"Defaults !!pam_acct_mgmt"}, "", ""},
	    {{"Defaults pam_acct_mgmt"}, "", ""},
	    {{"Defaults !insults, pam_acct_mgmt"}, "", ""},
	    {{"Defaults !pam_acct_mgmts"}, "", ""},
	    {{"Defaults passprompt=\"x, !pam_acct_mgmt\""}, "", ""},
	    {{"Defaultsx !pam_acct_mgmt"}, "", ""},
	    {{"defaults !pam_acct_mgmt"}, "", ""},
	    {{"Defaults:!pam_acct_mgmt"}, "", ""},
	    {{"ada ALL = (ALL) !pam_acct_mgmt"}, "", ""},
	    {{"Defaults"}, "", ""},
	    {{""}, "", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct doctor_sudo sudo = {0};

		for (size_t j = 0; j < 3 && cases[i].lines[j] != NULL; j++)
			doctor_sudo_read(&sudo, cases[i].lines[j],
			    (const char *const[]){"1", "2", "3"}[j]);
		if (strcmp(sudo.account_off, cases[i].off) != 0 ||
		    strcmp(sudo.account_some, cases[i].some) != 0)
			fail_msg("\"%s\": off in line \"%s\", for some in "
				 "\"%s\"",
			    cases[i].lines[0], sudo.account_off,
			    sudo.account_some);
	}
}

static void
plant_host(struct planted *host)
{
	planted_file(host, "/usr/bin/sudo", "", 0755);
	planted_file(host, "/etc/pam.d/sudo", GATE, 0644);
	planted_file(host, "/etc/pam.d/sudo-i", GATE, 0644);
	planted_file(host, "/etc/sudoers",
	    "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n"
	    "@includedir /etc/sudoers.d\n",
	    0440);
	planted_file(host, "/etc/sudoers.d/README", "# nothing\n", 0440);
	planted_file(host, "/etc/sudoers.d/orglogin",
	    "%org-admins ALL=(ALL:ALL) ALL\n", 0440);
}

static void
look(struct planted *host)
{
	planted_again(host);
	doctor_sudo_look(&host->host, &host->findings);
}

static void
a_debian_host_is_well(void **state)
{
	struct planted *host = *state;

	look(host);
	assert_int_equal(host->findings.count, 0);
	plant_host(host);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_expect_count(host, FINDING_WARNING, 0);
	planted_expect(host, FINDING_OK, "No setting in what sudo reads");
	planted_expect(host, FINDING_OK, "sudo-i asks whether");
}

static void
t105_every_file_that_sudo_reads_is_read(void **state)
{
	static const struct {
		const char *path;
		const char *text;
		const char *place; /* NULL: sudo does not read it */
	} cases[] = {
	    {"/etc/sudoers.d/zz", "Defaults !pam_acct_mgmt\n",
		"/etc/sudoers.d/zz:1:"},
	    {"/etc/sudoers.d/zz", "\n# x\nDefaults \\\n  !pam_acct_mgmt\n",
		"/etc/sudoers.d/zz:3:"},
	    {"/etc/sudoers.d/zz", "@include inner/more\n",
		"/etc/sudoers.d/inner/more:2:"},
	    {"/etc/sudoers.d/zz", "#include /etc/sudoers.d/inner/more\n",
		"/etc/sudoers.d/inner/more:2:"},
	    {"/etc/sudoers.d/zz", "#includedir \"/etc/sudoers.d/inner\"\n",
		"/etc/sudoers.d/inner/more:2:"},
	    {"/etc/sudoers.d/zz", "@include\t/etc/sudoers.d/in\\ner/more\n",
		"/etc/sudoers.d/inner/more:2:"},
	    /* No continuation, and no end of the comment. */
	    {"/etc/sudoers.d/zz", "# x \\\nDefaults !pam_acct_mgmt\n",
		"/etc/sudoers.d/zz:2:"},
	    {"/etc/sudoers.d/zz", "# Defaults !pam_acct_mgmt\n", NULL},
	    {"/etc/sudoers.d/zz", "Defaults insults # !pam_acct_mgmt\n", NULL},
	    {"/etc/sudoers.d/zz",
		"#1000 ALL=ALL\nDefaults:#1000 "
		"!pam_acct_mgmt\n",
		"/etc/sudoers.d/zz:2:"},
	    {"/etc/sudoers.d/zz", "# include /etc/sudoers.d/inner/more\n",
		NULL},
	    {"/etc/sudoers.d/zz.conf", "Defaults !pam_acct_mgmt\n", NULL},
	    {"/etc/sudoers.d/zz~", "Defaults !pam_acct_mgmt\n", NULL},
	};
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, "/etc/sudoers.d/inner/more",
	    "\nDefaults !pam_acct_mgmt\n", 0440);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		planted_file(host, cases[i].path, cases[i].text, 0440);
		look(host);
		if (cases[i].place != NULL)
			planted_expect(host, FINDING_FATAL, cases[i].place);
		planted_expect_count(
		    host, FINDING_FATAL, cases[i].place != NULL);
		planted_remove(host, cases[i].path);
	}
}

/* The order of the files is that of their bytes: the last one counts. */
static void
t105_a_later_file_can_mend_it(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, "/etc/sudoers.d/B", "Defaults pam_session\n", 0440);
	planted_file(host, "/etc/sudoers.d/a", "Defaults !pam_session\n", 0440);
	look(host);
	planted_expect(host, FINDING_FATAL, "in no session");
	planted_file(host, "/etc/sudoers.d/b", "Defaults pam_session\n", 0440);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
}

static void
t105_sudo_may_begin_elsewhere(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, "/etc/mine", "Defaults !pam_acct_mgmt\n", 0440);
	planted_file(host, "/etc/sudo.conf",
	    "# Plugin sudoers_policy sudoers.so sudoers_file=/etc/mine\n"
	    "Path sudoers_file=/etc/mine\n",
	    0644);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_file(host, "/etc/sudo.conf",
	    "Plugin sudoers_policy sudoers.so \\\n sudoers_mode=0440 "
	    "sudoers_file=/etc/mine # x\n",
	    0644);
	look(host);
	planted_expect(host, FINDING_FATAL, "/etc/mine:1:");
}

static void
another_service_must_have_the_gate_too(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, "/etc/sudoers.d/zz",
	    "Defaults pam_service=mine, pam_login_service = \"mine-i\"\n",
	    0440);
	planted_file(host, "/etc/pam.d/mine", GATE, 0644);
	planted_file(host, "/etc/pam.d/mine-i",
	    "account required pam_permit.so\n", 0644);
	look(host);
	planted_expect(host, FINDING_OK, "mine asks whether");
	planted_expect(host, FINDING_FATAL, "mine-i asks for no role");
	planted_expect_count(host, FINDING_FATAL, 1);
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_remove(host, "/etc/sudoers");
	look(host);
	planted_expect(host, FINDING_WARNING, "/etc/sudoers cannot be read");
	planted_file(host, "/etc/sudoers", "@include /etc/sudoers\n", 0440);
	look(host);
	planted_expect(host, FINDING_WARNING, "/etc/sudoers cannot be read");
	planted_file(host, "/etc/sudoers", "@include /etc/nowhere\n", 0440);
	look(host);
	planted_expect(host, FINDING_WARNING, "/etc/nowhere cannot be read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t105_a_setting_is_read_as_sudo_does),
	    PLANTED_TEST(a_debian_host_is_well),
	    PLANTED_TEST(t105_every_file_that_sudo_reads_is_read),
	    PLANTED_TEST(t105_a_later_file_can_mend_it),
	    PLANTED_TEST(t105_sudo_may_begin_elsewhere),
	    PLANTED_TEST(another_service_must_have_the_gate_too),
	    PLANTED_TEST(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
