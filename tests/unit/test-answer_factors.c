/*
 * test-answer_factors.c - who may give, see and take away local factors, and
 * what must have come before.
 */
#include "front/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fronthost.h"

static struct client_reply
ask(int fd, enum proto_type type, const void *message)
{
	struct client_reply reply;

	front_send(fd, type, message);
	assert_true(front_read(fd, &reply));
	return reply;
}

static void
end_work(int reason)
{
	front()->pin_fn(front()->pin_arg, reason);
	front_turn();
}

static void
the_state_is_told_with_locks_and_proof(void **state)
{
	const struct proto_factors request = {.user = "ada"};
	int fd = front_connect(FRONT_ADA);
	struct client_reply reply = ask(fd, PROTO_FACTORS, &request);

	assert_int_equal(reply.type, PROTO_FACTORS_REPLY);
	assert_string_equal(reply.u.factors.user, "ada");
	assert_string_equal(reply.u.factors.totp, "totp-not-enrolled");
	assert_string_equal(reply.u.factors.pin, "pin-not-set");
	assert_int_equal(reply.u.factors.own, 1);
	assert_int_equal(reply.u.factors.proven, 1);
	front()->stale_proofs = true;
	front()->failures = 50;
	front()->totp_state = front()->pin_state = ERR_OK;
	reply = ask(fd, PROTO_FACTORS, &request);
	assert_string_equal(reply.u.factors.totp, "factor-locked");
	assert_string_equal(reply.u.factors.pin, "factor-locked");
	assert_int_equal(reply.u.factors.pin_failures, 50);
	assert_int_equal(reply.u.factors.proven, 0);
	(void)close(fd);
}

static void
a_member_enrols_after_a_sign_in(void **state)
{
	const struct proto_totp_enroll request = {.code = ""};
	const struct proto_totp_confirm confirm = {.code = "123456"};
	int fd = front_connect(FRONT_ADA);
	struct client_reply reply = ask(fd, PROTO_TOTP_ENROLL, &request);

	assert_int_equal(reply.type, PROTO_TOTP_OFFER);
	assert_string_equal(reply.u.totp_offer.uri, "otpauth://x");
	assert_string_equal(reply.u.totp_offer.key, "JBSW Y3DP");
	assert_string_equal(front()->totp_text, "u-ada ada@host1");
	front_send(fd, PROTO_TOTP_CONFIRM, &confirm);
	front_expect_done(fd);
	assert_string_equal(front()->totp_text, "u-ada 123456");
	front_expect_record(AUDIT_TOTP_ENROLLED, 0, "ada", "");
	front()->totp_reason = ERR_MFA_WRONG;
	front_send(fd, PROTO_TOTP_CONFIRM, &confirm);
	front_expect_verdict(fd, PROTO_DENY, ERR_MFA_WRONG);
	(void)close(fd);
}

static void
nothing_is_given_without_a_sign_in_lately(void **state)
{
	const struct proto_totp_enroll enroll = {.code = "111222"};
	const struct proto_totp_remove removal = {
	    .user = "ada", .code = "111222"};
	const struct proto_pin_set set = {.user = "ada", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front()->stale_proofs = true;
	front()->totp_state = ERR_OK;
	front_send(fd, PROTO_TOTP_ENROLL, &enroll);
	front_expect_verdict(fd, PROTO_DENY, ERR_PROOF_NEEDED);
	front_send(fd, PROTO_TOTP_REMOVE, &removal);
	front_expect_verdict(fd, PROTO_DENY, ERR_PROOF_NEEDED);
	front_send(fd, PROTO_PIN_SET, &set);
	front_expect_verdict(fd, PROTO_DENY, ERR_PROOF_NEEDED);
	assert_int_equal(front()->totp_offers + front()->totp_checks +
		front()->totp_removed + front()->pin_works,
	    0);
	(void)close(fd);
}

/* Nor to who may not log in. */
static void
t90_a_suspended_member_is_given_none(void **state)
{
	const struct proto_totp_enroll enroll = {.code = ""};
	const struct proto_totp_confirm confirm = {.code = "123456"};
	const struct proto_pin_set set = {
	    .user = "ada", .old = "crocus", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front()->reason = ERR_MEMBER_SUSPENDED;
	front_send(fd, PROTO_TOTP_ENROLL, &enroll);
	front_expect_verdict(fd, PROTO_DENY, ERR_MEMBER_SUSPENDED);
	front_send(fd, PROTO_TOTP_CONFIRM, &confirm);
	front_expect_verdict(fd, PROTO_DENY, ERR_MEMBER_SUSPENDED);
	front_send(fd, PROTO_PIN_SET, &set);
	front_expect_verdict(fd, PROTO_DENY, ERR_MEMBER_SUSPENDED);
	assert_int_equal(
	    front()->totp_offers + front()->totp_confirmed + front()->pin_works,
	    0);
	(void)close(fd);
}

static void
an_enrolled_one_is_replaced_with_a_code_of_it(void **state)
{
	struct proto_totp_enroll request = {.code = "999999"};
	int fd = front_connect(FRONT_ADA);

	front()->totp_state = ERR_OK;
	front_send(fd, PROTO_TOTP_ENROLL, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_MFA_WRONG);
	front_expect_record(AUDIT_TOTP_ENROLLED, ERR_MFA_WRONG, "ada", "");
	request = (struct proto_totp_enroll){.code = ""};
	front_send(fd, PROTO_TOTP_ENROLL, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_MFA_WRONG);
	assert_int_equal(front()->totp_offers, 0);
	request = (struct proto_totp_enroll){.code = "111222"};
	assert_int_equal(
	    ask(fd, PROTO_TOTP_ENROLL, &request).type, PROTO_TOTP_OFFER);
	/* One that does not open can be proven by nobody. */
	front()->totp_state = ERR_VAULT_KEY;
	front_send(fd, PROTO_TOTP_ENROLL, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_VAULT_KEY);
	(void)close(fd);
}

static void
ones_own_goes_with_a_code_of_it(void **state)
{
	struct proto_totp_remove request = {.user = "ada"};
	int fd = front_connect(FRONT_ADA);

	front()->totp_state = ERR_OK;
	front_send(fd, PROTO_TOTP_REMOVE, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_MFA_WRONG);
	assert_int_equal(front()->totp_removed, 0);
	memcpy(request.code, "111222", 7);
	front_send(fd, PROTO_TOTP_REMOVE, &request);
	front_expect_done(fd);
	assert_int_equal(front()->totp_removed, 1);
	(void)close(fd);
}

static void
administrators_take_away_on_record(void **state)
{
	const struct proto_totp_remove totp = {.user = "bob"};
	const struct proto_pin_remove pin = {.user = "bob"};
	const struct proto_pin_set set = {.user = "bob", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front()->totp_state = ERR_OK;
	front_send(fd, PROTO_TOTP_REMOVE, &totp);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	front()->admin = true;
	front_send(fd, PROTO_TOTP_REMOVE, &totp);
	front_expect_done(fd);
	assert_string_equal(front()->totp_text, "u-bob ");
	assert_int_equal(front()->totp_checks, 0);
	front_expect_record(AUDIT_TOTP_REMOVED, 0, "bob", "");
	assert_int_equal(
	    audit_get(front()->audit, audit_last(front()->audit))->caller_uid,
	    FRONT_ADA);
	front_send(fd, PROTO_PIN_REMOVE, &pin);
	front_expect_done(fd);
	/* but choose nothing for another */
	front_send(fd, PROTO_PIN_SET, &set);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	front()->stale_proofs = true;
	front_send(fd, PROTO_TOTP_REMOVE, &totp);
	front_expect_verdict(fd, PROTO_DENY, ERR_PROOF_NEEDED);
	front_send(fd, PROTO_PIN_REMOVE, &pin);
	front_expect_verdict(fd, PROTO_DENY, ERR_PROOF_NEEDED);
	assert_int_equal(front()->totp_removed + front()->pin_removed, 2);
	front()->reason = ERR_MEMBER_SUSPENDED;
	front_send(fd, PROTO_TOTP_REMOVE, &totp);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	(void)close(fd);
}

static void
root_takes_away_without_a_sign_in(void **state)
{
	const struct proto_totp_remove totp = {.user = "ada"};
	const struct proto_totp_remove nobody = {.user = "eve"};
	int fd = front_connect(0);

	front()->stale_proofs = true;
	front()->totp_state = ERR_VAULT_KEY;
	front_send(fd, PROTO_TOTP_REMOVE, &totp);
	front_expect_done(fd);
	assert_int_equal(front()->totp_removed, 1);
	front_send(fd, PROTO_TOTP_REMOVE, &nobody);
	front_expect_verdict(fd, PROTO_DENY, ERR_NOT_A_MEMBER);
	(void)close(fd);
}

static void
a_pin_is_set(void **state)
{
	const struct proto_pin_set request = {.user = "ada", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_PIN_SET, &request);
	assert_true(front()->pin_setting);
	assert_string_equal(front()->pin_text, "u-ada tulip7");
	front_expect_silence(fd);
	end_work(ERR_OK);
	front_expect_done(fd);
	front_expect_record(AUDIT_PIN_SET, 0, "ada", "");
	front()->pin_fault = ERR_PIN_WEAK;
	front_send(fd, PROTO_PIN_SET, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PIN_WEAK);
	(void)close(fd);
}

static void
who_knows_the_one_before_needs_no_sign_in(void **state)
{
	const struct proto_pin_set request = {
	    .user = "ada", .old = "crocus", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front()->stale_proofs = true;
	front_send(fd, PROTO_PIN_SET, &request);
	assert_false(front()->pin_setting);
	assert_string_equal(front()->pin_text, "u-ada crocus");
	end_work(ERR_PIN_WRONG);
	front_expect_verdict(fd, PROTO_DENY, ERR_PIN_WRONG);
	front_expect_record(AUDIT_PIN_SET, ERR_PIN_WRONG, "ada", "");
	front_send(fd, PROTO_PIN_SET, &request);
	end_work(ERR_OK);
	assert_true(front()->pin_setting);
	assert_string_equal(front()->pin_text, "u-ada tulip7");
	end_work(ERR_OK);
	front_expect_done(fd);
	/* Between the two somebody may say no. */
	front_send(fd, PROTO_PIN_SET, &request);
	front()->pin_fault = ERR_PIN_WEAK;
	end_work(ERR_OK);
	front_expect_verdict(fd, PROTO_DENY, ERR_PIN_WEAK);
	(void)close(fd);
}

/* passwd(1) runs as root for whoever started it. */
static void
passwd_sets_it_for_its_caller_alone(void **state)
{
	struct proto_pin_set request = {.user = "ada",
	    .context = {.service = "passwd", .caller_uid = FRONT_BOB},
	    .pin = "tulip7"};
	int fd = front_connect(0);

	front_send(fd, PROTO_PIN_SET, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	request.context.caller_uid = 0;
	front_send(fd, PROTO_PIN_SET, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	assert_int_equal(front()->pin_works, 0);
	request.context.caller_uid = FRONT_ADA;
	front_send(fd, PROTO_PIN_SET, &request);
	end_work(ERR_OK);
	front_expect_done(fd);
	assert_int_equal(
	    audit_get(front()->audit, audit_last(front()->audit))->caller_uid,
	    FRONT_ADA);
	(void)close(fd);
}

static void
a_member_cannot_pretend_to_be_another(void **state)
{
	const struct proto_pin_set request = {.user = "bob",
	    .context = {.service = "passwd", .caller_uid = FRONT_BOB},
	    .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_PIN_SET, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	(void)close(fd);
}

static void
who_went_away_sets_nothing(void **state)
{
	const struct proto_pin_set request = {.user = "ada", .pin = "tulip7"};
	int fd = front_connect(FRONT_ADA);

	front_send(fd, PROTO_PIN_SET, &request);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->gone, 1);
	assert_int_equal(front()->pin_cancelled, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, front_set_up, front_tear_down)
	    TEST(the_state_is_told_with_locks_and_proof),
	    TEST(a_member_enrols_after_a_sign_in),
	    TEST(nothing_is_given_without_a_sign_in_lately),
	    TEST(t90_a_suspended_member_is_given_none),
	    TEST(an_enrolled_one_is_replaced_with_a_code_of_it),
	    TEST(ones_own_goes_with_a_code_of_it),
	    TEST(administrators_take_away_on_record),
	    TEST(root_takes_away_without_a_sign_in),
	    TEST(a_pin_is_set),
	    TEST(who_knows_the_one_before_needs_no_sign_in),
	    TEST(passwd_sets_it_for_its_caller_alone),
	    TEST(a_member_cannot_pretend_to_be_another),
	    TEST(who_went_away_sets_nothing),
	};

	return cmocka_run_group_tests_name("answer_factors", tests, NULL, NULL);
}
