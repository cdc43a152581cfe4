/*
 * test-clitoken.c - what orgloginctl asks about tokens and invitations, and
 * what it prints.
 */
#include "cli/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/clihost.h"

#define LINES "Authorization: Bearer eyJ.e.s\nX-Org: org_acme\n"

static const struct proto_token_reply token = {
    .organization = "org_acme", .expires_s = 1800000600, .text = "eyJ.e.s"};
static const struct proto_token_reply lines = {
    .organization = "org_acme", .text = LINES};
static const struct proto_done ok = {.reason = "ok"};

static void
saw(struct clihost *host, enum proto_type type, const void *wanted, size_t size)
{
	enum proto_type got = PROTO_DONE;
	union {
		struct proto_token token;
		struct proto_invite invite;
		struct proto_resend resend;
		struct proto_logout logout;
		struct proto_switch_org switch_org;
	} message;

	memset(&message, 0, sizeof(message));
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(fakedaemon_saw(&host->daemon, &got, &message, size),
	    FAKEDAEMON_REQUEST);
	assert_int_equal(got, type);
	assert_memory_equal(&message, wanted, size);
}

static void
a_token_is_one_line(void **state)
{
	struct clihost *host = *state;
	const struct proto_token wanted = {.organization = ""};

	assert_int_equal(
	    clihost_ask(host, "token", PROTO_TOKEN_REPLY, &token), CLI_OK);
	assert_string_equal(host->out, "eyJ.e.s\n");
	assert_string_equal(host->err, "");
	saw(host, PROTO_TOKEN, &wanted, sizeof(wanted));
}

/* $(...) drops the last newline and leaves what curl -H takes. */
static void
headers_are_one_argument_of_curl(void **state)
{
	struct clihost *host = *state;
	const struct proto_token wanted = {
	    .organization = "org_beta", .headers = 1};

	assert_int_equal(
	    clihost_ask(host, "token --headers --organization org_beta",
		PROTO_TOKEN_REPLY, &lines),
	    CLI_OK);
	assert_string_equal(
	    host->out, "Authorization: Bearer eyJ.e.s\r\nX-Org: org_acme\n");
	saw(host, PROTO_TOKEN, &wanted, sizeof(wanted));
}

static void
json_of_a_token(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "token --json", PROTO_TOKEN_REPLY, &token),
	    CLI_OK);
	assert_string_equal(host->out,
	    "{\"organization\":\"org_acme\",\"expires_s\":1800000600,"
	    "\"token\":\"eyJ.e.s\"}\n");
}

static void
json_of_headers(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(clihost_ask(host, "token --headers --json",
			     PROTO_TOKEN_REPLY, &lines),
	    CLI_OK);
	assert_string_equal(host->out,
	    "{\"organization\":\"org_acme\",\"expires_s\":0,\"headers\":["
	    "\"Authorization: Bearer eyJ.e.s\",\"X-Org: org_acme\"]}\n");
}

static void
a_refusal_is_one_line_and_prints_no_token(void **state)
{
	struct clihost *host = *state;
	const struct proto_verdict_reply none = {
	    .reason = "no-token", .text = "Sign in again."};

	assert_int_equal(
	    clihost_ask(host, "token", PROTO_VERDICT, &none), CLI_NO);
	assert_string_equal(host->out, "");
	assert_string_equal(
	    host->err, "orgloginctl: Sign in again. (no-token)\n");
}

/* An allowing verdict, or anything else, is no token. */
static void
another_reply_is_no_token(void **state)
{
	struct clihost *host = *state;
	const struct proto_verdict_reply allowed = {
	    .verdict = PROTO_ALLOW, .reason = "ok"};

	assert_int_equal(
	    clihost_ask(host, "token", PROTO_VERDICT, &allowed), CLI_NO);
	assert_string_equal(host->out, "");
	assert_non_null(strstr(host->err, "daemon-malformed"));
}

static void
switch_org_says_where_one_works(void **state)
{
	struct clihost *host = *state;
	const struct proto_switch_org wanted = {.organization = "org_beta"};

	assert_int_equal(
	    clihost_ask(host, "switch-org org_beta", PROTO_DONE, &ok), CLI_OK);
	assert_string_equal(host->out, "You work in org_beta now.\n");
	saw(host, PROTO_SWITCH_ORG, &wanted, sizeof(wanted));
}

static void
an_invitation_names_mail_and_role(void **state)
{
	struct clihost *host = *state;
	const struct proto_invite wanted = {"eve@acme.example", "User"};

	assert_int_equal(
	    clihost_ask(
		host, "invite eve@acme.example --role User", PROTO_DONE, &ok),
	    CLI_OK);
	assert_string_equal(host->out, "The invitation is on its way.\n");
	saw(host, PROTO_INVITE, &wanted, sizeof(wanted));
}

static void
resending_names_whom(void **state)
{
	struct clihost *host = *state;
	const struct proto_resend wanted = {"eve"};
	const struct proto_verdict_reply refused = {
	    .reason = "service-refused", .text = "The service refused."};

	assert_int_equal(
	    clihost_ask(host, "resend eve", PROTO_VERDICT, &refused), CLI_NO);
	assert_string_equal(
	    host->err, "orgloginctl: The service refused. (service-refused)\n");
	saw(host, PROTO_RESEND, &wanted, sizeof(wanted));
}

static void
root_names_whose_sign_in_is_forgotten(void **state)
{
	struct clihost *host = *state;
	const struct proto_logout wanted = {"ada"};

	assert_int_equal(
	    clihost_ask(host, "logout ada", PROTO_DONE, &ok), CLI_OK);
	assert_string_equal(host->out, "The sign-in of ada is forgotten.\n");
	saw(host, PROTO_LOGOUT, &wanted, sizeof(wanted));
}

/* What does not fit its field asks nothing. */
static void
words_that_are_too_long_ask_nothing(void **state)
{
	static const char *const commands[] = {"token --organization %s",
	    "switch-org %s", "logout %s", "resend %s", "invite %s --role User",
	    "invite a@b.c --role %s"};
	struct clihost *host = *state;
	char word[400];
	char line[500];

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *place = strstr(commands[i], "%s");

		(void)snprintf(line, sizeof(line), "%.*s%s%s",
		    (int)(place - commands[i]), commands[i], word, place + 2);
		assert_int_equal(clihost_run(host, line), CLI_NO);
		assert_string_equal(host->out, "");
	}
	assert_false(fakedaemon_was_called(&host->daemon));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLIHOST_TEST(a_token_is_one_line),
	    CLIHOST_TEST(headers_are_one_argument_of_curl),
	    CLIHOST_TEST(json_of_a_token),
	    CLIHOST_TEST(json_of_headers),
	    CLIHOST_TEST(a_refusal_is_one_line_and_prints_no_token),
	    CLIHOST_TEST(another_reply_is_no_token),
	    CLIHOST_TEST(switch_org_says_where_one_works),
	    CLIHOST_TEST(an_invitation_names_mail_and_role),
	    CLIHOST_TEST(resending_names_whom),
	    CLIHOST_TEST(root_names_whose_sign_in_is_forgotten),
	    CLIHOST_TEST(words_that_are_too_long_ask_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
