/*
 * test-confirming.c - the service's exchange with one person: it ends with a
 * standing of the very member, and every other way ends with a reason.
 */
#include "services/confirming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

#define INVITED                                                    \
	"\nAcme has invited you, and you have not accepted yet.\n" \
	"Accept the invitation? [y/N] "

static struct exchange {
	struct dialogue *dialogue;
	struct confirming *confirming;
	int shown;
	struct proto_prompt prompt;
	int ended;
	int reason;
	bool accepted;
	char jwt[64];
} ex;

static struct tries tries = {.member = "u-ada", .source = "192.0.2.7"};

static void
on_show(void *arg, const struct proto_prompt *prompt)
{
	ex.shown++;
	ex.prompt = *prompt;
}

static void
on_end(void *arg, int reason, const struct idsvc_standing *standing)
{
	ex.ended++;
	ex.reason = reason;
	ex.accepted = confirming_accepted(ex.confirming);
	assert_int_equal(standing != NULL, reason == 0);
	if (standing != NULL) {
		assert_string_equal(standing->subject, "u-ada");
		snprintf(ex.jwt, sizeof(ex.jwt), "%s", standing->jwt);
	}
	confirming_free(TAKE(ex.confirming));
}

static int
tear_down(void **state)
{
	confirming_free(TAKE(ex.confirming));
	dialogue_free(TAKE(ex.dialogue));
	return lab_tear_down(state);
}

static void
begin(void)
{
	struct confirming_options options = {
	    .idsvc = lab_add_service(),
	    .scene = {"Acme", "ada", "web1", ""},
	    .tries = &tries,
	    .member = &world.people[0].member,
	};

	confirming_free(TAKE(ex.confirming));
	dialogue_free(TAKE(ex.dialogue));
	ex = (struct exchange){.reason = 1};
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.can[PROFILE_MFA_VERIFY] = true;
	assert_int_equal(
	    dialogue_new(NULL, &world.clock.clock, on_show, NULL, &ex.dialogue),
	    0);
	dialogue_set_deadline(ex.dialogue,
	    (struct boot_time){.ms = world.clock.boot.ms + 110000});
	options.dialogue = ex.dialogue;
	assert_int_equal(
	    confirming_new(&options, on_end, NULL, &ex.confirming), 0);
}

static void
begin_proven(void)
{
	const struct idp_identity identity = {
	    .type = "google",
	    .issuer = LAB_ISSUER,
	    .subject = "sub-ada",
	    .mail = "ada@corp.example",
	    .id_token = "the.id.token",
	};

	begin();
	assert_int_equal(confirming_identity(ex.confirming, &identity), 0);
}

static void
begin_password(void)
{
	begin();
	assert_int_equal(confirming_password(ex.confirming), 0);
	assert_int_equal(ex.shown, 1);
}

static void
type(const char *text)
{
	assert_int_equal(dialogue_answer(ex.dialogue, text), 0);
	lab_pass_ms(1);
}

static void
expect_prompt(int shown, enum proto_ask kind, const char *text)
{
	assert_int_equal(ex.ended, 0);
	assert_int_equal(ex.shown, shown);
	assert_int_equal(ex.prompt.kind, kind);
	assert_string_equal(ex.prompt.text, text);
}

static void
expect_end(int reason)
{
	assert_int_equal(ex.ended, 1);
	assert_int_equal(ex.reason, reason);
	assert_null(lab_newest());
}

static void
say_mfa(const char *session_token)
{
	lab_say_all(&(struct idsvc_standing){
	    .reason = ERR_SERVICE_MFA, .session_token = session_token});
}

static void
a_proven_identity_is_exchanged(void **state)
{
	const struct lab_request *r = NULL;

	begin_proven();
	r = lab_asked(PROFILE_SIGNIN);
	assert_string_equal(r->id_token, "the.id.token");
	assert_string_equal(r->subject, "sub-ada");
	assert_string_equal(r->mail, "ada@corp.example");
	assert_string_equal(r->provider, "google");
	assert_string_equal(r->member, "u-ada");
	assert_string_equal(r->password, "");
	lab_say("u-ada", 0, "User");
	expect_end(0);
	assert_string_equal(ex.jwt, "the.org.jwt");
	assert_int_equal(ex.shown, 0);
	assert_false(ex.accepted);
	assert_int_equal(world.exchanges, 1);
}

static void
t27_another_subject_is_refused(void **state)
{
	static const char *const others[] = {
	    "u-bob", "", "u-ad", "u-ada ", "U-ADA"};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(others); i++) {
		if (i % 2 == 0) {
			begin_proven();
		} else {
			begin_password();
			type("correct horse");
		}
		lab_say(others[i / 2], 0, "User");
		expect_end(ERR_WRONG_PERSON);
	}
	/* A service that names nobody. */
	begin_proven();
	lab_say_all(&(struct idsvc_standing){.reason = 0});
	expect_end(ERR_SERVICE_MALFORMED);
}

static void
a_refusal_ends_it_by_its_reason(void **state)
{
	static const int reasons[] = {ERR_SERVICE_REFUSED, ERR_SERVICE_TLS,
	    ERR_TOKEN_SIGNATURE, ERR_MEMBER_SUSPENDED, ERR_MFA_WRONG,
	    ERR_PASSWORD_WRONG, ERR_PASSWORD_FORBIDDEN};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		begin_proven();
		lab_say_all(&(struct idsvc_standing){.reason = reasons[i]});
		expect_end(reasons[i]);
		assert_int_equal(ex.shown, 0);
	}
}

static void
a_password_is_asked_for_without_echo(void **state)
{
	const struct lab_request *r = NULL;

	begin_password();
	expect_prompt(1, PROTO_ASK_SECRET, "Password: ");
	assert_int_equal(world.exchanges, 0);
	type("  p\xc3\xa4ss \"word\\ ");
	r = lab_asked(PROFILE_PASSWORD_LOGIN);
	/* Byte for byte. */
	assert_string_equal(r->password, "  p\xc3\xa4ss \"word\\ ");
	assert_string_equal(r->mail, "ada@acme.example");
	assert_string_equal(r->id_token, "");
	lab_say("u-ada", 0, "User");
	expect_end(0);
}

static void
a_wrong_password_is_asked_for_three_times(void **state)
{
	begin_password();
	for (int i = 1; i < CONFIRMING_TRIES; i++) {
		type("wrong");
		(void)lab_asked(PROFILE_PASSWORD_LOGIN);
		lab_say_all(
		    &(struct idsvc_standing){.reason = ERR_PASSWORD_WRONG});
		expect_prompt(i + 1, PROTO_ASK_SECRET,
		    "\nThat password was wrong.\nPassword: ");
	}
	type("wrong");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_PASSWORD_WRONG});
	expect_end(ERR_PASSWORD_WRONG);
	assert_int_equal(world.exchanges, 3);
}

/* Nothing, and what is no line of text, costs a try but no request. */
static void
what_cannot_be_a_password_is_not_sent(void **state)
{
	begin_password();
	type("");
	type("\x1b[A");
	expect_prompt(
	    3, PROTO_ASK_SECRET, "\nThat password was wrong.\nPassword: ");
	type("a\nb");
	expect_end(ERR_PASSWORD_WRONG);
	assert_int_equal(world.exchanges, 0);
}

static void
a_policy_against_passwords_is_told_as_such(void **state)
{
	begin_password();
	type("correct horse");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_PASSWORD_FORBIDDEN});
	expect_end(ERR_PASSWORD_FORBIDDEN);
	assert_int_equal(ex.shown, 1);
}

static void
a_second_factor_is_asked_for_and_verified(void **state)
{
	const struct lab_request *r = NULL;

	for (int i = 0; i < 2; i++) {
		if (i == 0) {
			begin_proven();
		} else {
			begin_password();
			type("correct horse");
		}
		say_mfa("session-1");
		expect_prompt(i + 1, PROTO_ASK_TEXT, "Authenticator code: ");
		type("424 242");
		r = lab_asked(PROFILE_MFA_VERIFY);
		assert_string_equal(r->code, "424242");
		assert_string_equal(r->session_token, "session-1");
		assert_string_equal(r->password, "");
		lab_say("u-ada", 0, "User");
		expect_end(0);
	}
}

static void
t27_the_second_factor_shows_the_member_too(void **state)
{
	begin_password();
	type("correct horse");
	say_mfa("session-1");
	type("424242");
	lab_say("u-bob", 0, "User");
	expect_end(ERR_WRONG_PERSON);
}

static void
a_wrong_code_is_asked_for_three_times(void **state)
{
	begin_proven();
	say_mfa("session-1");
	type("111111");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MFA_WRONG});
	expect_prompt(
	    2, PROTO_ASK_TEXT, "\nThat code was wrong.\nAuthenticator code: ");
	/* What cannot be a code costs a try but no request. */
	type("no code\"}");
	assert_int_equal(world.exchanges, 2);
	expect_prompt(
	    3, PROTO_ASK_TEXT, "\nThat code was wrong.\nAuthenticator code: ");
	type("222222");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MFA_WRONG});
	expect_end(ERR_MFA_WRONG);
	/* A service that asks for ever gets no more than that either. */
	begin_proven();
	for (int i = 0; i < CONFIRMING_TRIES; i++) {
		say_mfa("session-2");
		type("333333");
	}
	say_mfa("session-2");
	expect_end(ERR_MFA_WRONG);
}

static void
a_renewed_session_is_the_one_that_counts(void **state)
{
	begin_proven();
	say_mfa("session-1");
	type("111111");
	say_mfa("session-2");
	type("222222");
	assert_string_equal(
	    lab_asked(PROFILE_MFA_VERIFY)->session_token, "session-2");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MFA_WRONG});
	type("333333");
	assert_string_equal(
	    lab_asked(PROFILE_MFA_VERIFY)->session_token, "session-2");
	lab_say("u-ada", 0, "User");
	expect_end(0);
}

static void
a_second_factor_that_nobody_can_verify_is_told(void **state)
{
	begin_proven();
	world.can[PROFILE_MFA_VERIFY] = false;
	say_mfa("session-1");
	expect_end(ERR_SERVICE_MFA);
	assert_int_equal(ex.shown, 0);
}

static void
make_pending(void)
{
	world.people[0].member.state = MEMBER_PENDING;
	world.can[PROFILE_ACCEPT_INVITATION] = true;
}

/* The service signs her in before she has accepted. */
static void
an_invitation_is_accepted_with_her_own_token(void **state)
{
	const struct lab_request *r = NULL;

	make_pending();
	begin_proven();
	lab_say("u-ada", 0, "User");
	expect_prompt(1, PROTO_ASK_TEXT, INVITED);
	type("y");
	r = lab_asked(PROFILE_ACCEPT_INVITATION);
	assert_string_equal(r->jwt, "the.org.jwt");
	assert_string_equal(r->member, "u-ada");
	lab_say_all(&(struct idsvc_standing){.reason = 0});
	/* What she is now, the service says anew. */
	assert_string_equal(
	    lab_asked(PROFILE_SIGNIN)->id_token, "the.id.token");
	lab_say("u-ada", 0, "User");
	expect_end(0);
	assert_true(ex.accepted);
	assert_int_equal(world.exchanges, 3);
}

/* The service does not before; its answer holds her first token. */
static void
an_invitation_is_accepted_by_a_proven_identity(void **state)
{
	make_pending();
	begin_proven();
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MEMBER_PENDING});
	expect_prompt(1, PROTO_ASK_TEXT, INVITED);
	type("yes");
	assert_string_equal(
	    lab_asked(PROFILE_ACCEPT_INVITATION)->id_token, "the.id.token");
	lab_say("u-ada", 0, "User");
	expect_end(0);
	assert_true(ex.accepted);
	assert_int_equal(world.exchanges, 2);
}

static void
an_invitation_is_accepted_by_a_password_that_was_believed(void **state)
{
	make_pending();
	begin_password();
	type("correct horse");
	lab_say("u-ada", 0, "User");
	expect_prompt(2, PROTO_ASK_TEXT, INVITED);
	type("y");
	assert_string_equal(lab_asked(PROFILE_ACCEPT_INVITATION)->password, "");
	lab_say_all(&(struct idsvc_standing){.reason = 0});
	assert_string_equal(
	    lab_asked(PROFILE_PASSWORD_LOGIN)->password, "correct horse");
	lab_say("u-ada", 0, "User");
	expect_end(0);
}

static void
t27_nobody_accepts_for_another(void **state)
{
	make_pending();
	begin_proven();
	lab_say("u-bob", 0, "User");
	expect_end(ERR_WRONG_PERSON);
	/* A password that was not believed shows nobody. */
	begin_password();
	type("wrong");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MEMBER_PENDING});
	expect_end(ERR_MEMBER_PENDING);
	assert_int_equal(ex.shown, 1);
	/* Nor is the token of another taken afterwards. */
	begin_proven();
	lab_say("u-ada", 0, "User");
	type("y");
	lab_say("u-bob", 0, "User");
	expect_end(ERR_WRONG_PERSON);
}

static void
an_invitation_that_is_not_accepted_stays_one(void **state)
{
	static const char *const no[] = {
	    "", "n", "no", "maybe", "\x1b[A", "yy"};

	make_pending();
	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		begin_proven();
		lab_say("u-ada", 0, "User");
		type(no[i]);
		expect_end(ERR_MEMBER_PENDING);
		assert_false(ex.accepted);
	}
	/* The service refuses. */
	begin_proven();
	lab_say("u-ada", 0, "User");
	type("y");
	lab_say_all(&(struct idsvc_standing){.reason = ERR_SERVICE_REFUSED});
	expect_end(ERR_SERVICE_REFUSED);
	/* Or says that nothing has changed. */
	begin_proven();
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MEMBER_PENDING});
	type("y");
	lab_say_all(&(struct idsvc_standing){.reason = 0});
	lab_say_all(&(struct idsvc_standing){.reason = ERR_MEMBER_PENDING});
	expect_end(ERR_MEMBER_PENDING);
	/* Or nobody can be told. */
	world.can[PROFILE_ACCEPT_INVITATION] = false;
	begin_proven();
	lab_say("u-ada", 0, "User");
	expect_end(ERR_MEMBER_PENDING);
	assert_int_equal(ex.shown, 0);
}

static void
t22_nothing_is_asked_after_it_was_freed(void **state)
{
	begin_proven();
	confirming_free(TAKE(ex.confirming));
	assert_null(lab_newest());
	begin_proven();
	say_mfa("session-1");
	assert_int_equal(dialogue_answer(ex.dialogue, "424242"), 0);
	dialogue_free(TAKE(ex.dialogue));
	confirming_free(TAKE(ex.confirming));
	lab_pass_ms(1000);
	assert_null(lab_newest());
	assert_int_equal(ex.ended, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, lab_set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_proven_identity_is_exchanged),
	    T(t27_another_subject_is_refused),
	    T(a_refusal_ends_it_by_its_reason),
	    T(a_password_is_asked_for_without_echo),
	    T(a_wrong_password_is_asked_for_three_times),
	    T(what_cannot_be_a_password_is_not_sent),
	    T(a_policy_against_passwords_is_told_as_such),
	    T(a_second_factor_is_asked_for_and_verified),
	    T(t27_the_second_factor_shows_the_member_too),
	    T(a_wrong_code_is_asked_for_three_times),
	    T(a_renewed_session_is_the_one_that_counts),
	    T(a_second_factor_that_nobody_can_verify_is_told),
	    T(an_invitation_is_accepted_with_her_own_token),
	    T(an_invitation_is_accepted_by_a_proven_identity),
	    T(an_invitation_is_accepted_by_a_password_that_was_believed),
	    T(t27_nobody_accepts_for_another),
	    T(an_invitation_that_is_not_accepted_stays_one),
	    T(t22_nothing_is_asked_after_it_was_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
