/*
 * test-account.c - the account phase is a real decision for members, silence
 * for local users, and never a prompt; sessions follow it.
 */
#include "pam_module/account.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

static const struct proto_verdict_reply allow = {
    .verdict = PROTO_ALLOW, .reason = "ok"};
static const struct proto_done recorded = {.reason = "ok"};

static int
check(struct pamhost *host, const char *argument)
{
	struct request_call call = pamhost_call(host, &argument);

	return account_check(&call);
}

static void
start_with(struct pamhost *host, enum proto_type type, const void *message)
{
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_REPLY, .type = type, .message = message};

	fakedaemon_start(&host->daemon, &step, 1);
}

/* The request that the daemon got on a connection of its own. */
static void
expect_request(
    struct pamhost *host, enum proto_type wanted, void *message, size_t size)
{
	enum proto_type type = PROTO_DONE;

	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(fakedaemon_saw(&host->daemon, &type, message, size),
	    FAKEDAEMON_REQUEST);
	assert_int_equal(type, wanted);
}

static void
a_member_passes_when_the_daemon_says_so(void **state)
{
	struct pamhost *host = *state;
	struct proto_account account;

	start_with(host, PROTO_VERDICT, &allow);
	host->pam.service = "cron";
	host->pam.tty = "cron";
	assert_int_equal(check(host, "require_role=A,B"), PAM_SUCCESS);
	expect_request(host, PROTO_ACCOUNT, &account, sizeof(account));
	assert_string_equal(account.user, "ada");
	assert_string_equal(account.context.service, "cron");
	assert_string_equal(account.context.tty, "cron");
	assert_string_equal(account.roles, "A\nB");
	assert_int_equal(host->pam.shown_count, 0);
	assert_string_equal(host->pam.log, "");
}

static void
debug_tells_of_those_who_pass(void **state)
{
	struct pamhost *host = *state;

	start_with(host, PROTO_VERDICT, &allow);
	assert_int_equal(check(host, "debug"), PAM_SUCCESS);
	assert_non_null(strstr(host->pam.log, "account allowed: user=ada"));
}

static void
t41_a_refused_member_is_told_why(void **state)
{
	static const struct {
		const char *reason;
		int code;
	} cases[] = {{"member-deactivated", PAM_ACCT_EXPIRED},
	    {"member-suspended", PAM_ACCT_EXPIRED},
	    {"member-pending", PAM_PERM_DENIED},
	    {"role-not-allowed", PAM_PERM_DENIED},
	    {"role-not-held", PAM_PERM_DENIED}, {"role-stale", PAM_PERM_DENIED},
	    {"not-a-member", PAM_PERM_DENIED},
	    {"not-configured", PAM_PERM_DENIED},
	    {"directory-stale", PAM_AUTHINFO_UNAVAIL},
	    {"state-damaged", PAM_AUTHINFO_UNAVAIL}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct proto_verdict_reply deny = {
		    .verdict = PROTO_DENY, .text = "Not you, not now."};
		struct pamhost host;

		memcpy(
		    deny.reason, cases[i].reason, strlen(cases[i].reason) + 1);
		pamhost_init(&host);
		start_with(&host, PROTO_VERDICT, &deny);
		assert_int_equal(check(&host, NULL), cases[i].code);
		assert_int_equal(host.pam.shown_count, 1);
		assert_int_equal(host.pam.shown[0].style, PAM_ERROR_MSG);
		assert_string_equal(
		    host.pam.shown[0].text, "Not you, not now.");
		assert_non_null(strstr(host.pam.log, cases[i].reason));
		pamhost_done(&host);
	}
}

/* sudo asks for silence in every phase. */
static void
silence_does_not_hide_why(void **state)
{
	struct pamhost *host = *state;
	struct request_call call = pamhost_call(host, NULL);

	call.flags = PAM_SILENT;
	assert_int_equal(unlink(host->daemon.path), 0);
	assert_int_equal(account_check(&call), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->pam.shown_count, 1);
}

static void
t40_the_account_phase_never_ignores_a_member(void **state)
{
	static const struct fakedaemon_step troubles[] = {
	    {.act = FAKEDAEMON_CUT, .type = PROTO_VERDICT, .message = &allow},
	    {.act = FAKEDAEMON_BYTES, .bytes = "\4\0\0\0\1\0\5\0", .len = 8},
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_PENDING},
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_DONE, .message = &recorded},
	    {.act = FAKEDAEMON_HANG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(troubles); i++) {
		struct pamhost host;

		pamhost_init(&host);
		fakedaemon_start(&host.daemon, &troubles[i], 1);
		assert_int_equal(check(&host, NULL), PAM_AUTHINFO_UNAVAIL);
		pamhost_done(&host);
	}
}

static void
t45_the_account_phase_never_prompts(void **state)
{
	struct pamhost *host = *state;
	static const struct proto_prompt prompt = {
	    .text = "Code? ", .kind = PROTO_ASK_TEXT};

	start_with(host, PROTO_PROMPT, &prompt);
	assert_int_equal(check(host, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host->pam.shown_count, 1);
	assert_int_equal(host->pam.shown[0].style, PAM_ERROR_MSG);
}

static const struct fakedaemon_step two_allowed[] = {
    {.act = FAKEDAEMON_REPLY, .type = PROTO_VERDICT, .message = &allow},
    {.act = FAKEDAEMON_NEXT},
    {.act = FAKEDAEMON_REPLY, .type = PROTO_VERDICT, .message = &allow},
};

/* Two members were asked about, one connection each. */
static void
expect_two(struct pamhost *host, const char *first, const char *second)
{
	struct proto_account account;

	expect_request(host, PROTO_ACCOUNT, &account, sizeof(account));
	assert_string_equal(account.user, first);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CLOSED);
	expect_request(host, PROTO_ACCOUNT, &account, sizeof(account));
	assert_string_equal(account.user, second);
	assert_string_equal(account.roles, "");
}

static void
t36_each_phase_decides_for_the_user_of_now(void **state)
{
	struct pamhost *host = *state;

	fakedaemon_start(&host->daemon, two_allowed, ARRAY_SIZE(two_allowed));
	assert_int_equal(check(host, NULL), PAM_SUCCESS);
	host->pam.user = "bob";
	assert_int_equal(check(host, NULL), PAM_SUCCESS);
	host->pam.user = "eve";
	assert_int_equal(check(host, NULL), PAM_IGNORE);
	expect_two(host, "ada", "bob");
}

static void
t112_local_users_pass_by_whatever_is_broken(void **state)
{
	struct pamhost *host = *state;

	host->pam.user = "root";
	assert_int_equal(check(host, NULL), PAM_IGNORE);
	assert_int_equal(check(host, "require_role=X"), PAM_IGNORE);
	assert_int_equal(check(host, "typo"), PAM_IGNORE);
	pamhost_damage(host, 0);
	assert_int_equal(check(host, NULL), PAM_IGNORE);
	assert_int_equal(unlink(host->snapshot), 0);
	assert_int_equal(check(host, "require_role=X"), PAM_IGNORE);
	assert_false(fakedaemon_was_called(&host->daemon));
	assert_int_equal(host->pam.shown_count, 0);
	assert_string_equal(host->pam.log, "");
}

static void
t100_a_role_gate_stops_strangers(void **state)
{
	struct pamhost *host = *state;

	host->pam.user = "eve";
	assert_int_equal(check(host, NULL), PAM_IGNORE);
	assert_int_equal(host->pam.shown_count, 0);
	assert_int_equal(
	    check(host, "require_role=OrganizationAdmin"), PAM_PERM_DENIED);
	assert_int_equal(host->pam.shown_count, 1);
	assert_non_null(strstr(host->pam.log, "reason=not-a-member"));
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
t40_without_a_snapshot_nobody_passes(void **state)
{
	struct pamhost *host = *state;
	static const char *const names[] = {"ada", "eve"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		host->pam.user = names[i];
		pamhost_publish(host, 4000);
		assert_int_equal(check(host, NULL), PAM_AUTHINFO_UNAVAIL);
		pamhost_damage(host, 9);
		assert_int_equal(check(host, NULL), PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(unlink(host->snapshot), 0);
		assert_int_equal(check(host, NULL), PAM_AUTHINFO_UNAVAIL);
	}
	assert_false(fakedaemon_was_called(&host->daemon));
}

static void
a_bad_call_is_a_hard_error(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(check(host, "typo"), PAM_SERVICE_ERR);
	host->pam.user = "eve";
	assert_int_equal(check(host, "typo"), PAM_SERVICE_ERR);
	host->pam.user = NULL;
	assert_int_equal(check(host, NULL), PAM_SERVICE_ERR);
}

/* su to root: PAM_USER is root, PAM_RUSER the one who calls. */
static int
switch_user(struct pamhost *host, const char *from, const char *to)
{
	host->pam.service = "su";
	host->pam.ruser = from;
	host->pam.user = to;
	return check(host, "require_role=OrganizationAdmin");
}

static void
t99_su_asks_the_role_of_its_caller(void **state)
{
	struct pamhost *host = *state;
	static const struct proto_verdict_reply deny = {
	    .verdict = PROTO_DENY, .reason = "role-not-held"};
	const struct fakedaemon_step steps[] = {
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_VERDICT, .message = &deny},
	    {.act = FAKEDAEMON_NEXT},
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_VERDICT, .message = &allow},
	};
	struct proto_account account;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(switch_user(host, "ada", "root"), PAM_PERM_DENIED);
	assert_int_equal(switch_user(host, "bob", "root"), PAM_IGNORE);
	expect_request(host, PROTO_ACCOUNT, &account, sizeof(account));
	assert_string_equal(account.user, "ada");
	assert_string_equal(account.roles, "OrganizationAdmin");
}

static void
t99_su_to_a_member_needs_both(void **state)
{
	struct pamhost *host = *state;

	fakedaemon_start(&host->daemon, two_allowed, ARRAY_SIZE(two_allowed));
	assert_int_equal(switch_user(host, "ada", "bob"), PAM_SUCCESS);
	expect_two(host, "ada", "bob");
}

static void
t99_su_stops_whom_nobody_can_name(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(switch_user(host, NULL, "root"), PAM_PERM_DENIED);
	assert_int_equal(switch_user(host, "eve", "root"), PAM_PERM_DENIED);
	assert_int_equal(switch_user(host, "zed", "root"), PAM_IGNORE);
	assert_int_equal(switch_user(host, "root", "zed"), PAM_IGNORE);
	assert_int_equal(unlink(host->snapshot), 0);
	assert_int_equal(
	    switch_user(host, "ada", "root"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(switch_user(host, "root", "zed"), PAM_IGNORE);
	assert_int_equal(check(host, "typo"), PAM_IGNORE);
	host->pam.ruser = "ada";
	assert_int_equal(check(host, "typo"), PAM_SERVICE_ERR);
	assert_int_equal(check(host, NULL), PAM_IGNORE);
	assert_false(fakedaemon_was_called(&host->daemon));
}

static int
session(struct pamhost *host, bool opened)
{
	struct request_call call = pamhost_call(host, NULL);

	return account_session(&call, opened);
}

static void
sessions_of_members_are_recorded(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step steps[] = {
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_DONE, .message = &recorded},
	    {.act = FAKEDAEMON_NEXT},
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_DONE, .message = &recorded},
	};
	struct proto_session told;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(session(host, true), PAM_SUCCESS);
	assert_int_equal(session(host, false), PAM_SUCCESS);
	assert_string_equal(host->pam.log, "");
	expect_request(host, PROTO_SESSION, &told, sizeof(told));
	assert_string_equal(told.user, "ada");
	assert_int_equal(told.opened, 1);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CLOSED);
	expect_request(host, PROTO_SESSION, &told, sizeof(told));
	assert_int_equal(told.opened, 0);
}

static void
a_session_never_fails(void **state)
{
	struct pamhost *host = *state;
	static const char *const others[] = {"root", "eve"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		host->pam.user = others[i];
		assert_int_equal(session(host, true), PAM_IGNORE);
	}
	assert_false(fakedaemon_was_called(&host->daemon));
	host->pam.user = "ada";
	assert_int_equal(unlink(host->daemon.path), 0);
	assert_int_equal(session(host, true), PAM_SUCCESS);
	assert_non_null(strstr(host->pam.log, "session not recorded"));
	assert_int_equal(unlink(host->snapshot), 0);
	assert_int_equal(session(host, true), PAM_IGNORE);
	host->pam.user = NULL;
	assert_int_equal(session(host, false), PAM_IGNORE);
	assert_int_equal(host->pam.shown_count, 0);
}

static void
a_hung_daemon_does_not_hold_a_session(void **state)
{
	struct pamhost *host = *state;
	const struct fakedaemon_step step = {.act = FAKEDAEMON_HANG};

	fakedaemon_start(&host->daemon, &step, 1);
	assert_int_equal(session(host, true), PAM_SUCCESS);
	assert_non_null(strstr(host->pam.log, "session not recorded"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(a_member_passes_when_the_daemon_says_so),
	    PAMHOST_TEST(debug_tells_of_those_who_pass),
	    cmocka_unit_test(t41_a_refused_member_is_told_why),
	    PAMHOST_TEST(silence_does_not_hide_why),
	    cmocka_unit_test(t40_the_account_phase_never_ignores_a_member),
	    PAMHOST_TEST(t45_the_account_phase_never_prompts),
	    PAMHOST_TEST(t36_each_phase_decides_for_the_user_of_now),
	    PAMHOST_TEST(t112_local_users_pass_by_whatever_is_broken),
	    PAMHOST_TEST(t100_a_role_gate_stops_strangers),
	    PAMHOST_TEST(t40_without_a_snapshot_nobody_passes),
	    PAMHOST_TEST(t99_su_asks_the_role_of_its_caller),
	    PAMHOST_TEST(t99_su_to_a_member_needs_both),
	    PAMHOST_TEST(t99_su_stops_whom_nobody_can_name),
	    PAMHOST_TEST(a_bad_call_is_a_hard_error),
	    PAMHOST_TEST(sessions_of_members_are_recorded),
	    PAMHOST_TEST(a_session_never_fails),
	    PAMHOST_TEST(a_hung_daemon_does_not_hold_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
