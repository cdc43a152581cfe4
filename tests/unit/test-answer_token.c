/*
 * test-answer_token.c - tokens, organisations and invitations at the socket.
 */
#include "front/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/purse.h"
#include "tests/unit/fronthost.h"

static const struct wallet_token good = {.organization = "org_acme",
    .jwt = "jwt",
    .headers = "Authorization: Bearer jwt\nX-Org: org_acme\n",
    .expires_s = 1800000600,
    .session_token = "session"};

static void
give(const struct wallet_token *token)
{
	front()->wallet_fn(front()->wallet_arg, token);
	front_turn();
}

static void
expect_text(int fd, const char *reason, const char *part)
{
	struct client_reply reply;

	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_VERDICT);
	assert_int_equal(reply.u.verdict.verdict, PROTO_DENY);
	assert_string_equal(reply.u.verdict.reason, reason);
	assert_non_null(strstr(reply.u.verdict.text, part));
}

static void
a_member_gets_his_own_token(void **state)
{
	struct proto_token request = {.organization = "org_beta"};
	struct client_reply reply;
	int fd = front_connect(FRONT_BOB);

	front_send(fd, PROTO_TOKEN, &request);
	assert_string_equal(front()->errand_member, "u-bob");
	assert_string_equal(front()->errand_organization, "org_beta");
	give(&good);
	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_TOKEN_REPLY);
	assert_string_equal(reply.u.token.text, "jwt");
	assert_string_equal(reply.u.token.organization, "org_acme");
	assert_int_equal(reply.u.token.expires_s, 1800000600);
	front_expect_record(AUDIT_TOKEN_GIVEN, 0, "bob", "org_acme");
	request = (struct proto_token){.headers = 1};
	front_send(fd, PROTO_TOKEN, &request);
	assert_string_equal(front()->errand_organization, "-");
	give(&good);
	assert_true(front_read(fd, &reply));
	assert_string_equal(reply.u.token.text, good.headers);
	(void)close(fd);
}

static void
why_there_is_no_token_is_told(void **state)
{
	const struct proto_token request = {.headers = 1};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_TOKEN, &request);
	give(&(struct wallet_token){.reason = ERR_NO_TOKEN});
	front_expect_verdict(fd, PROTO_DENY, ERR_NO_TOKEN);
	front_expect_record(AUDIT_TOKEN_GIVEN, ERR_NO_TOKEN, "ada", "");
	(void)close(fd);
}

/* The largest that a purse keeps fits; a larger one is refused, not cut. */
static void
the_largest_token_fits(void **state)
{
	const struct proto_token request = {.headers = 1};
	char *text = calloc(1, PURSE_HEADERS_MAX_BYTES + 2);
	struct wallet_token token = good;
	struct client_reply reply;
	int fd = front_connect(FRONT_ADA);

	assert_non_null(text);
	memset(text, 'x', PURSE_HEADERS_MAX_BYTES);
	token.headers = text;
	front_send(fd, PROTO_TOKEN, &request);
	give(&token);
	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_TOKEN_REPLY);
	assert_int_equal(strlen(reply.u.token.text), PURSE_HEADERS_MAX_BYTES);
	text[PURSE_HEADERS_MAX_BYTES] = 'x';
	front_send(fd, PROTO_TOKEN, &request);
	give(&token);
	front_expect_verdict(fd, PROTO_DENY, ERR_TOO_LARGE);
	(void)close(fd);
	free(text);
}

static void
who_went_away_is_not_waited_for(void **state)
{
	const struct proto_token request = {.headers = 0};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_TOKEN, &request);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->gone, 1);
	assert_int_equal(front()->errand_cancelled, 1);
}

static void
switching_is_told(void **state)
{
	const struct proto_switch_org request = {.organization = "org_beta"};
	const struct proto_switch_org nowhere = {.organization = ""};
	struct client_reply reply;
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_SWITCH_ORG, &request);
	assert_true(front()->switching);
	give(&good);
	front_expect_done(fd);
	front_expect_record(AUDIT_ORGANIZATION_SWITCHED, 0, "ada", "org_acme");
	front_send(fd, PROTO_SWITCH_ORG, &request);
	give(&(struct wallet_token){.reason = ERR_SERVICE_REFUSED});
	expect_text(fd, "service-refused", "not to be in that organisation");
	front_send(fd, PROTO_SWITCH_ORG, &request);
	give(&(struct wallet_token){.reason = ERR_UNSUPPORTED});
	front_expect_verdict(fd, PROTO_DENY, ERR_UNSUPPORTED);
	front_send(fd, PROTO_SWITCH_ORG, &nowhere);
	assert_false(front_read(fd, &reply));
	(void)close(fd);
}

static void
without_a_service_there_are_no_tokens(void **state)
{
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_TOKEN, &(struct proto_token){.organization = ""});
	expect_text(fd, "unsupported", "profile = none");
	front_send(fd, PROTO_SWITCH_ORG,
	    &(struct proto_switch_org){.organization = "org_beta"});
	expect_text(fd, "unsupported", "profile = none");
	assert_int_equal(front()->errands, 0);
	(void)close(fd);
}

/* A proof of the sign-in goes with it; where tokens stay, it does too. */
static void
logging_out_forgets_tokens_and_proof(void **state)
{
	const struct proto_logout request = {"ada"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_LOGOUT, &request);
	front_expect_done(fd);
	front_expect_record(AUDIT_LOGGED_OUT, 0, "ada", "");
	assert_int_equal(front()->forgotten, 1);
	assert_int_equal(front()->proofs_forgotten, 1);
	front()->forget_fault = ERR_NO_SPACE;
	front_send(fd, PROTO_LOGOUT, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_NO_SPACE);
	assert_int_equal(front()->proofs_forgotten, 1);
	(void)close(fd);
	fd = front_connect(0);
	front_send(fd, PROTO_LOGOUT, &(struct proto_logout){"carol"});
	front_expect_verdict(fd, PROTO_DENY, ERR_NOT_A_MEMBER);
	front_expect_record(AUDIT_LOGGED_OUT, ERR_NOT_A_MEMBER, "carol", "");
	(void)close(fd);
}

/* Without a service it is the provider's own that goes. */
static void
t90_logging_out_gives_up_what_the_provider_gave(void **state)
{
	const struct proto_logout request = {"ada"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_LOGOUT, &request);
	front_expect_done(fd);
	assert_int_equal(front()->logged_out, 1);
	assert_int_equal(front()->proofs_forgotten, 1);
	front()->log_out_fault = ERR_NO_SPACE;
	front_send(fd, PROTO_LOGOUT, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_NO_SPACE);
	assert_int_equal(front()->proofs_forgotten, 1);
	(void)close(fd);
}

static void
answer_ask(int reason)
{
	front()->ask_fn(
	    front()->ask_arg, &(struct idsvc_standing){.reason = reason});
	front_turn();
}

static void
an_invitation_carries_the_askers_token(void **state)
{
	const struct proto_invite request = {"eve@acme.example", "User"};
	int fd = front_connect(FRONT_ADA);

	front()->service_can = true;
	front_send(fd, PROTO_INVITE, &request);
	assert_string_equal(front()->errand_member, "u-ada");
	assert_string_equal(front()->errand_organization, "org_acme");
	assert_int_equal(front()->asks, 0);
	give(&good);
	assert_int_equal(front()->ask_op, PROFILE_INVITE);
	assert_string_equal(
	    front()->ask_text, "jwt session org_acme eve@acme.example User ");
	front_expect_silence(fd);
	answer_ask(0);
	front_expect_done(fd);
	front_expect_record(AUDIT_INVITED, 0, "ada", "eve@acme.example");
	front_send(fd, PROTO_INVITE, &request);
	give(&good);
	answer_ask(ERR_SERVICE_REFUSED);
	expect_text(fd, "service-refused", "you may not invite");
	front_send(fd, PROTO_INVITE, &request);
	give(&(struct wallet_token){.reason = ERR_NO_TOKEN});
	front_expect_verdict(fd, PROTO_DENY, ERR_NO_TOKEN);
	assert_int_equal(front()->asks, 2);
	(void)close(fd);
}

static void
an_invitation_that_cannot_be_is_told_at_once(void **state)
{
	static const struct proto_invite bad[] = {
	    {"no mail", "User"}, {"a@b.c", ""}, {"a@b.c", "a,b"}, {"", "User"}};
	const struct proto_invite request = {"eve@acme.example", "User"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_INVITE, &request);
	expect_text(fd, "unsupported", "takes no invitations");
	front()->service_can = true;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		front_send(fd, PROTO_INVITE, &bad[i]);
		expect_text(fd, "invalid-argument", "no mail address");
	}
	assert_int_equal(front()->errands, 0);
	(void)close(fd);
}

/* By name or id; a mail address that two have names nobody. */
static void
an_invitation_is_sent_again_to_a_known_member(void **state)
{
	int fd = front_connect(FRONT_ADA);

	front()->service_can = true;
	front_send(fd, PROTO_RESEND, &(struct proto_resend){"bob"});
	give(&good);
	assert_int_equal(front()->ask_op, PROFILE_RESEND_INVITATION);
	assert_string_equal(
	    front()->ask_text, "jwt session org_acme x@acme.example  u-bob");
	answer_ask(0);
	front_expect_done(fd);
	front_send(fd, PROTO_RESEND, &(struct proto_resend){"u-bob"});
	give(&good);
	answer_ask(ERR_SERVICE_UNREACHABLE);
	front_expect_verdict(fd, PROTO_DENY, ERR_SERVICE_UNREACHABLE);
	front_send(fd, PROTO_RESEND, &(struct proto_resend){"x@acme.example"});
	expect_text(fd, "not-found", "Nobody");
	/* The client that leaves takes the question along. */
	front_send(fd, PROTO_RESEND, &(struct proto_resend){"bob"});
	give(&good);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->ask_cancelled, 3);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, front_set_up, front_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_member_gets_his_own_token),
	    TEST(why_there_is_no_token_is_told),
	    TEST(the_largest_token_fits),
	    TEST(who_went_away_is_not_waited_for),
	    TEST(switching_is_told),
	    cmocka_unit_test_setup_teardown(
		without_a_service_there_are_no_tokens, front_set_up_alone,
		front_tear_down),
	    TEST(logging_out_forgets_tokens_and_proof),
	    cmocka_unit_test_setup_teardown(
		t90_logging_out_gives_up_what_the_provider_gave,
		front_set_up_alone, front_tear_down),
	    TEST(an_invitation_carries_the_askers_token),
	    TEST(an_invitation_that_cannot_be_is_told_at_once),
	    TEST(an_invitation_is_sent_again_to_a_known_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
