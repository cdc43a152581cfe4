/*
 * test-unlocking.c - whole sign-ins by what the host itself can check: nobody
 * gets in by an order of answers, an empty one, silence, or a failure.
 */
#include "services/unlocking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

#define PIN "Login PIN: "
#define PIN_AGAIN "\nThat PIN was wrong.\nLogin PIN: "
#define CODE "Authenticator code: "
#define CODE_AGAIN "\nThat code was wrong.\nAuthenticator code: "

static struct proto_signin
at(const char *service)
{
	struct proto_signin request = lab_asking("ada");

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "%s", service);
	request.context.rhost[0] = '\0';
	return request;
}

static struct proto_signin
stepping_up(void)
{
	struct proto_signin request = at("sudo");

	request.context.caller_uid = world.people[0].member.uid;
	return request;
}

static struct proto_signin
with_key(void)
{
	struct proto_signin request = lab_asking("ada");

	request.by_key = 1;
	return request;
}

static void
give_pin(void)
{
	struct signin_options *o = &world.options;

	snprintf(world.pin, sizeof(world.pin), "271828");
	snprintf(o->pin_services[0], PROTO_SERVICE_SIZE, "login");
	snprintf(o->pin_services[1], PROTO_SERVICE_SIZE, "sudo");
	o->pin_service_count = 2;
	snprintf(o->services[2], PROTO_SERVICE_SIZE, "login");
	o->service_count = 3;
}

static void
give_code(enum second_mode mode)
{
	world.options.second.mode = mode;
	snprintf(world.code, sizeof(world.code), "123456");
}

/* Her PIN is right; the organisation is being asked. */
static void
type_pin(struct client *c, const struct proto_signin *request)
{
	lab_begin(c, request);
	lab_expect_prompt(c, 1, PROTO_ASK_SECRET, PIN);
	lab_type(c, "271828");
	lab_work();
	assert_int_equal(c->decided, 0);
}

/* The same for ada at a console. */
static void
reach_renewal(struct client *c)
{
	const struct proto_signin request = at("login");

	type_pin(c, &request);
}

static void
expect(const struct client *c, int reason)
{
	assert_int_equal(c->decided, 1);
	assert_int_equal(c->reason, reason);
	assert_int_equal(world.recorded, reason == 0);
}

/* Neither refused nor let in: at the provider, from the beginning. */
static void
sign_in_fully(struct client *c)
{
	assert_int_equal(c->decided, 0);
	lab_give_code();
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "ada");
	expect(c, 0);
	assert_int_equal(world.factor, PROOFS_FULL);
}

static void
a_pin_lets_in_whom_the_service_stands_by(void **state)
{
	struct client c;

	give_pin();
	reach_renewal(&c);
	lab_renew(0);
	expect(&c, 0);
	assert_string_equal(c.factor, "pin");
	assert_int_equal(world.factor, PROOFS_PIN);
	assert_int_equal(world.devices + world.looks, 0);
}

/* T90: whatever the service says, unless it says nothing. */
static void
t107_a_pin_alone_does_not(void **state)
{
	static const int reasons[] = {ERR_MEMBER_SUSPENDED,
	    ERR_MEMBER_DEACTIVATED, ERR_NOT_A_MEMBER, ERR_WRONG_PERSON,
	    ERR_SERVICE_REFUSED, ERR_VAULT_KEY, ERR_NO_SPACE, ERR_IO,
	    ERR_INTERNAL, ERR_TOKEN_SIGNATURE, ERR_NO_MEMORY};
	struct client c;

	give_pin();
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		reach_renewal(&c);
		lab_renew(reasons[i]);
		expect(&c, reasons[i]);
	}
	/* The list has the last word all the same. */
	reach_renewal(&c);
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_renew(0);
	expect(&c, ERR_MEMBER_SUSPENDED);
}

static void
t107_silence_is_bridged_for_so_long_only(void **state)
{
	static const int reasons[] = {ERR_SERVICE_UNREACHABLE, ERR_SERVICE_TLS,
	    ERR_SERVICE_ERROR, ERR_TIMED_OUT};
	struct client c;

	give_pin();
	world.age_ms = 43200 * 1000;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		world.recorded = 0;
		reach_renewal(&c);
		lab_renew(reasons[i]);
		expect(&c, 0);
		/* What has passed is on the disk before anybody gets in. */
		assert_int_equal(world.looks, i + 1);
	}
	world.recorded = 0;
	reach_renewal(&c);
	world.look_fault = ERR_NO_SPACE;
	lab_renew(ERR_SERVICE_UNREACHABLE);
	expect(&c, ERR_NO_SPACE);
	world.look_fault = 0;
	world.standing.login_offline_s = 0;
	world.age_ms = 0;
	reach_renewal(&c);
	lab_renew(ERR_SERVICE_UNREACHABLE);
	expect(&c, ERR_OFFLINE_TOO_LONG);
}

static void
t109_no_clock_makes_silence_shorter(void **state)
{
	struct client c;

	give_pin();
	reach_renewal(&c);
	world.set_back = true;
	lab_renew(ERR_SERVICE_UNREACHABLE);
	expect(&c, ERR_CLOCK_SET_BACK);
	/* Heard of lately, and answered: the clock plays no part. */
	reach_renewal(&c);
	lab_renew(0);
	expect(&c, 0);
}

static void
t108_the_last_gate_asks_for_the_age_again(void **state)
{
	struct client c;

	give_pin();
	give_code(SECOND_OPTIONAL);
	reach_renewal(&c);
	world.age_ms = 43199 * 1000;
	lab_renew(ERR_SERVICE_UNREACHABLE);
	lab_expect_prompt(&c, 2, PROTO_ASK_TEXT, CODE);
	world.age_ms = 43201 * 1000;
	lab_type(&c, "123456");
	assert_int_equal(c.decided, 1);
	assert_int_not_equal(c.reason, 0);
	assert_int_equal(world.recorded, 0);
}

static void
the_prompt_says_how_long_the_pin_works(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	world.age_ms = 3600 * 1000;
	lab_begin(&c, &request);
	assert_int_equal(c.shown, 1);
	assert_non_null(strstr(c.prompt.text,
	    "\nThe organisation's service cannot be reached; your PIN works "
	    "until "));
	assert_non_null(strstr(c.prompt.text, ".\n" PIN));
}

/* Where the service has nothing to renew by, only a full sign-in will do. */
static void
a_pin_without_a_token_leads_to_a_full_sign_in(void **state)
{
	struct client c;

	give_pin();
	reach_renewal(&c);
	lab_renew(ERR_NO_TOKEN);
	sign_in_fully(&c);
}

/* Where nobody can be asked, the list of members speaks. */
static void
t107_without_a_service_the_list_counts(void **state)
{
	struct client c;

	give_pin();
	reach_renewal(&c);
	lab_renew(ERR_UNSUPPORTED);
	expect(&c, 0);
	assert_int_equal(world.looks, 0);
	world.recorded = 0;
	reach_renewal(&c);
	world.age_ms = 151 * 1000;
	world.standing.login_offline_s = 0;
	lab_renew(ERR_UNSUPPORTED);
	assert_int_equal(c.decided, 1);
	assert_int_not_equal(c.reason, 0);
}

/* Profile none: it is the provider that is asked anew. */
static void
give_provider(void)
{
	give_pin();
	world.options.vouching = (struct vouching *)&world;
	world.standing.lastroles = (const struct lastroles *)&world;
	world.holds = true;
}

static void
t107_a_pin_counts_with_the_providers_word(void **state)
{
	static const int noes[] = {ERR_ACCOUNT_DISABLED, ERR_WRONG_PERSON,
	    ERR_PROVIDER_REFUSED, ERR_PROVIDER_ERROR, ERR_TOKEN_SIGNATURE,
	    ERR_DOMAIN_NOT_ALLOWED, ERR_VAULT_KEY, ERR_NO_SPACE};
	static const int silences[] = {
	    ERR_PROVIDER_UNREACHABLE, ERR_PROVIDER_TLS, ERR_PROVIDER_MALFORMED};
	struct client c;

	give_provider();
	reach_renewal(&c);
	lab_vouch(0);
	expect(&c, 0);
	world.recorded = 0;
	for (size_t i = 0; i < ARRAY_SIZE(noes); i++) {
		reach_renewal(&c);
		lab_vouch(noes[i]);
		expect(&c, noes[i]);
	}
	world.age_ms = 43200 * 1000;
	for (size_t i = 0; i < ARRAY_SIZE(silences); i++) {
		world.recorded = 0;
		reach_renewal(&c);
		lab_vouch(silences[i]);
		expect(&c, 0);
		assert_int_equal(world.looks, i + 1);
	}
	world.recorded = 0;
	reach_renewal(&c);
	world.age_ms++;
	lab_vouch(ERR_PROVIDER_UNREACHABLE);
	expect(&c, ERR_OFFLINE_TOO_LONG);
	assert_int_equal(world.renewals, 0);
}

static void
a_provider_that_took_its_token_back_sees_her_first(void **state)
{
	struct client c;

	give_provider();
	reach_renewal(&c);
	lab_vouch(ERR_NO_TOKEN);
	sign_in_fully(&c);
	assert_string_equal(world.kept_offline, "offline-1");
	/* It never gave one: then the list speaks. */
	world.recorded = 0;
	reach_renewal(&c);
	lab_vouch(ERR_UNSUPPORTED);
	expect(&c, 0);
	reach_renewal(&c);
	signins_cancel(world.signins, c.id);
	assert_true(world.vouch_fn == NULL);
}

/* ada's role is one that her last token told, so many seconds ago. */
static void
tell_role(int64_t age_s)
{
	static const char *const told[] = {"User"};
	struct lab_person *ada = &world.people[0];

	ada->member.role_count = 0;
	ada->told = (struct tokenroles){.roles = told, .role_count = 1};
	ada->told_ms = world.clock.boot.ms - age_s * 1000;
	ada->proof_ms = -1;
	world.recorded = 0;
}

static void
step_up_by_pin(struct client *c)
{
	struct proto_signin request = stepping_up();

	snprintf(request.roles, sizeof(request.roles), "User");
	type_pin(c, &request);
}

static void
t98_a_role_that_only_tokens_tell_is_told_anew(void **state)
{
	struct client c;

	give_provider();
	clock_fake_advance(&world.clock, INT64_C(86400) * 1000);
	tell_role(901); /* too old for sudo, not for login */
	world.vouched_role = "User";
	step_up_by_pin(&c);
	lab_vouch(0);
	expect(&c, 0);
	/* Withdrawn a moment ago. */
	tell_role(60);
	world.vouched_role = "Another";
	step_up_by_pin(&c);
	lab_vouch(0);
	expect(&c, ERR_ROLE_NOT_ALLOWED);
	/* No token came that tells it: a full sign-in may. */
	tell_role(901);
	world.vouched_role = NULL;
	step_up_by_pin(&c);
	lab_vouch(0);
	assert_int_equal(c.decided, 0);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	signins_cancel(world.signins, c.id);
	/* Nor does silence make it younger. */
	step_up_by_pin(&c);
	lab_vouch(ERR_PROVIDER_UNREACHABLE);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	signins_cancel(world.signins, c.id);
	assert_int_equal(world.recorded, 0);
}

static void
a_pin_is_asked_for_where_it_may_mend_only(void **state)
{
	struct proto_signin request = stepping_up();
	struct client c;

	give_provider();
	clock_fake_advance(&world.clock, INT64_C(86400) * 1000);
	tell_role(901);
	snprintf(request.roles, sizeof(request.roles), "User");
	world.holds = false;
	lab_begin(&c, &request);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	signins_cancel(world.signins, c.id);
	world.holds = true;
	world.age_ms = 901 * 1000; /* the list is late too */
	lab_begin(&c, &request);
	assert_int_equal(world.pins, 0);
}

static void
t93_a_wrong_pin_is_asked_for_three_times(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	lab_begin(&c, &request);
	for (int i = 1; i <= 3; i++) {
		lab_expect_prompt(
		    &c, i, PROTO_ASK_SECRET, i == 1 ? PIN : PIN_AGAIN);
		lab_type(&c, "314159");
		lab_work();
	}
	expect(&c, ERR_PIN_WRONG);
	assert_string_equal(c.factor, "pin");
	assert_int_equal(world.pins, 3);
	assert_int_equal(world.renewals + world.devices, 0);
	world.pin_fault = ERR_TRY_LATER;
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	expect(&c, ERR_TRY_LATER);
}

static void
t108_a_pin_that_a_suspension_took_tells_of_it(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	world.pin_fault = ERR_PIN_MISSING;
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	expect(&c, ERR_PIN_MISSING);
	lab_begin(&c, &request);
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_type(&c, "271828");
	expect(&c, ERR_MEMBER_SUSPENDED);
}

static void
a_pin_that_cannot_be_asked_for_is_not(void **state)
{
	static const int states[] = {
	    ERR_PIN_MISSING, ERR_FACTOR_LOCKED, ERR_VAULT_KEY, ERR_IO};
	struct proto_signin request = at("login");
	struct client c;

	give_pin();
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		world.pin_state = states[i];
		lab_begin(&c, &request);
		lab_give_code();
		assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
		signins_cancel(world.signins, c.id);
	}
	world.pin_state = 0;
	request = lab_asking("ada"); /* sshd */
	lab_begin(&c, &request);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	/* A program that may show nothing else may still ask for a PIN. */
	request = at("login");
	world.options.service_count = 1;
	signins_free(world.signins);
	world.signins = NULL;
	lab_begin(&c, &request);
	lab_type(&c, "");
	expect(&c, ERR_SERVICE_NOT_LISTED);
}

static void
an_empty_pin_goes_on_to_a_full_sign_in(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	lab_begin(&c, &request);
	lab_type(&c, "");
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.pins + world.renewals, 0);
	lab_give_code();
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "bob");
	expect(&c, ERR_WRONG_PERSON);
}

static void
t22_who_leaves_a_pin_leaves_nothing(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	signins_cancel(world.signins, c.id);
	assert_true(world.pin_fn == NULL);
	reach_renewal(&c);
	signins_cancel(world.signins, c.id);
	assert_true(world.renew_fn == NULL);
	world.leaves = true;
	lab_begin(&c, &request);
	assert_int_equal(c.shown, 1);
	assert_int_equal(signins_count(world.signins), 0);
	assert_int_equal(world.recorded, 0);
}

/* By the provider, by a PIN: the code comes on top of either. */
static void
t94_an_enrolled_code_is_not_to_be_skipped(void **state)
{
	static const char *const wrong[] = {"", "000000", "x"};
	struct client c;

	give_pin();
	give_code(SECOND_OPTIONAL);
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	for (int i = 0; i < 3; i++) {
		lab_expect_prompt(
		    &c, i + 2, PROTO_ASK_TEXT, i == 0 ? CODE : CODE_AGAIN);
		lab_type(&c, wrong[i]);
	}
	expect(&c, ERR_MFA_WRONG);
	/* Enter alone is no try. */
	assert_int_equal(world.codes, 2);
	assert_int_equal(world.tried[ATTEMPTS_SOURCE], 2);
	reach_renewal(&c);
	lab_renew(0);
	lab_expect_prompt(&c, 2, PROTO_ASK_TEXT, CODE);
	lab_type(&c, "");
	assert_int_equal(c.decided, 0);
	lab_type(&c, "123456");
	expect(&c, 0);
}

static void
t94_a_code_that_cannot_be_checked_lets_nobody_in(void **state)
{
	static const int faults[] = {
	    ERR_TRY_LATER, ERR_FACTOR_LOCKED, ERR_NO_SPACE, ERR_VAULT_KEY};
	struct client c;

	give_code(SECOND_OPTIONAL);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		lab_reach_poll(&c, "ada");
		lab_approve(lab_newest(), "ada");
		world.totp_fault = faults[i];
		lab_type(&c, "123456");
		expect(&c, faults[i]);
	}
	/* A secret that does not open is no missing one. */
	world.totp_state = ERR_VAULT_KEY;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	expect(&c, ERR_VAULT_KEY);
	/* Nor does the address get more tries than it has. */
	world.totp_state = world.totp_fault = 0;
	world.wait[ATTEMPTS_SOURCE] = ERR_ATTEMPTS_FULL;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	lab_type(&c, "123456");
	expect(&c, ERR_ATTEMPTS_FULL);
}

static void
t94_who_must_have_one_enrols_after_a_full_sign_in(void **state)
{
	struct client c;

	world.options.second.mode = SECOND_OPTIONAL;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	expect(&c, 0);
	world.recorded = 0;
	world.options.second.required_role_count = 1;
	snprintf(world.options.second.required_roles[0], NAME_ROLE_MAX, "User");
	signins_free(world.signins);
	world.signins = NULL;
	for (int i = 0; i < 2; i++) {
		lab_reach_poll(&c, "ada");
		lab_approve(lab_newest(), "ada");
		assert_int_equal(c.shown, 2);
		assert_non_null(strstr(c.prompt.text, "\n  ABCD EFGH\n"));
		assert_non_null(strstr(c.prompt.text, "\n" CODE));
		if (i == 0) {
			lab_type(&c, "");
			lab_type(&c, "123456");
			lab_type(&c, "000000");
			expect(&c, ERR_MFA_WRONG);
			assert_int_equal(world.enrolled, 0);
		}
	}
	lab_type(&c, "654321");
	expect(&c, 0);
	assert_int_equal(world.enrolled, 1);
	assert_int_equal(world.factor, PROOFS_FULL);
}

/* Somebody else may not put a secret in the place of one enrolled meanwhile. */
static void
t94_an_enrolment_replaces_none(void **state)
{
	struct client c;

	world.options.second.mode = SECOND_REQUIRED;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	snprintf(world.code, sizeof(world.code), "123456");
	lab_type(&c, "654321");
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.enrolled, 0);
	lab_type(&c, "123456");
	expect(&c, 0);
}

static void
t94_a_pin_is_not_enough_to_enrol(void **state)
{
	struct client c;

	give_pin();
	world.options.second.mode = SECOND_REQUIRED;
	reach_renewal(&c);
	lab_renew(0);
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.offers, 0);
	lab_give_code();
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(world.offers, 1);
	lab_type(&c, "654321");
	expect(&c, 0);
}

static void
a_code_that_the_service_took_is_enough(void **state)
{
	struct client c;

	give_code(SECOND_REQUIRED);
	world.can[PROFILE_MFA_VERIFY] = true;
	lab_reach_exchange(&c);
	lab_say_all(&(struct idsvc_standing){
	    .reason = ERR_SERVICE_MFA, .session_token = "session-1"});
	lab_type(&c, "999999");
	assert_string_equal(lab_asked(PROFILE_MFA_VERIFY)->code, "999999");
	lab_say("u-ada", 0, "User");
	expect(&c, 0);
	assert_int_equal(world.codes, 0);
	assert_int_equal(world.tried[ATTEMPTS_TOTP], 1);
	assert_int_equal(world.cleared[ATTEMPTS_TOTP], 1);
	/* Where it asked for none, the host does. */
	world.recorded = 0;
	world.options.idsvc = NULL;
	signins_free(world.signins);
	world.signins = NULL;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.decided, 0);
	assert_string_equal(c.prompt.text, CODE);
	lab_type(&c, "123456");
	expect(&c, 0);
}

static void
a_key_and_a_code_let_in(void **state)
{
	const struct proto_signin request = with_key();
	struct client c;

	give_code(SECOND_OPTIONAL);
	lab_begin(&c, &request);
	lab_expect_prompt(&c, 1, PROTO_ASK_TEXT, CODE);
	lab_type(&c, "000000");
	lab_expect_prompt(&c, 2, PROTO_ASK_TEXT, CODE_AGAIN);
	lab_type(&c, "123456");
	expect(&c, 0);
	assert_string_equal(c.factor, "key+code");
	assert_int_equal(world.factor, PROOFS_CODE);
	assert_int_equal(world.devices + world.renewals, 0);
}

static void
a_key_alone_does_not(void **state)
{
	struct proto_signin request = with_key();
	struct client c;

	/* Nothing is enrolled; the mode is off; it is another program. */
	for (int i = 0; i < 3; i++) {
		if (i > 0)
			give_code(i == 1 ? SECOND_OFF : SECOND_OPTIONAL);
		if (i == 2)
			snprintf(request.context.service, PROTO_SERVICE_SIZE,
			    "sudo");
		signins_free(world.signins);
		world.signins = NULL;
		lab_begin(&c, &request);
		lab_give_code();
		assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
		signins_cancel(world.signins, c.id);
	}
	/* An empty code leads on to all of it, the code included. */
	request = with_key();
	lab_begin(&c, &request);
	lab_type(&c, "");
	lab_give_code();
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.decided, 0);
	assert_string_equal(c.prompt.text, CODE);
	assert_int_equal(world.recorded, 0);
}

/* Whatever is typed is looked at, counted and answered like a wrong code. */
static void
t97_what_is_no_code_is_a_wrong_one(void **state)
{
	static const char *const answers[] = {"000000", "12345", "1234567",
	    "no code!", "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", "-",
	    " "};
	const struct proto_signin request = with_key();
	struct client c;

	give_code(SECOND_OPTIONAL);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		lab_begin(&c, &request);
		world.codes = 0;
		for (int n = 1; n <= 3; n++) {
			lab_expect_prompt(
			    &c, n, PROTO_ASK_TEXT, n == 1 ? CODE : CODE_AGAIN);
			lab_type(&c, answers[i]);
			assert_int_equal(world.codes, n);
		}
		expect(&c, ERR_MFA_WRONG);
		assert_string_equal(c.factor, "key+code");
	}
}

static void
t107_a_key_and_a_code_offline_are_bounded(void **state)
{
	const struct proto_signin request = with_key();
	struct client c;

	give_code(SECOND_OPTIONAL);
	world.age_ms = 43199 * 1000;
	lab_begin(&c, &request);
	lab_type(&c, "123456");
	expect(&c, 0);
	assert_int_equal(world.looks, 1);
	world.recorded = 0;
	lab_begin(&c, &request);
	world.set_back = true;
	lab_type(&c, "123456");
	expect(&c, ERR_CLOCK_SET_BACK);
}

static void
to_step_up_either_factor_is_enough(void **state)
{
	const struct proto_signin request = stepping_up();
	struct client c;

	give_pin();
	give_code(SECOND_REQUIRED);
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	lab_work();
	lab_renew(0);
	expect(&c, 0);
	assert_int_equal(world.factor, PROOFS_PIN);
	world.recorded = 0;
	world.people[0].proof_ms = -1;
	lab_begin(&c, &request);
	lab_type(&c, "");
	lab_expect_prompt(&c, 2, PROTO_ASK_TEXT, CODE);
	lab_type(&c, "123456");
	expect(&c, 0);
	assert_int_equal(world.factor, PROOFS_CODE);
	/* Neither: all of it. */
	world.recorded = 0;
	world.people[0].proof_ms = -1;
	lab_begin(&c, &request);
	lab_type(&c, "");
	lab_type(&c, "");
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
}

static void
t98_a_step_up_looks_at_the_role_live(void **state)
{
	struct proto_signin request = stepping_up();
	struct client c;

	give_pin();
	snprintf(request.roles, sizeof(request.roles), "User");
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	lab_work();
	world.people[0].member.role_count = 0;
	lab_renew(0);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(world.recorded, 0);
	/* Its own, shorter time counts while nobody can be asked. */
	world.people[0].member.role_count = 1;
	world.age_ms = 899 * 1000;
	lab_begin(&c, &request);
	lab_type(&c, "271828");
	lab_work();
	world.age_ms = 901 * 1000;
	lab_renew(ERR_SERVICE_UNREACHABLE);
	assert_int_equal(c.reason, ERR_ROLE_STALE);
}

/* Signing in for its own sake is always a full one: it may change factors. */
static void
orgloginctl_steps_nobody_up(void **state)
{
	struct proto_signin request = stepping_up();
	struct client c;

	give_pin();
	give_code(SECOND_OPTIONAL);
	snprintf(request.context.service, PROTO_SERVICE_SIZE, "orgloginctl");
	lab_begin(&c, &request);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "ada");
	assert_string_equal(c.prompt.text, CODE);
}

static void
t93_passwords_and_codes_are_counted_until_all_was_right(void **state)
{
	struct client c;

	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.can[PROFILE_MFA_VERIFY] = true;
	world.options.idp_count = 0;
	lab_begin_as(&c, "ada");
	lab_type(&c, "correct horse");
	assert_int_equal(world.tried[ATTEMPTS_PASSWORD], 1);
	lab_say_all(&(struct idsvc_standing){
	    .reason = ERR_SERVICE_MFA, .session_token = "session-1"});
	lab_type(&c, "000000");
	lab_say(NULL, ERR_MFA_WRONG, "User");
	assert_int_equal(world.tried[ATTEMPTS_TOTP], 1);
	/* A password that was right gives no code another try. */
	assert_int_equal(world.cleared[ATTEMPTS_TOTP], 0);
	world.wait[ATTEMPTS_TOTP] = ERR_TRY_LATER;
	lab_type(&c, "111111");
	expect(&c, ERR_TRY_LATER);
	assert_int_equal(world.exchanges, 2);
	world.wait[ATTEMPTS_TOTP] = 0;
	world.wait[ATTEMPTS_PASSWORD] = ERR_TRY_LATER;
	lab_begin_as(&c, "ada");
	lab_type(&c, "correct horse");
	expect(&c, ERR_TRY_LATER);
	assert_int_equal(world.exchanges, 2);
	world.wait[ATTEMPTS_PASSWORD] = 0;
	lab_begin_as(&c, "ada");
	lab_type(&c, "correct horse");
	lab_say("u-ada", 0, "User");
	expect(&c, 0);
	assert_int_equal(world.cleared[ATTEMPTS_PASSWORD], 1);
	assert_int_equal(world.cleared[ATTEMPTS_SOURCE], 1);
}

/* Who is not who they say may not by a factor of this host. */
static void
a_pending_member_is_not_unlocked(void **state)
{
	const struct proto_signin request = at("login");
	struct client c;

	give_pin();
	(void)lab_add_service();
	world.can[PROFILE_ACCEPT_INVITATION] = true;
	world.people[0].member.state = MEMBER_PENDING;
	lab_begin(&c, &request);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	assert_int_equal(world.pins, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(a_pin_lets_in_whom_the_service_stands_by),
	    LAB_TEST(t107_a_pin_alone_does_not),
	    LAB_TEST(t107_silence_is_bridged_for_so_long_only),
	    LAB_TEST(t109_no_clock_makes_silence_shorter),
	    LAB_TEST(t108_the_last_gate_asks_for_the_age_again),
	    LAB_TEST(the_prompt_says_how_long_the_pin_works),
	    LAB_TEST(a_pin_without_a_token_leads_to_a_full_sign_in),
	    LAB_TEST(t107_without_a_service_the_list_counts),
	    LAB_TEST(t107_a_pin_counts_with_the_providers_word),
	    LAB_TEST(a_provider_that_took_its_token_back_sees_her_first),
	    LAB_TEST(t98_a_role_that_only_tokens_tell_is_told_anew),
	    LAB_TEST(a_pin_is_asked_for_where_it_may_mend_only),
	    LAB_TEST(t93_a_wrong_pin_is_asked_for_three_times),
	    LAB_TEST(t108_a_pin_that_a_suspension_took_tells_of_it),
	    LAB_TEST(a_pin_that_cannot_be_asked_for_is_not),
	    LAB_TEST(an_empty_pin_goes_on_to_a_full_sign_in),
	    LAB_TEST(t22_who_leaves_a_pin_leaves_nothing),
	    LAB_TEST(t94_an_enrolled_code_is_not_to_be_skipped),
	    LAB_TEST(t94_a_code_that_cannot_be_checked_lets_nobody_in),
	    LAB_TEST(t94_who_must_have_one_enrols_after_a_full_sign_in),
	    LAB_TEST(t94_an_enrolment_replaces_none),
	    LAB_TEST(t94_a_pin_is_not_enough_to_enrol),
	    LAB_TEST(a_code_that_the_service_took_is_enough),
	    LAB_TEST(a_key_and_a_code_let_in),
	    LAB_TEST(a_key_alone_does_not),
	    LAB_TEST(t97_what_is_no_code_is_a_wrong_one),
	    LAB_TEST(t107_a_key_and_a_code_offline_are_bounded),
	    LAB_TEST(to_step_up_either_factor_is_enough),
	    LAB_TEST(t98_a_step_up_looks_at_the_role_live),
	    LAB_TEST(orgloginctl_steps_nobody_up),
	    LAB_TEST(t93_passwords_and_codes_are_counted_until_all_was_right),
	    LAB_TEST(a_pending_member_is_not_unlocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
