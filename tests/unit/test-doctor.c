/*
 * test-doctor.c - the whole of it on planted hosts: one that is well, and the
 * same after each thing that goes wrong.
 */
#include "cli/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/doctor_daemon.h"
#include "cli/doctor_files.h"
#include "common/err.h"
#include "common/paths.h"
#include "tests/unit/planted.h"

#define WANTS "/etc/systemd/system/"

static const struct proto_status_reply well = {.version = ORGLOGIN_VERSION,
    .provider = "https://accounts.google.com",
    .service = "https://id.acme.example",
    .provider_state = "ok",
    .service_state = "unknown",
    .directory_state = "ok",
    .audit_state = "ok",
    .vault_state = "ok",
    .members = 41,
    .published = 40,
    .generation = 17,
    .confirmed_s = 12};

static void
plant_host(struct planted *host)
{
	static const struct {
		const char *path;
		mode_t mode;
	} files[] = {
	    {PATH_PAM_MODULE, 0644},
	    {PATH_NSS_MODULE, 0644},
	    {PATH_CONFIG, 0640},
	    {PATH_VAULT_KEY, 0400},
	    {PATH_STATE_DB, 0600},
	    {PATH_SNAPSHOT, 0644},
	    {PATH_OVERLAY, 0644},
	    {WANTS "multi-user.target.wants/orglogind.service", 0644},
	    {WANTS "sockets.target.wants/orglogind.socket", 0644},
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		planted_file(host, files[i].path, "\n", files[i].mode);
	planted_folder(host, PATH_CONFIG_DIR, 0755);
	planted_folder(host, PATH_PRIVATE_DIR, 0700);
	planted_folder(host, PATH_SOCKET_DIR, 0755);
	planted_folder(host, "/home", 0755);
	planted_folder(host, "/etc/pam.d", 0755);
	planted_file(host, "/etc/nsswitch.conf",
	    "passwd: files orglogin\ngroup: files orglogin\n", 0644);
}

static void
a_well_host_has_nothing_to_mend(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	doctor_files_look(&host->host, &host->findings);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_expect_count(host, FINDING_WARNING, 0);
	planted_expect(host, FINDING_OK, "belong to whom they must");
	planted_expect(host, FINDING_OK, "starts with the host");
	planted_again(host);
	doctor_daemon_judge(&well, &host->findings);
	planted_expect_count(host, FINDING_FATAL, 0);
	planted_expect_count(host, FINDING_WARNING, 0);
	planted_expect(host, FINDING_OK, "google.com answers");
	planted_expect(host, FINDING_OK, "was not asked yet");
	planted_expect(host, FINDING_OK, "40 of 41 members");
}

/* One mode at a time, and back. */
static void
t84_a_place_that_others_may_open_is_fatal(void **state)
{
	static const struct {
		const char *path;
		mode_t bad;
		mode_t good;
		const char *text;
	} cases[] = {
	    {PATH_VAULT_KEY, 0444, 0400, "can be read by others"},
	    {PATH_VAULT_KEY, 0440, 0400, "can be read by others"},
	    {PATH_STATE_DB, 0640, 0600, "can be read by others"},
	    {PATH_STATE_DB, 0602, 0600, "can be changed by others"},
	    {PATH_PRIVATE_DIR, 0755, 0700, "can be read by others"},
	    {PATH_STATE_DIR, 0775, 0755, "can be changed by others"},
	    {PATH_SNAPSHOT, 0666, 0644, "can be changed by others"},
	    {PATH_CONFIG, 0660, 0640, "can be changed by others"},
	    {PATH_CONFIG_DIR, 0777, 0755, "can be changed by others"},
	    {PATH_SOCKET_DIR, 01777, 0755, "can be changed by others"},
	    {PATH_PAM_MODULE, 0666, 0644, "can be changed by others"},
	    {PATH_NSS_MODULE, 0664, 0644, "can be changed by others"},
	    {"/home", 01777, 0755, "can be changed by others"},
	    {"/etc/pam.d", 0757, 0755, "can be changed by others"},
	};
	struct planted *host = *state;
	char text[HOSTFILE_PATH_SIZE];

	plant_host(host);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		planted_mode(host, cases[i].path, cases[i].bad);
		planted_again(host);
		doctor_files_look(&host->host, &host->findings);
		(void)snprintf(
		    text, sizeof(text), "%s %s", cases[i].path, cases[i].text);
		planted_expect(host, FINDING_FATAL, text);
		planted_expect_count(host, FINDING_FATAL, 1);
		planted_mode(host, cases[i].path, cases[i].good);
	}
}

static void
what_is_gone_or_something_else_is_told(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_remove(host, PATH_PAM_MODULE);
	planted_remove(host, PATH_NSS_MODULE);
	planted_remove(host, PATH_SNAPSHOT);
	planted_folder(host, PATH_SNAPSHOT, 0755);
	/* These may be missing. */
	planted_remove(host, PATH_VAULT_KEY);
	planted_remove(host, PATH_OVERLAY);
	doctor_files_look(&host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, PATH_PAM_MODULE " is not there");
	planted_expect(host, FINDING_FATAL, PATH_NSS_MODULE " is not there");
	planted_expect(host, FINDING_FATAL, PATH_SNAPSHOT " is no plain file");
	planted_expect_count(host, FINDING_FATAL, 3);
}

static void
what_belongs_to_somebody_else_is_told(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	host->host.daemon_uid++;
	doctor_files_look(&host->host, &host->findings);
	planted_expect(
	    host, FINDING_FATAL, PATH_VAULT_KEY " belongs to somebody else");
	planted_expect(
	    host, FINDING_FATAL, PATH_STATE_DB " belongs to somebody else");
	planted_again(host);
	host->host.daemon_uid--;
	host->host.root_uid++;
	doctor_files_look(&host->host, &host->findings);
	planted_expect(
	    host, FINDING_FATAL, PATH_PAM_MODULE " belongs to somebody else");
	planted_expect(host, FINDING_FATAL, "/home belongs to somebody else");
}

static void
a_daemon_that_does_not_start_with_the_host_is_told(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_remove(host, WANTS "sockets.target.wants/orglogind.socket");
	doctor_files_look(&host->host, &host->findings);
	planted_expect(host, FINDING_WARNING, "does not start with the host");
}

static void
t121_nscd_must_be_told_of_changes(void **state)
{
	struct planted *host = *state;

	plant_host(host);
	planted_file(host, ORGLOGIN_RUNSTATEDIR "/nscd/socket", "", 0666);
	doctor_files_look(&host->host, &host->findings);
	planted_expect(host, FINDING_WARNING, "nscd is not told");
	planted_again(host);
	planted_file(
	    host, WANTS "unscd.service.wants/orglogin-nscd.path", "", 0644);
	doctor_files_look(&host->host, &host->findings);
	planted_expect_count(host, FINDING_WARNING, 0);
}

/* Each state of the daemon that is not well, one at a time. */
static void
what_the_daemon_tells_is_judged(void **state)
{
	struct planted *host = *state;
	struct proto_status_reply s = well;

#define JUDGE(severity, text)                             \
	do {                                              \
		planted_again(host);                      \
		doctor_daemon_judge(&s, &host->findings); \
		planted_expect(host, severity, text);     \
		planted_expect_count(host, severity, 1);  \
		s = well;                                 \
	} while (0)
	(void)snprintf(s.version, sizeof(s.version), "0.0.1");
	JUDGE(FINDING_WARNING, "orglogind 0.0.1 runs");
	(void)snprintf(s.problem, sizeof(s.problem), "nobody may log in");
	JUDGE(FINDING_FATAL, "nobody may log in");
	(void)snprintf(
	    s.provider_state, sizeof(s.provider_state), "%s", "provider-tls");
	JUDGE(FINDING_FATAL, "(provider-tls)");
	(void)snprintf(s.service_state, sizeof(s.service_state), "%s",
	    "service-unreachable");
	JUDGE(FINDING_FATAL, "(service-unreachable)");
	(void)snprintf(s.directory_state, sizeof(s.directory_state), "%s",
	    "directory-shrunk");
	JUDGE(FINDING_WARNING, "(directory-shrunk)");
	(void)snprintf(s.directory_state, sizeof(s.directory_state), "%s",
	    "service-error");
	s.confirmed_s = -1;
	JUDGE(FINDING_FATAL, "(service-error)");
	s.generation = 0;
	JUDGE(FINDING_FATAL, "No list of members");
	s.confirmed_s = 100000;
	JUDGE(FINDING_WARNING, "last: 27 h ago");
	s.published = 0;
	JUDGE(FINDING_WARNING, "Nobody of 41 members");
	(void)snprintf(
	    s.vault_state, sizeof(s.vault_state), "%s", "insecure-file");
	JUDGE(FINDING_WARNING, "(insecure-file)");
	(void)snprintf(s.audit_state, sizeof(s.audit_state), "%s", "no-space");
	JUDGE(FINDING_WARNING, "(no-space)");
	s.audit_lost = 7;
	JUDGE(FINDING_WARNING, "7 records");
#undef JUDGE
}

/* A stand-in for the daemon's program. */
static void
what_the_daemon_says_of_its_configuration_is_told(void **state)
{
	struct planted *host = *state;
	struct cli cli = {.program = "/orglogind", .socket = "/nowhere"};

	doctor_daemon_look(&cli, &host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "in no organisation");
	planted_expect_count(host, FINDING_FATAL, 1);
	planted_again(host);
	plant_host(host);
	doctor_daemon_look(&cli, &host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "/orglogind cannot be run");
	planted_expect(host, FINDING_FATAL, "no member gets in (daemon-");
	planted_again(host);
	planted_file(host, "/orglogind",
	    "#!/bin/sh\n[ \"$*\" = --check-config ] || exit 0\n"
	    "echo 'configuration refused reason=\"config-invalid\" "
	    "problem=\"orglogin.conf:3: no such key\"' >&2\nexit 78\n",
	    0755);
	doctor_daemon_look(&cli, &host->host, &host->findings);
	planted_expect(
	    host, FINDING_FATAL, "configuration: orglogin.conf:3: no such key");
	planted_again(host);
	planted_file(host, "/orglogind", "#!/bin/sh\nexit 0\n", 0755);
	doctor_daemon_look(&cli, &host->host, &host->findings);
	planted_expect(host, FINDING_OK, "and what it names are right");
	planted_again(host);
	host->host.sees_all = false;
	doctor_daemon_look(&cli, &host->host, &host->findings);
	planted_expect(host, FINDING_UNSEEN, "only be checked for root");
}

/* The whole program, its page, its JSON and its exit status. */
static void
a_fatal_finding_is_the_exit_status(void **state)
{
	struct planted *host = *state;
	static char out[65536];
	struct cli cli = {.program = "/orglogind", .socket = "/nowhere"};

	memset(out, 0, sizeof(out));
	cli.out = fmemopen(out, sizeof(out), "w");
	assert_non_null(cli.out);
	assert_int_equal(doctor_run(&cli, &host->host), CLI_NO);
	assert_int_equal(fclose(cli.out), 0);
	assert_non_null(strstr(out, "FATAL   configuration"));
	assert_non_null(strstr(out, "remedy: Write it"));
	memset(out, 0, sizeof(out));
	cli.out = fmemopen(out, sizeof(out), "w");
	assert_non_null(cli.out);
	cli.json = true;
	assert_int_equal(doctor_run(&cli, &host->host), CLI_NO);
	assert_int_equal(fclose(cli.out), 0);
	assert_memory_equal(out, "[{\"name\":\"configuration\",", 25);
	assert_non_null(strstr(out, "\"severity\":\"fatal\""));
	assert_string_equal(out + strlen(out) - 2, "]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(a_well_host_has_nothing_to_mend),
	    PLANTED_TEST(t84_a_place_that_others_may_open_is_fatal),
	    PLANTED_TEST(what_is_gone_or_something_else_is_told),
	    PLANTED_TEST(what_belongs_to_somebody_else_is_told),
	    PLANTED_TEST(a_daemon_that_does_not_start_with_the_host_is_told),
	    PLANTED_TEST(t121_nscd_must_be_told_of_changes),
	    PLANTED_TEST(what_the_daemon_tells_is_judged),
	    PLANTED_TEST(what_the_daemon_says_of_its_configuration_is_told),
	    PLANTED_TEST(a_fatal_finding_is_the_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
