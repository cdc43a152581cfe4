/*
 * test-doctor_pam.c - the PAM files of a Debian host with orglogin, and what
 * administrators and packages do to them.
 */
#include "cli/doctor_pam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/planted.h"

#define FOLDER "/etc/pam.d/"
#define OURS                                                    \
	"account [success=1 default=ignore] pam_localuser.so\n" \
	"account [success=ok ignore=ignore default=bad] pam_orglogin.so\n"
#define UNIX                                                            \
	"account [success=1 new_authtok_reqd=done default=ignore] "     \
	"pam_unix.so\naccount requisite pam_deny.so\naccount required " \
	"pam_permit.so\n"
#define AUTH                                                             \
	"auth [success=1 default=ignore] pam_localuser.so\n"             \
	"auth [success=2 user_unknown=ignore default=die] "              \
	"pam_orglogin.so\nauth [success=1 default=ignore] pam_unix.so\n" \
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"
#define GATE                                                    \
	"account [success=1 default=ignore] pam_localuser.so\n" \
	"account required pam_orglogin.so require_role=Admin\n"
#define COMMON "@include common-auth\n@include common-account\n"

static void
plant_host(struct planted *host)
{
	static const char *const plain[] = {
	    "login", "su", "su-l", "cron", "atd", "sshd", "other"};

	planted_file(host, FOLDER "common-auth", AUTH, 0644);
	planted_file(host, FOLDER "common-account", UNIX OURS, 0644);
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), FOLDER "%s", plain[i]);
		planted_file(host, path, COMMON, 0644);
	}
	planted_file(host, FOLDER "sudo", COMMON GATE, 0644);
	planted_file(host, FOLDER "sudo-i", COMMON GATE, 0644);
	planted_file(host, "/usr/lib/pam.d/polkit-1", COMMON, 0644);
	planted_file(host, "/usr/lib/pam.d/systemd-user",
	    "@include common-account\nsession required pam_limits.so\n", 0644);
	/* Asks no account phase, and has no lines of it. */
	planted_file(host, FOLDER "runuser",
	    "auth sufficient pam_rootok.so\nsession required pam_unix.so\n",
	    0644);
	planted_file(host, FOLDER "passwd", "@include common-password\n", 0644);
	planted_file(host, FOLDER "common-password", "", 0644);
	/* No services. */
	planted_file(host, FOLDER "sshd.dpkg-old",
	    "account required pam_permit.so\n", 0644);
	planted_file(
	    host, FOLDER "sshd~", "account required pam_permit.so\n", 0644);
}

static void
look(struct planted *host)
{
	static const char *const sudo[] = {"sudo", "sudo-i"};

	planted_again(host);
	doctor_pam_look(&host->host, &host->findings);
	doctor_pam_look_at_gates(
	    &host->host, sudo, ARRAY_SIZE(sudo), &host->findings);
}

static void
a_debian_host_is_well(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_expect_count(host, FINDING_WARNING, 0);
	planted_expect(host, FINDING_OK,
	    "by atd, cron, login, other, polkit-1, sshd, su, su-l, sudo, "
	    "sudo-i, systemd-user.");
	planted_expect(host, FINDING_OK, "sudo asks whether");
	planted_expect(host, FINDING_OK, "sudo-i asks whether");
}

/* pam-auth-update without our profile, or an administrator's own file. */
static void
t105_lost_account_lines_are_fatal(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, FOLDER "common-account", UNIX, 0644);
	look(host);
	/* The gate of sudo is left. */
	planted_expect(host, FINDING_FATAL,
	    "by atd, cron, login, other, polkit-1, sshd, su, su-l, "
	    "systemd-user.");
	planted_expect(host, FINDING_OK, "orglogin by sudo, sudo-i.");
	planted_expect_count(host, FINDING_FATAL, 1);
}

static void
t105_a_lost_service_file_leads_to_other(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_remove(host, FOLDER "sshd");
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_file(
	    host, FOLDER "other", "account required pam_permit.so\n", 0644);
	look(host);
	planted_expect(host, FINDING_FATAL, "by other.");
	planted_expect_count(host, FINDING_FATAL, 1);
	planted_file(
	    host, FOLDER "other", "account required pam_deny.so\n", 0644);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
}

/* Each door by itself, each way past. */
static void
t99_a_way_past_is_found_at_every_door(void **state)
{
	static const char *const doors[] = {"sshd", "login", "sudo", "sudo-i",
	    "su", "su-l", "cron", "atd", "polkit-1", "systemd-user", "other",
	    "crond", "remote", "cockpit", "gdm-password", "lightdm", "sddm"};
	static const struct {
		const char *text;
		const char *told;
	} bad[] = {
	    {"account sufficient pam_unix.so\n@include common-account\n" GATE,
		":1 (pam_unix.so)"},
	    {"account required pam_permit.so\n", "as no account line"},
	    {"account required pam_unix.so\naccount optional pam_orglogin.so "
	     "require_role=Admin\n",
		":2 (pam_orglogin.so)"},
	    {"account [success=2 default=ignore] pam_access.so\n" GATE
	     "account optional pam_permit.so\n",
		":1 (pam_access.so)"},
	};
	struct planted *host = *state;
	char path[64];
	char told[128];

	for (size_t d = 0; d < ARRAY_SIZE(doors); d++) {
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			plant_host(host);
			(void)snprintf(
			    path, sizeof(path), FOLDER "%s", doors[d]);
			planted_file(host, path, bad[i].text, 0644);
			look(host);
			(void)snprintf(told, sizeof(told), "%s", doors[d]);
			planted_expect(host, FINDING_FATAL, told);
			planted_expect(host, FINDING_FATAL, bad[i].told);
			planted_remove(host, path);
		}
	}
}

static void
another_program_is_a_warning(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(
	    host, FOLDER "vsftpd", "account required pam_unix.so\n", 0644);
	planted_file(host, "/usr/lib/pam.d/zz",
	    "account sufficient pam_unix.so\n" OURS, 0644);
	planted_file(host, FOLDER "zz-well", COMMON, 0644);
	look(host);
	planted_expect(host, FINDING_WARNING, "asking orglogin: vsftpd, zz.");
	planted_expect(host, FINDING_OK, "sudo-i, systemd-user.");
	planted_expect_count(host, FINDING_FATAL, 0);
}

static void
t98_a_gate_that_is_lost_or_passed_is_told(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, FOLDER "sudo", COMMON, 0644);
	planted_file(host, FOLDER "sudo-i", COMMON, 0644);
	look(host);
	planted_expect(host, FINDING_WARNING, "sudo asks for no role");
	planted_expect(host, FINDING_WARNING, "sudo-i asks for no role");
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_file(host, FOLDER "sudo-i",
	    COMMON "account sufficient pam_access.so\n" GATE, 0644);
	look(host);
	planted_expect(host, FINDING_FATAL, "sudo-i asks for a role, but");
	planted_expect(host, FINDING_FATAL, "/etc/pam.d/sudo-i:3");
}

/* Who means one of them to ask means all, and so a lost file is told. */
static void
t105_a_lost_file_of_sudo_loses_the_gate(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_remove(host, FOLDER "sudo");
	look(host);
	planted_expect(host, FINDING_FATAL, "sudo asks for no role");
	planted_expect_count(host, FINDING_FATAL, 1);
	plant_host(host);
	planted_file(host, FOLDER "sudo-i", COMMON, 0644);
	look(host);
	planted_expect(host, FINDING_FATAL, "sudo-i asks for no role");
	planted_expect_count(host, FINDING_FATAL, 1);
}

/* Other ways to sign in do not concern keys, which the gate still stops. */
static void
an_auth_phase_without_us_is_a_warning(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, FOLDER "common-auth",
	    "auth requisite pam_deny.so\n" AUTH, 0644);
	look(host);
	planted_expect(host, FINDING_WARNING, "cannot sign in by sshd");
	planted_expect(host, FINDING_WARNING, "cannot sign in by login");
	planted_expect_count(host, FINDING_FATAL, 0);
}

/* Root becomes anybody by su without a role, as the example has it. */
static void
the_example_for_su_is_well(void **state)
{
	struct planted *host = *state;
	static const char su[] =
	    COMMON "account [success=1 default=ignore] pam_succeed_if.so quiet "
		   "use_uid uid = 0\naccount required pam_orglogin.so "
		   "require_role=Admin\n";

	plant_host(host);
	planted_file(host, FOLDER "su", su, 0644);
	look(host);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_expect_count(host, FINDING_WARNING, 0);
}

/* However many services there are, none of the doors is overlooked. */
static void
many_services_hide_no_door(void **state)
{
	struct planted *host = *state;
	char path[64];

	plant_host(host);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(path, sizeof(path), FOLDER "a%d", i);
		planted_file(host, path, COMMON, 0644);
	}
	planted_file(host, FOLDER "systemd-user",
	    "account required pam_permit.so\n", 0644);
	look(host);
	planted_expect(host, FINDING_FATAL, "by systemd-user.");
}

static void
a_host_without_doors_is_told(void **state)
{
	struct planted *host = *state;

	doctor_pam_look(&host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "no door");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(a_debian_host_is_well),
	    PLANTED_TEST(t105_lost_account_lines_are_fatal),
	    PLANTED_TEST(t105_a_lost_service_file_leads_to_other),
	    PLANTED_TEST(t99_a_way_past_is_found_at_every_door),
	    PLANTED_TEST(another_program_is_a_warning),
	    PLANTED_TEST(t98_a_gate_that_is_lost_or_passed_is_told),
	    PLANTED_TEST(t105_a_lost_file_of_sudo_loses_the_gate),
	    PLANTED_TEST(an_auth_phase_without_us_is_a_warning),
	    PLANTED_TEST(many_services_hide_no_door),
	    PLANTED_TEST(a_host_without_doors_is_told),
	    PLANTED_TEST(the_example_for_su_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
