/*
 * test-signin.c - one sign-in from a name to a verdict, with every neighbour
 * played by the test: nobody gets in but by approval, binding, the service's
 * word and the last gate.
 */
#include "services/signin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static void
t17_an_approved_bound_and_standing_member_gets_in(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	assert_int_equal(world.poll_started.s, 1800000000);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	assert_string_equal(c.factor, "provider");
	assert_int_equal(world.recorded, 1);
	assert_int_equal(world.binds, 0);
	assert_int_equal(signins_count(world.signins), 0);
}

static void
t17_a_flow_that_only_started_never_lets_in(void **state)
{
	static const enum grant_event events[] = {
	    GRANT_PENDING, GRANT_SLOW_DOWN, GRANT_NO_ANSWER};
	struct client c;

	lab_reach_poll(&c, "ada");
	for (size_t i = 0; c.decided == 0; i++) {
		struct lab_request *r = lab_newest();

		if (r != NULL)
			lab_answer_poll(
			    r, events[i % 3], ERR_PROVIDER_UNREACHABLE, NULL);
		lab_pass_ms(1000);
		assert_true(i < 200);
	}
	assert_int_not_equal(c.reason, ERR_OK);
	assert_int_equal(world.recorded, 0);
}

static void
t21_polls_come_at_the_planned_times_and_end(void **state)
{
	int64_t shown_ms = 0;
	struct client c;

	lab_begin_as(&c, "ada");
	lab_give_code();
	shown_ms = world.clock.boot.ms;
	lab_pass_ms(5000);
	lab_answer_poll(lab_newest(), GRANT_SLOW_DOWN, 0, NULL);
	lab_pass_ms(10000);
	lab_answer_poll(lab_newest(), GRANT_PENDING, 0, NULL);
	lab_pass_ms(10000);
	assert_int_equal(world.polls, 3);
	assert_int_equal(world.poll_times_ms[0], shown_ms + 5000);
	assert_int_equal(world.poll_times_ms[1], shown_ms + 15000);
	assert_int_equal(world.poll_times_ms[2], shown_ms + 25000);
	lab_answer_poll(lab_newest(), GRANT_DENIED, ERR_GRANT_DECLINED, NULL);
	assert_int_equal(c.reason, ERR_GRANT_DECLINED);
	lab_pass_ms(600000);
	assert_int_equal(world.polls, 3);
}

static void
t21_the_deadline_ends_a_silent_provider(void **state)
{
	struct client c;

	lab_begin_as(&c, "ada");
	lab_pass_ms(109000);
	assert_int_equal(c.decided, 0);
	lab_pass_ms(1500);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_GRANT_EXPIRED);
	assert_null(lab_newest());
	/* The last reason is told where there was one. */
	lab_reach_poll(&c, "ada");
	while (c.decided == 0) {
		if (lab_newest() != NULL)
			lab_answer_poll(lab_newest(), GRANT_NO_ANSWER,
			    ERR_PROVIDER_UNREACHABLE, NULL);
		lab_pass_ms(1000);
	}
	assert_int_equal(c.reason, ERR_PROVIDER_UNREACHABLE);
}

static void
t19_names_that_cannot_log_in_cause_no_request(void **state)
{
	static const struct {
		const char *user;
		int reason;
	} cases[] = {
	    {"nosuch", ERR_NOT_A_MEMBER},
	    {"root", ERR_NOT_A_MEMBER},
	    {"", ERR_NOT_A_MEMBER},
	    {"sus", ERR_MEMBER_SUSPENDED},
	    {"pen", ERR_MEMBER_PENDING},
	    {"dea", ERR_MEMBER_DEACTIVATED},
	    {"unk", ERR_MEMBER_STATE_UNKNOWN},
	    {"rol", ERR_ROLE_NOT_ALLOWED},
	    {"exc", ERR_MEMBER_EXCLUDED},
	};
	struct client c;

	lab_add("sus")->member.state = MEMBER_SUSPENDED;
	lab_add("pen")->member.state = MEMBER_PENDING;
	lab_add("dea")->member.state = MEMBER_DEACTIVATED;
	lab_add("unk")->member.state = MEMBER_UNKNOWN;
	lab_add("rol")->member.role_count = 0;
	lab_add("exc")->member.excluded = ERR_NAME_TAKEN;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		lab_begin_as(&c, cases[i].user);
		assert_int_equal(c.decided, 1);
		assert_int_equal(c.reason, cases[i].reason);
	}
	for (int i = 0; i < 1000; i++) {
		char user[16];

		snprintf(user, sizeof(user), "x%d", i);
		lab_begin_as(&c, user);
		assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	}
	assert_int_equal(world.devices, 0);
	assert_int_equal(signins_count(world.signins), 0);
	/* A real member is still served. */
	lab_begin_as(&c, "ada");
	assert_int_equal(world.devices, 1);
}

static void
t22_a_late_answer_to_a_cancelled_flow_does_nothing(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	signins_cancel(world.signins, c.id);
	assert_null(lab_newest());
	assert_int_equal(signins_count(world.signins), 0);
	lab_pass_ms(600000);
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.polls, 1);
	assert_int_equal(world.binds + world.recorded, 0);
	/* Likewise while the code is being asked for, and twice. */
	lab_begin_as(&c, "ada");
	signins_cancel(world.signins, c.id);
	signins_cancel(world.signins, c.id);
	assert_null(lab_newest());
}

static void
t23_each_approval_finishes_its_own_flow_only(void **state)
{
	struct lab_request *first = NULL;
	struct client a;
	struct client b;
	struct client again;

	lab_reach_poll(&a, "ada");
	first = lab_newest();
	lab_begin_as(&again, "ada");
	assert_int_equal(again.reason, ERR_BUSY_MEMBER);
	lab_reach_poll(&b, "bob");
	lab_approve(lab_newest(), "bob");
	assert_int_equal(b.reason, ERR_OK);
	assert_int_equal(a.decided, 0);
	lab_approve(first, "ada");
	assert_int_equal(a.reason, ERR_OK);
	assert_int_equal(again.decided, 1);
	assert_int_equal(again.reason, ERR_BUSY_MEMBER);
}

static void
t27_another_persons_approval_is_refused(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "bob");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	assert_int_equal(world.binds + world.recorded, 0);
}

static void
t19_a_source_and_the_host_have_caps(void **state)
{
	struct proto_signin request;
	struct client clients[SIGNIN_PER_SOURCE_MAX + 1];
	struct client other;
	char user[16];

	for (int i = 0; i <= SIGNIN_PER_SOURCE_MAX; i++) {
		snprintf(user, sizeof(user), "p%d", i);
		(void)lab_add(user);
		lab_begin_as(&clients[i], user);
		assert_int_equal(
		    clients[i].decided, i == SIGNIN_PER_SOURCE_MAX);
	}
	assert_int_equal(
	    clients[SIGNIN_PER_SOURCE_MAX].reason, ERR_BUSY_SOURCE);
	request = lab_asking("ada");
	snprintf(
	    request.context.rhost, sizeof(request.context.rhost), "192.0.2.8");
	lab_begin(&other, &request);
	assert_int_equal(other.decided, 0);
	assert_int_equal(world.devices, SIGNIN_PER_SOURCE_MAX + 1);
	signins_cancel(world.signins, clients[0].id);
	lab_begin_as(&clients[0], "p16");
	assert_int_equal(clients[0].decided, 0);
}

static void
a_fresh_proof_serves_its_own_person_only(void **state)
{
	struct lab_person *ada = &world.people[0];
	struct proto_signin request = lab_asking("ada");
	struct client c;

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "sudo");
	ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	lab_pass_ms(899000);
	lab_begin(&c, &request);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	assert_string_equal(c.factor, "lately");
	assert_int_equal(world.devices, 0);
	/* A proof that was used is not thereby renewed. */
	assert_int_equal(world.recorded, 0);
	request.context.caller_uid = 0;
	lab_begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.context.caller_uid = world.people[1].member.uid;
	lab_begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.context.caller_uid = ada->member.uid;
	lab_pass_ms(2000);
	lab_begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.max_age_s = INT64_MAX;
	lab_begin(&c, &request);
	assert_int_equal(c.reason, ERR_OK);
	request.max_age_s = 0;
	lab_begin(&c, &request);
	assert_int_equal(c.decided, 0);
}

static void
a_proof_does_not_outlive_the_right_to_log_in(void **state)
{
	struct lab_person *ada = &world.people[0];
	struct proto_signin request = lab_asking("ada");
	struct client c;

	ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	snprintf(request.roles, sizeof(request.roles), "OrganizationAdmin");
	lab_begin(&c, &request);
	assert_int_equal(c.reason, ERR_ROLE_NOT_HELD);
	request.roles[0] = '\0';
	ada->member.state = MEMBER_SUSPENDED;
	lab_begin(&c, &request);
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	assert_int_equal(world.devices, 0);
}

static void
an_unlisted_service_gets_no_code(void **state)
{
	struct proto_signin request = lab_asking("ada");
	struct client c;

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "cron");
	lab_begin(&c, &request);
	assert_int_equal(c.reason, ERR_SERVICE_NOT_LISTED);
	assert_int_equal(world.devices, 0);
}

static void
t12_a_stale_token_ends_the_flow_by_its_reason(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	lab_answer_poll(lab_newest(), GRANT_FAILED, ERR_TOKEN_STALE, NULL);
	assert_int_equal(c.reason, ERR_TOKEN_STALE);
	lab_reach_poll(&c, "ada");
	lab_answer_poll(lab_newest(), GRANT_FAILED, 0, NULL);
	assert_int_equal(c.reason, ERR_GRANT_LOST);
}

static void
t108_a_member_suspended_meanwhile_is_refused(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	world.people[0].member.state = MEMBER_ACTIVE;
	lab_reach_poll(&c, "ada");
	world.age_ms = 43201000;
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_DIRECTORY_STALE);
	world.age_ms = 0;
	/* The name went to somebody else while the browser was open. */
	lab_reach_poll(&c, "ada");
	world.people[0].member.user = "ada2";
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	world.people[0].member.user = "ada";
	lab_reach_poll(&c, "ada");
	snprintf(world.people[0].id, sizeof(world.people[0].id), "gone");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	assert_int_equal(world.recorded, 0);
}

static void
t27_the_services_subject_must_be_the_member(void **state)
{
	struct client c;

	lab_reach_exchange(&c);
	lab_say("u-bob", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	lab_reach_exchange(&c);
	lab_say("", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	lab_reach_exchange(&c);
	lab_say("u-ada", ERR_TOKEN_ORGANIZATION, "User");
	assert_int_equal(c.reason, ERR_TOKEN_ORGANIZATION);
	assert_int_equal(world.updates + world.recorded, 0);
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.exchanges, 4);
}

static void
roles_of_the_service_count_at_the_last_gate(void **state)
{
	struct client c;

	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "Visitor");
	assert_int_equal(c.reason, ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(world.recorded, 0);
}

static void
nobody_gets_in_before_the_name_service_knows(void **state)
{
	struct client c;

	world.shown_later = true;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.recorded, 0);
	lab_show(ERR_OK);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	lab_show(ERR_NO_SPACE);
	assert_int_equal(c.reason, ERR_NO_SPACE);
	/* Whoever gives up is not told any more. */
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	signins_cancel(world.signins, c.id);
	assert_null(lab_newest());
	assert_int_equal(c.decided, 0);
}

static void
t22_the_deadline_holds_during_the_exchange(void **state)
{
	struct client c;

	lab_reach_exchange(&c);
	lab_pass_ms(111000);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_GRANT_EXPIRED);
	assert_null(lab_newest());
	assert_int_equal(world.binds + world.recorded, 0);
}

static void
t27_a_first_binding_waits_for_the_services_word(void **state)
{
	struct client c;

	world.people[0].subject[0] = '\0';
	lab_reach_exchange(&c);
	assert_int_equal(world.binds, 0);
	lab_say("u-ada", ERR_SERVICE_REFUSED, "User");
	assert_int_equal(c.reason, ERR_SERVICE_REFUSED);
	assert_int_equal(world.binds, 0);
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "Visitor");
	assert_int_equal(world.binds, 0);
	world.people[0].roles[0] = "User";
	world.bind_fault = ERR_EXISTS;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	world.bind_fault = 0;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.binds, 1);
	assert_string_equal(world.people[0].subject, "sub-ada");
	assert_int_equal(world.recorded, 1);
}

static void
t18_t46_the_prompt_says_all_that_a_person_needs(void **state)
{
	static const char end[] = "Press Enter when you have signed in: ";
	struct client c;
	const char *text = NULL;

	lab_begin_as(&c, "ada");
	lab_give_code();
	text = c.prompt.text;
	assert_int_equal(text[0], '\n');
	assert_non_null(strstr(text,
	    "\n  Open:  https://id.example/device\n"
	    "  Code:  GQVQ-JKEC\n"));
	assert_non_null(strstr(text, "Acme"));
	assert_non_null(strstr(text, " ada "));
	assert_non_null(strstr(text, "web1"));
	assert_non_null(strstr(text, "192.0.2.7"));
	assert_non_null(strstr(text, "109 seconds"));
	assert_non_null(strstr(text, "only if you started"));
	assert_string_equal(text + strlen(text) - strlen(end), end);
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	assert_int_equal(c.prompt.lifetime_s, 109);
	/* T24: 128 random bits, and nothing of the device code. */
	assert_int_equal(strlen(c.prompt.handle), 32);
	assert_int_equal(strspn(c.prompt.handle, "0123456789abcdef"), 32);
	assert_null(strstr(text, "device-1"));
}

static void
t25_a_hostile_source_never_acts_on_the_terminal(void **state)
{
	static const char hostile[] = "\n  Open:  https://evil/\x1b]0;x\a\r\b"
				      "\xe2\x80\xae\xff\x7f";
	struct proto_signin request = lab_asking("ada");
	struct client c;
	const char *open = NULL;

	memcpy(request.context.rhost, hostile, sizeof(hostile));
	memcpy(request.context.tty, hostile, sizeof(hostile));
	lab_begin(&c, &request);
	lab_give_code();
	assert_int_equal(c.shown, 1);
	for (const char *p = c.prompt.text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	open = strstr(c.prompt.text, "\n  Open:  ");
	assert_non_null(open);
	assert_int_equal(
	    strncmp(open, "\n  Open:  https://id.example/device\n", 36), 0);
	assert_null(strstr(open + 1, "\n  Open:  "));
}

static void
t25_an_error_of_the_provider_shows_nothing(void **state)
{
	struct client c;
	struct lab_request *r = NULL;

	lab_begin_as(&c, "ada");
	r = lab_newest();
	r->open = false;
	r->device_fn(
	    r->arg, &(struct idp_device){.reason = ERR_PROVIDER_MALFORMED});
	assert_int_equal(c.shown, 0);
	assert_int_equal(c.reason, ERR_PROVIDER_MALFORMED);
}

/* Questions. */
static void
offer_a_choice(void)
{
	(void)lab_add_idp("google", "Google", "https://accounts.google.com");
	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.can[PROFILE_MFA_VERIFY] = true;
	world.people[0].subject[0] = '\0';
}

static void
who_is_known_nowhere_chooses_a_provider(void **state)
{
	struct client c;

	offer_a_choice();
	lab_begin_as(&c, "ada");
	lab_expect_prompt(&c, 1, PROTO_ASK_TEXT,
	    "\nAcme: sign in as ada on web1, from 192.0.2.7\n\n"
	    "  1  Acme's sign-in\n  2  Google\n  3  mail and password\n"
	    "Sign in with (number or name): ");
	assert_int_equal(world.devices, 0);
	lab_type(&c, "bing");
	lab_expect_prompt(&c, 2, PROTO_ASK_TEXT,
	    "\nThat was none of them.\n"
	    "  1  Acme's sign-in\n  2  Google\n  3  mail and password\n"
	    "Sign in with (number or name): ");
	lab_type(&c, "google");
	assert_ptr_equal(world.asked, world.idps[1]);
	lab_give_code();
	assert_int_equal(c.prompt.kind, PROTO_ASK_APPROVAL);
	lab_pass_ms(5000);
	lab_approve(lab_newest(), "ada");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, 0);
	assert_int_equal(world.binds, 1);
}

static void
a_choice_is_offered_three_times(void **state)
{
	struct client c;

	offer_a_choice();
	lab_begin_as(&c, "ada");
	lab_type(&c, "");
	lab_type(&c, "9");
	assert_int_equal(c.shown, 3);
	lab_type(&c, "\x1b[A");
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_ANSWER_UNKNOWN);
	assert_int_equal(world.request_count, 0);
}

static void
a_known_member_is_asked_nothing(void **state)
{
	struct client c;

	(void)lab_add_idp("google", "Google", "https://accounts.google.com");
	lab_begin_as(&c, "ada");
	assert_int_equal(c.shown, 0);
	assert_ptr_equal(world.asked, world.idps[0]);
	snprintf(world.people[1].issuer, sizeof(world.people[1].issuer),
	    "https://accounts.google.com");
	lab_begin_as(&c, "bob");
	assert_int_equal(c.shown, 0);
	assert_ptr_equal(world.asked, world.idps[1]);
}

/* The password and the code, as far as the service's word. */
static void
reach_second_factor(struct client *c)
{
	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.can[PROFILE_MFA_VERIFY] = true;
	world.options.idp_count = 0;
	lab_begin_as(c, "ada");
	lab_expect_prompt(c, 1, PROTO_ASK_SECRET, "Password: ");
	lab_type(c, "correct horse");
	(void)lab_asked(PROFILE_PASSWORD_LOGIN);
	lab_say_all(&(struct idsvc_standing){
	    .reason = ERR_SERVICE_MFA, .session_token = "session-1"});
	lab_expect_prompt(c, 2, PROTO_ASK_TEXT, "Authenticator code: ");
}

/* Also who is known at a provider that this host does not have. */
static void
without_a_provider_the_password_is_asked_at_once(void **state)
{
	struct client c;

	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.options.idp_count = 0;
	assert_string_not_equal(world.people[0].subject, "");
	lab_begin_as(&c, "ada");
	lab_expect_prompt(&c, 1, PROTO_ASK_SECRET, "Password: ");
	lab_type(&c, "correct horse");
	(void)lab_asked(PROFILE_PASSWORD_LOGIN);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, 0);
	assert_int_equal(c.shown, 1);
	assert_int_equal(world.binds + world.devices + world.pastes, 0);
}

static void
a_password_and_a_code_let_in(void **state)
{
	struct client c;

	reach_second_factor(&c);
	lab_type(&c, "424242");
	(void)lab_asked(PROFILE_MFA_VERIFY);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, 0);
	assert_string_equal(c.factor, "password+code");
	assert_int_equal(world.recorded, 1);
	/* Nothing of a provider was proven. */
	assert_int_equal(world.binds + world.devices, 0);
}

static void
t17_a_password_alone_does_not_where_a_code_is_wanted(void **state)
{
	struct client c;

	reach_second_factor(&c);
	lab_pass_ms(111000);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_TIMED_OUT);
	assert_int_equal(world.recorded + world.kept, 0);
	assert_int_equal(
	    signins_answer(world.signins, c.id, "424242"), ERR_MALFORMED);
}

static void
t108_a_member_suspended_at_a_question_is_refused(void **state)
{
	struct client c;

	reach_second_factor(&c);
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_type(&c, "424242");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	assert_int_equal(world.recorded + world.kept, 0);
	world.people[0].member.state = MEMBER_ACTIVE;
	reach_second_factor(&c);
	world.age_ms = 43201000;
	lab_type(&c, "424242");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_DIRECTORY_STALE);
	world.age_ms = 0;
	reach_second_factor(&c);
	snprintf(world.people[0].id, sizeof(world.people[0].id), "gone");
	lab_type(&c, "424242");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	assert_int_equal(world.recorded + world.kept, 0);
}

static void
t22_a_client_gone_at_a_question_leaves_nothing(void **state)
{
	struct client c;

	reach_second_factor(&c);
	signins_cancel(world.signins, c.id);
	assert_int_equal(signins_count(world.signins), 0);
	assert_int_equal(
	    signins_answer(world.signins, c.id, "424242"), ERR_MALFORMED);
	/* And between an answer and its turn. */
	reach_second_factor(&c);
	assert_int_equal(signins_answer(world.signins, c.id, "424242"), 0);
	signins_cancel(world.signins, c.id);
	lab_pass_ms(600000);
	assert_null(lab_newest());
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.recorded + world.kept + world.updates, 0);
}

/* A prompt that cannot be given cancels the sign-in from within. */
static void
go_while_shown(bool by_device)
{
	struct client c;

	world.leaves = true;
	lab_begin_as(&c, "ada");
	if (by_device)
		lab_give_code();
	assert_int_equal(c.shown, 1);
	assert_int_equal(signins_count(world.signins), 0);
	lab_pass_ms(600000);
	assert_null(lab_newest());
	assert_int_equal(c.decided, 0);
}

static void
t22_a_client_may_go_while_a_code_is_shown(void **state)
{
	go_while_shown(true);
}

static void
t22_a_client_may_go_while_a_choice_is_shown(void **state)
{
	offer_a_choice();
	go_while_shown(false);
}

static void
t22_a_client_may_go_while_a_password_is_asked(void **state)
{
	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	world.options.idp_count = 0;
	go_while_shown(false);
}

static void
answers_out_of_place_are_refused(void **state)
{
	struct client c;

	/* To an approval, and before anything was asked. */
	lab_begin_as(&c, "ada");
	assert_int_equal(
	    signins_answer(world.signins, c.id, "x"), ERR_MALFORMED);
	lab_give_code();
	assert_int_equal(
	    signins_answer(world.signins, c.id, "x"), ERR_MALFORMED);
	signins_cancel(world.signins, c.id);
}

static void
a_question_has_one_answer(void **state)
{
	struct client c;

	reach_second_factor(&c);
	assert_int_equal(signins_answer(world.signins, c.id, "424242"), 0);
	assert_int_equal(
	    signins_answer(world.signins, c.id, "111111"), ERR_MALFORMED);
	lab_pass_ms(1);
	assert_string_equal(lab_asked(PROFILE_MFA_VERIFY)->code, "424242");
}

/* T47: whoever could not log in is asked nothing, and nobody is asked about
 * them; the way of the refusal is the same for all. */
static void
t19_t47_who_cannot_log_in_is_asked_nothing(void **state)
{
	static const char *const users[] = {"nosuch", "root", "sus", "pen"};
	struct client c;

	offer_a_choice();
	lab_add("sus")->member.state = MEMBER_SUSPENDED;
	lab_add("pen")->member.state = MEMBER_PENDING;
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		lab_begin_as(&c, users[i]);
		assert_int_equal(c.shown, 0);
		assert_int_equal(c.decided, 1);
		assert_int_not_equal(c.reason, 0);
	}
	assert_int_equal(world.request_count, 0);
}

static void
t27_a_password_names_the_member(void **state)
{
	struct client c;

	reach_second_factor(&c);
	lab_type(&c, "424242");
	lab_say("u-bob", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	assert_int_equal(world.updates + world.recorded + world.kept, 0);
}

static void
an_accepted_invitation_makes_an_active_member(void **state)
{
	struct client c;

	(void)lab_add_service();
	world.can[PROFILE_ACCEPT_INVITATION] = true;
	world.people[0].member.state = MEMBER_PENDING;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.prompt.kind, PROTO_ASK_TEXT);
	assert_int_equal(world.people[0].member.state, MEMBER_PENDING);
	lab_type(&c, "y");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, 0);
	assert_int_equal(world.people[0].member.state, MEMBER_ACTIVE);
	/* Somebody who was suspended meanwhile stays it. */
	world.people[0].member.state = MEMBER_PENDING;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	lab_say("u-ada", 0, "User");
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_type(&c, "y");
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	/* Not accepting changes nothing. */
	world.people[0].member.state = MEMBER_PENDING;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	lab_say("u-ada", 0, "User");
	lab_type(&c, "");
	assert_int_equal(c.reason, ERR_MEMBER_PENDING);
	assert_int_equal(world.people[0].member.state, MEMBER_PENDING);
}

static void
tokens_are_kept_after_success_only(void **state)
{
	struct client c;

	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "Visitor");
	assert_int_equal(c.reason, ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(world.kept, 0);
	world.people[0].roles[0] = "User";
	world.shown_later = true;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(world.kept, 0);
	lab_show(ERR_OK);
	assert_int_equal(c.reason, 0);
	assert_int_equal(world.kept, 1);
	assert_string_equal(world.kept_member, "u-ada");
	assert_string_equal(world.kept_jwt, "the.org.jwt");
	assert_string_equal(world.kept_refresh, "refresh-1");
	/* Nobody is kept out by a full disk here. */
	world.shown_later = false;
	world.keep_fault = ERR_NO_SPACE;
	lab_reach_exchange(&c);
	lab_say("u-ada", 0, "User");
	assert_int_equal(c.reason, 0);
}

static void
without_a_way_nobody_is_asked(void **state)
{
	struct client c;

	world.options.idp_count = 0;
	lab_begin_as(&c, "ada");
	assert_int_equal(c.reason, ERR_CONFIG_INVALID);
	assert_int_equal(c.shown, 0);
}

static void
t23_a_pasted_code_finishes_its_own_sign_in_only(void **state)
{
	struct client c;

	world.all_idps[0].grant = IDP_GRANT_PASTE;
	lab_begin_as(&c, "ada");
	lab_give_page();
	assert_int_equal(c.prompt.kind, PROTO_ASK_TEXT);
	lab_type(&c, "code.state");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, 0);
	lab_begin_as(&c, "ada");
	lab_give_page();
	lab_type(&c, "code.other");
	lab_pass_ms(111000);
	assert_int_equal(c.reason, ERR_GRANT_EXPIRED);
	assert_int_equal(world.redeems, 1);
}

#define T(f) LAB_TEST(f)

/* Profile none, and the list gives ada no role. */
static void
reach_poll_without_role(struct client *c)
{
	world.people[0].member.role_count = 0;
	world.standing.lastroles = (const struct lastroles *)&world;
	lab_reach_poll(c, "ada");
}

static void
a_role_of_the_token_alone_lets_in(void **state)
{
	static const char *const told[] = {"User"};
	struct client c;

	reach_poll_without_role(&c);
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.tokens, 1);
	/* The last token counts, also where it tells nothing. */
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(world.tokens, 2);
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", NULL, 0, ERR_GROUPS_OVERAGE);
	assert_int_equal(c.reason, ERR_GROUPS_OVERAGE);
	assert_int_equal(world.recorded, 1);
}

static void
t27_roles_are_those_of_a_bound_identity(void **state)
{
	static const char *const told[] = {"User"};
	struct lab_person *ada = &world.people[0];
	struct client c;

	/* Bob's token tells nothing of ada. */
	reach_poll_without_role(&c);
	lab_approve_with(lab_newest(), "bob", told, 1, 0);
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	assert_int_equal(world.tokens, 0);
	ada->subject[0] = '\0';
	world.bind_fault = ERR_EXISTS;
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	assert_int_equal(world.tokens, 0);
	/* Nor is anybody bound who could not log in. */
	world.bind_fault = 0;
	lab_reach_poll(&c, "ada");
	ada->member.state = MEMBER_SUSPENDED;
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	assert_int_equal(world.binds + world.tokens, 0);
	ada->member.state = MEMBER_ACTIVE;
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.binds, 1);
	assert_int_equal(world.tokens, 1);
}

static void
the_groups_of_a_token_are_seen_before_the_verdict(void **state)
{
	static const char *const told[] = {"User"};
	struct client c;

	reach_poll_without_role(&c);
	world.shown_later = true;
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.recorded, 0);
	lab_show(0);
	assert_int_equal(c.reason, ERR_OK);
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	lab_show(ERR_IO);
	assert_int_equal(c.reason, ERR_IO);
	/* One who leaves meanwhile waits for nothing. */
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	signins_cancel(world.signins, c.id);
	assert_null(lab_newest());
	world.shown_later = false;
	world.record_fault = ERR_IO;
	lab_reach_poll(&c, "ada");
	lab_approve_with(lab_newest(), "ada", told, 1, 0);
	assert_int_equal(c.reason, ERR_IO);
	assert_int_equal(world.recorded, 1);
}

/* By a provider that will be asked again. */
static void
what_a_provider_gave_is_kept_once_she_is_in(void **state)
{
	struct client c;

	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.vouch_kept, 0); /* the service renews */
	world.options.vouching = (struct vouching *)&world;
	signins_free(TAKE(world.signins));
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "bob");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	lab_reach_poll(&c, "ada");
	world.people[0].member.state = MEMBER_SUSPENDED;
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	assert_int_equal(world.vouch_kept, 0);
	world.people[0].member.state = MEMBER_ACTIVE;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.vouch_kept, 1);
	assert_string_equal(world.kept_member, "u-ada");
	assert_string_equal(world.kept_at, "corp");
	assert_string_equal(world.kept_offline, "offline-1");
	/* One that gives none ends what another gave. A sign-in does not depend
	 * on either. */
	world.gives_none = true;
	world.keep_fault = ERR_VAULT_KEY;
	lab_reach_poll(&c, "ada");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.vouch_kept, 2);
	assert_string_equal(world.kept_offline, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(t17_an_approved_bound_and_standing_member_gets_in),
	    T(t17_a_flow_that_only_started_never_lets_in),
	    T(t21_polls_come_at_the_planned_times_and_end),
	    T(t21_the_deadline_ends_a_silent_provider),
	    T(t19_names_that_cannot_log_in_cause_no_request),
	    T(t22_a_late_answer_to_a_cancelled_flow_does_nothing),
	    T(t23_each_approval_finishes_its_own_flow_only),
	    T(t27_another_persons_approval_is_refused),
	    T(t19_a_source_and_the_host_have_caps),
	    T(a_fresh_proof_serves_its_own_person_only),
	    T(a_proof_does_not_outlive_the_right_to_log_in),
	    T(an_unlisted_service_gets_no_code),
	    T(t12_a_stale_token_ends_the_flow_by_its_reason),
	    T(t108_a_member_suspended_meanwhile_is_refused),
	    T(t27_the_services_subject_must_be_the_member),
	    T(roles_of_the_service_count_at_the_last_gate),
	    T(nobody_gets_in_before_the_name_service_knows),
	    T(t22_the_deadline_holds_during_the_exchange),
	    T(t27_a_first_binding_waits_for_the_services_word),
	    T(t18_t46_the_prompt_says_all_that_a_person_needs),
	    T(t25_a_hostile_source_never_acts_on_the_terminal),
	    T(t25_an_error_of_the_provider_shows_nothing),
	    T(who_is_known_nowhere_chooses_a_provider),
	    T(a_choice_is_offered_three_times),
	    T(a_known_member_is_asked_nothing),
	    T(without_a_provider_the_password_is_asked_at_once),
	    T(a_password_and_a_code_let_in),
	    T(t17_a_password_alone_does_not_where_a_code_is_wanted),
	    T(t108_a_member_suspended_at_a_question_is_refused),
	    T(t22_a_client_gone_at_a_question_leaves_nothing),
	    T(t22_a_client_may_go_while_a_code_is_shown),
	    T(t22_a_client_may_go_while_a_choice_is_shown),
	    T(t22_a_client_may_go_while_a_password_is_asked),
	    T(answers_out_of_place_are_refused),
	    T(a_question_has_one_answer),
	    T(t19_t47_who_cannot_log_in_is_asked_nothing),
	    T(t27_a_password_names_the_member),
	    T(an_accepted_invitation_makes_an_active_member),
	    T(tokens_are_kept_after_success_only),
	    T(without_a_way_nobody_is_asked),
	    T(t23_a_pasted_code_finishes_its_own_sign_in_only),
	    T(a_role_of_the_token_alone_lets_in),
	    T(t27_roles_are_those_of_a_bound_identity),
	    T(the_groups_of_a_token_are_seen_before_the_verdict),
	    T(what_a_provider_gave_is_kept_once_she_is_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
