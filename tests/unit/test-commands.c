/*
 * test-commands.c - every command line of orgloginctl, its output for people
 * and for scripts, and its exit status.
 */
#include "cli/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/clihost.h"

static const struct proto_status_reply well = {.version = "0.1.0",
    .organization = "Acme",
    .provider = "https://accounts.google.com",
    .provider_state = "ok",
    .directory_state = "ok",
    .vault_state = "ok",
    .members = 41,
    .published = 40,
    .excluded = 1,
    .generation = 17,
    .confirmed_s = 12,
    .next_sync_s = -1,
    .signins = 2,
    .started_s = 1,
    .audit_state = "ok"};

static const struct proto_explain_reply ada = {
    .member = {.user = "ada",
	.id = "u-17",
	.mail = "ada@acme.example",
	.state = "Active",
	.roles = "Member\nOrganizationAdmin",
	.uid = 1879050001},
    .reason = "ok",
    .groups = "org-members",
    .login = "ok",
    .claimed_s = -1,
    .proof_s = -1,
    .confirmed_s = 12};

/* The wanted text stands in the output, or the test shows all of it. */
static void
expect_text(const char *output, const char *wanted)
{
	if (strstr(output, wanted) == NULL)
		fail_msg("no \"%s\" in:\n%s", wanted, output);
}

static void
a_line_that_is_not_understood_runs_nothing(void **state)
{
	struct clihost *host = *state;
	static const char *const bad[] = {"", "nonsense", "status extra",
	    "status --role X", "status --jsn", "explain", "explain --json",
	    "explain ada bob", "explain ada --role", "explain -ada",
	    "sync --accept", "members ada", "--nonsense", "--json",
	    "whoami --full", "token x", "token --organization",
	    "token --role X", "switch-org", "switch-org a b", "login x",
	    "logout a b", "invite", "invite x@y.z", "invite x@y.z --role",
	    "resend", "resend --role X"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(clihost_run(host, bad[i]), CLI_USAGE);
		expect_text(host->err, "orgloginctl");
		assert_string_equal(host->out, "");
	}
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
commands_that_are_not_there_yet_say_so(void **state)
{
	struct clihost *host = *state;
	static const char *const later[] = {"setup"};

	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		assert_int_equal(clihost_run(host, later[i]), CLI_UNSUPPORTED);
		expect_text(host->err, "is not supported yet");
	}
}

static void
help_and_version_need_no_daemon(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(clihost_run(host, "--help"), CLI_OK);
	expect_text(host->out, "explain NAME [--role ROLE] [--json]");
	assert_null(strstr(host->out, "setup"));
	assert_int_equal(clihost_run(host, "--version"), CLI_OK);
	expect_text(host->out, ORGLOGIN_VERSION);
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
no_daemon_is_told_with_its_reason(void **state)
{
	struct clihost *host = *state;
	static const char *const lines[] = {
	    "status", "explain ada", "members", "sync", "whoami"};

	assert_int_equal(unlink(host->daemon.path), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(clihost_run(host, lines[i]), CLI_NO);
		expect_text(host->err, "(daemon-unreachable)");
	}
}

static void
a_refusal_is_told_with_its_reason(void **state)
{
	struct clihost *host = *state;
	const struct proto_verdict_reply refusal = {
	    .verdict = PROTO_DENY, .reason = "peer-refused"};

	assert_int_equal(
	    clihost_ask(host, "members", PROTO_VERDICT, &refusal), CLI_NO);
	expect_text(host->err, "You may not ask that. (peer-refused)");
}

static void
t52_a_refusal_is_all_that_is_printed(void **state)
{
	static const char *const lines[] = {"members", "members --json", "ids",
	    "ids --json", "ids check", "ids check --json", "ids export -",
	    "status", "explain ada", "sync", "whoami"};
	static const struct proto_verdict_reply refusal = {
	    .reason = "peer-refused"};
	struct clihost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(
		    clihost_ask(host, lines[i], PROTO_VERDICT, &refusal),
		    CLI_NO);
		assert_string_equal(host->out, "");
		expect_text(host->err, "(peer-refused)");
	}
}

/* The daemon may say PROGRESS before any end; an end that is none is told. */
static void
a_list_that_ends_badly_says_so(void **state)
{
	static const struct proto_progress progress = {1, 0};
	static const struct proto_done torn = {.reason = "io"};
	static const struct fakedaemon_step steps[] = {
	    {.act = FAKEDAEMON_REPLY,
		.type = PROTO_PROGRESS,
		.message = &progress},
	    {.act = FAKEDAEMON_MORE,
		.type = PROTO_MEMBER,
		.message = &ada.member},
	    {.act = FAKEDAEMON_MORE, .type = PROTO_DONE, .message = &torn},
	};
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, "members"), CLI_NO);
	expect_text(host->out, "\nada ");
	expect_text(host->err, "(io)");
}

static void
an_answer_to_something_else_is_nonsense(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "status", PROTO_PENDING, NULL), CLI_NO);
	expect_text(host->err, "(daemon-malformed)");
}

static void
status_says_that_all_is_well(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "status", PROTO_STATUS_REPLY, &well), CLI_OK);
	expect_text(host->out, "Members can sign in to this host.\n");
	expect_text(host->out, "https://accounts.google.com: answers\n");
	expect_text(host->out, "  service        none\n");
	expect_text(host->out, "  confirmed      12 s ago\n");
	expect_text(host->out, "  next sync      none planned\n");
	expect_text(host->out, "41 known, 40 published, 1 left out\n");
	expect_text(host->out, "generation 17\n");
	expect_text(host->out, "2 under way\n");
}

static void
status_names_the_first_trouble(void **state)
{
	struct clihost *host = *state;
	struct proto_status_reply bad = well;

	memcpy(bad.directory_state, "service-tls", 12);
	assert_int_equal(
	    clihost_ask(host, "status", PROTO_STATUS_REPLY, &bad), CLI_NO);
	expect_text(host->out, "Something is wrong: The identity service's");
	expect_text(host->out, "(service-tls)");
}

static void
status_as_json(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "status --json", PROTO_STATUS_REPLY, &well),
	    CLI_OK);
	assert_string_equal(host->out,
	    "{\"healthy\":true,\"trouble\":\"\",\"version\":\"0.1.0\","
	    "\"organization\":\"Acme\","
	    "\"provider\":\"https://accounts.google.com\","
	    "\"provider_state\":\"ok\",\"service\":\"\","
	    "\"service_state\":\"\",\"directory_state\":\"ok\",\"vault_state\":"
	    "\"ok\","
	    "\"problem\":\"\",\"members\":41,\"published\":40,"
	    "\"excluded\":1,\"generation\":17,\"confirmed_s\":12,"
	    "\"next_sync_s\":null,\"signins\":2,\"started_s\":1,"
	    "\"audit_state\":\"ok\",\"audit_lost\":0}\n");
}

static void
explain_says_yes_and_shows_the_member(void **state)
{
	struct clihost *host = *state;
	struct proto_explain request;

	assert_int_equal(
	    clihost_ask(host, "explain ada", PROTO_EXPLAIN_REPLY, &ada),
	    CLI_OK);
	expect_text(host->out, "ada may log in to this host.\n");
	expect_text(host->out, "  roles          Member, OrganizationAdmin\n");
	expect_text(host->out, "  signed in      never\n");
	expect_text(host->out, "  local groups   none\n");
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, &request, sizeof(request)),
	    FAKEDAEMON_REQUEST);
	assert_string_equal(request.user, "ada");
	assert_string_equal(request.role, "");
}

static void
explain_says_why_not(void **state)
{
	struct clihost *host = *state;
	struct proto_explain_reply reply = ada;

	memcpy(reply.role, "role-not-held", 14);
	memcpy(reply.role_text, "Not held.", 10);
	assert_int_equal(clihost_ask(host, "explain ada --role Owner",
			     PROTO_EXPLAIN_REPLY, &reply),
	    CLI_NO);
	expect_text(host->out, "ada may log in to this host.\n");
	expect_text(host->out,
	    "ada may not pass a gate for the role Owner: Not held. "
	    "(role-not-held)\n");
}

static void
explain_knows_strangers(void **state)
{
	struct clihost *host = *state;
	const struct proto_explain_reply reply = {.reason = "not-a-member",
	    .login = "not-a-member",
	    .login_text = "You are not a member of this host's organisation."};

	assert_int_equal(
	    clihost_ask(host, "explain eve", PROTO_EXPLAIN_REPLY, &reply),
	    CLI_NO);
	assert_string_equal(host->out,
	    "eve may not log in to this host: You are not a member of this "
	    "host's organisation. (not-a-member)\n");
}

static void
t32_explain_tells_whom_a_local_user_displaced(void **state)
{
	struct clihost *host = *state;
	const struct proto_explain_reply reply = {.reason = "local-user",
	    .taken = "without that local user u-1 would have the name",
	    .login = "local-user",
	    .login_text = "This is a local account of this host."};

	assert_int_equal(
	    clihost_ask(host, "explain eve", PROTO_EXPLAIN_REPLY, &reply),
	    CLI_NO);
	assert_string_equal(host->out,
	    "eve may not log in to this host: This is a local account of this "
	    "host. (local-user)\n"
	    "  name           without that local user u-1 would have the "
	    "name\n");
}

#define LONG "a-name-or-mail-longer-than-any-may-be-here"

static void
a_name_that_is_too_long_is_refused(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_run(host, "explain " LONG LONG LONG LONG LONG LONG LONG),
	    CLI_NO);
	expect_text(host->err, "(name-invalid)");
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
whoami_as_json(void **state)
{
	struct clihost *host = *state;
	enum proto_type asked = PROTO_DONE;

	assert_int_equal(
	    clihost_ask(host, "whoami --json", PROTO_EXPLAIN_REPLY, &ada),
	    CLI_OK);
	assert_string_equal(host->out,
	    "{\"known\":true,\"reason\":\"ok\",\"member\":{\"user\":\"ada\","
	    "\"id\":\"u-17\",\"mail\":\"ada@acme.example\","
	    "\"state\":\"Active\",\"excluded\":\"\","
	    "\"roles\":[\"Member\",\"OrganizationAdmin\"],"
	    "\"uid\":1879050001},\"taken\":\"\",\"groups\":[\"org-members\"],"
	    "\"local_groups\":[],\"may_login\":true,\"login\":\"ok\","
	    "\"login_text\":\"\",\"role\":\"\",\"role_text\":\"\","
	    "\"claimed\":[],\"claimed_reason\":\"\",\"claimed_s\":null,"
	    "\"proof_s\":null,\"confirmed_s\":12}\n");
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, &asked, NULL, 0), FAKEDAEMON_REQUEST);
	assert_int_equal(asked, PROTO_WHOAMI);
}

static const struct proto_done done = {.reason = "ok"};
static const struct proto_member pending = {.id = "u-9",
    .mail = "x\x1b@acme.example",
    .state = "Pending",
    .excluded = "name-invalid"};
static const struct fakedaemon_step member_list[] = {
    {.act = FAKEDAEMON_REPLY, .type = PROTO_MEMBER, .message = &ada.member},
    {.act = FAKEDAEMON_MORE, .type = PROTO_MEMBER, .message = &pending},
    {.act = FAKEDAEMON_MORE, .type = PROTO_DONE, .message = &done},
};

static const struct proto_audit_row record = {.number = 7,
    .time_s = 1800000000,
    .kind = "auth",
    .reason = "wrong-person",
    .uid = 1879050001,
    .user = "ada",
    .member_id = "u-17",
    .service = "sshd",
    .tty = "ssh",
    .rhost = "192.0.2.7\x1b[2J",
    .role = "A\nB"};

static const struct proto_done records_end = {.reason = "ok"};
static const struct fakedaemon_step record_list[] = {
    {.act = FAKEDAEMON_REPLY, .type = PROTO_AUDIT_ROW, .message = &record},
    {.act = FAKEDAEMON_MORE, .type = PROTO_DONE, .message = &records_end}};

static void
records_are_one_a_line(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, record_list, ARRAY_SIZE(record_list));
	assert_int_equal(clihost_run(host, "audit ada -n 1"), CLI_OK);
	expect_text(host->out,
	    "2027-01-15T08:00:00Z auth                  ada                  "
	    "wrong-person service=sshd from=192.0.2.7\\x1b[2J "
	    "role=A\\x0aB by=0\n");
}

static void
records_as_json(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, record_list, ARRAY_SIZE(record_list));
	assert_int_equal(clihost_run(host, "audit ada --json"), CLI_OK);
	expect_text(host->out,
	    "[{\"time\":\"2027-01-15T08:00:00Z\",\"number\":7,"
	    "\"kind\":\"auth\",\"verdict\":\"deny\","
	    "\"reason\":\"wrong-person\",\"user\":\"ada\"");
}

static void
a_count_of_records_is_a_number(void **state)
{
	static const char *const bad[] = {
	    "audit -n", "audit -n x", "audit -n -1", "audit -n 1001"};
	struct clihost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(clihost_run(host, bad[i]), CLI_USAGE);
}

static void
members_are_one_a_line(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, member_list, ARRAY_SIZE(member_list));
	assert_int_equal(clihost_run(host, "members"), CLI_OK);
	assert_string_equal(host->out,
	    "NAME                 UID        STATE        ROLES\n"
	    "ada                  1879050001 Active       "
	    "Member,OrganizationAdmin\n"
	    "-                    -          Pending      -  left out: "
	    "name-invalid (x\\x1b@acme.example)\n");
}

static void
members_as_json(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, member_list, ARRAY_SIZE(member_list));
	assert_int_equal(clihost_run(host, "--json members"), CLI_OK);
	expect_text(host->out, "[{\"user\":\"ada\",");
	expect_text(host->out,
	    "},{\"user\":\"\",\"id\":\"u-9\",\"mail\":\"x\\u001b@acme."
	    "example\"");
	expect_text(host->out, "\"uid\":0}]\n");
}

static const struct proto_progress half = {20, 40};
static const struct proto_progress all = {40, 40};
static const struct proto_progress open_end = {7, 0};

static void
sync_with(struct clihost *host, const char *line, const struct proto_done *end,
    int status)
{
	const struct fakedaemon_step steps[] = {
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_PROGRESS, .message = &half},
	    {.act = FAKEDAEMON_MORE, .type = PROTO_PROGRESS, .message = &all},
	    {.act = FAKEDAEMON_MORE,
		.type = PROTO_PROGRESS,
		.message = &open_end},
	    {.act = FAKEDAEMON_MORE, .type = PROTO_DONE, .message = end},
	};

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, line), status);
}

static void
sync_shows_a_bar_on_a_terminal(void **state)
{
	struct clihost *host = *state;

	host->cli.terminal = true;
	sync_with(host, "sync", &done, CLI_OK);
	expect_text(host->out,
	    "\r\033[K[###############...............] 20/40 members");
	expect_text(host->out,
	    "\r\033[K[##############################] 40/40 members");
	expect_text(host->out, "\r\033[K7 members\r\033[K");
	expect_text(host->out, "The member list is up to date.");
}

static void
sync_is_quiet_elsewhere(void **state)
{
	struct clihost *host = *state;
	struct proto_sync request;

	sync_with(host, "sync --full --accept-shrink", &done, CLI_OK);
	assert_string_equal(host->out, "The member list is up to date.\n");
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, &request, sizeof(request)),
	    FAKEDAEMON_REQUEST);
	assert_int_equal(request.full, 1);
	assert_int_equal(request.accept_shrink, 1);
}

static void
sync_says_why_not(void **state)
{
	struct clihost *host = *state;
	const struct proto_done held = {
	    .reason = "directory-shrunk", .text = "Held."};

	sync_with(host, "sync", &held, CLI_NO);
	assert_string_equal(host->out, "Held. (directory-shrunk)\n");
}

static void
sync_as_json(void **state)
{
	struct clihost *host = *state;

	sync_with(host, "sync --json", &done, CLI_OK);
	assert_string_equal(host->out, "{\"reason\":\"ok\",\"text\":\"\"}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLIHOST_TEST(a_line_that_is_not_understood_runs_nothing),
	    CLIHOST_TEST(commands_that_are_not_there_yet_say_so),
	    CLIHOST_TEST(help_and_version_need_no_daemon),
	    CLIHOST_TEST(no_daemon_is_told_with_its_reason),
	    CLIHOST_TEST(a_refusal_is_told_with_its_reason),
	    CLIHOST_TEST(t52_a_refusal_is_all_that_is_printed),
	    CLIHOST_TEST(a_list_that_ends_badly_says_so),
	    CLIHOST_TEST(an_answer_to_something_else_is_nonsense),
	    CLIHOST_TEST(status_says_that_all_is_well),
	    CLIHOST_TEST(status_names_the_first_trouble),
	    CLIHOST_TEST(status_as_json),
	    CLIHOST_TEST(explain_says_yes_and_shows_the_member),
	    CLIHOST_TEST(explain_says_why_not),
	    CLIHOST_TEST(explain_knows_strangers),
	    CLIHOST_TEST(t32_explain_tells_whom_a_local_user_displaced),
	    CLIHOST_TEST(a_name_that_is_too_long_is_refused),
	    CLIHOST_TEST(whoami_as_json),
	    CLIHOST_TEST(members_are_one_a_line),
	    CLIHOST_TEST(records_are_one_a_line),
	    CLIHOST_TEST(records_as_json),
	    CLIHOST_TEST(a_count_of_records_is_a_number),
	    CLIHOST_TEST(members_as_json),
	    CLIHOST_TEST(sync_shows_a_bar_on_a_terminal),
	    CLIHOST_TEST(sync_is_quiet_elsewhere),
	    CLIHOST_TEST(sync_says_why_not),
	    CLIHOST_TEST(sync_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
