/*
 * test-proving.c - a grant ends with whom the provider named or with a reason,
 * once, and asks nobody after its end.
 */
#include "services/proving.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static struct proof {
	struct dialogue *dialogue;
	struct proving *proving;
	int shown;
	struct proto_prompt prompt;
	int ended;
	int reason;
	char subject[64]; /* "" for none */
} proof;

static struct tries tries = {.member = "u-ada", .source = "192.0.2.7"};

static void
on_show(void *arg, const struct proto_prompt *prompt)
{
	proof.shown++;
	proof.prompt = *prompt;
}

/* Freed by its own callback, as the frame does. */
static void
on_end(void *arg, int reason, const struct idp_identity *identity)
{
	proof.ended++;
	proof.reason = reason;
	assert_int_equal(identity != NULL, reason == 0);
	if (identity != NULL)
		snprintf(proof.subject, sizeof(proof.subject), "%s",
		    identity->subject);
	proving_free(TAKE(proof.proving));
}

static void
begin_with(enum idp_grant grant)
{
	struct proving_options options = {
	    .clock = &world.clock.clock,
	    .idp = world.idps[0],
	    .dialogue = proof.dialogue,
	    .tries = &tries,
	    .scene = {"Acme", "ada", "web1", "192.0.2.7"},
	    .deadline = {.ms = world.clock.boot.ms + 110000},
	};

	dialogue_free(TAKE(proof.dialogue));
	proof = (struct proof){.reason = 1};
	world.all_idps[0].grant = grant;
	assert_int_equal(dialogue_new(NULL, &world.clock.clock, on_show, NULL,
			     &proof.dialogue),
	    0);
	dialogue_set_deadline(proof.dialogue, options.deadline);
	options.dialogue = proof.dialogue;
	assert_int_equal(
	    proving_new(&options, on_end, NULL, &proof.proving), 0);
}

static int
tear_down(void **state)
{
	proving_free(TAKE(proof.proving));
	dialogue_free(TAKE(proof.dialogue));
	return lab_tear_down(state);
}

static void
type(const char *text)
{
	assert_int_equal(dialogue_answer(proof.dialogue, text), 0);
	lab_pass_ms(1);
}

static void
a_device_code_is_shown_and_polled_for(void **state)
{
	begin_with(IDP_GRANT_DEVICE);
	assert_int_equal(proof.shown, 0);
	lab_give_code();
	assert_int_equal(proof.shown, 1);
	assert_int_equal(proof.prompt.kind, PROTO_ASK_APPROVAL);
	assert_int_equal(proof.prompt.lifetime_s, 110);
	assert_non_null(strstr(proof.prompt.text, "  Code:  GQVQ-JKEC\n"));
	assert_non_null(strstr(proof.prompt.text, "from 192.0.2.7"));
	lab_pass_ms(5000);
	assert_int_equal(world.poll_started.s, 1800000000);
	lab_approve(lab_newest(), "bob");
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.reason, 0);
	/* Who that may be is judged elsewhere. */
	assert_string_equal(proof.subject, "sub-bob");
}

static void
t21_it_ends_with_its_code(void **state)
{
	begin_with(IDP_GRANT_DEVICE);
	lab_give_code();
	for (int s = 0; s < 200 && proof.ended == 0; s++) {
		if (lab_newest() != NULL)
			lab_answer_poll(lab_newest(), GRANT_NO_ANSWER,
			    ERR_PROVIDER_TLS, NULL);
		lab_pass_ms(1000);
	}
	assert_int_equal(proof.reason, ERR_PROVIDER_TLS);
	begin_with(IDP_GRANT_DEVICE);
	lab_give_code();
	lab_pass_ms(5000);
	lab_answer_poll(lab_newest(), GRANT_NO_ANSWER, ERR_PROVIDER_TLS, NULL);
	assert_int_equal(proving_trouble(proof.proving), ERR_PROVIDER_TLS);
	lab_pass_ms(10000);
	lab_answer_poll(lab_newest(), GRANT_PENDING, 0, NULL);
	assert_int_equal(proving_trouble(proof.proving), 0);
	lab_pass_ms(200000);
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.reason, ERR_GRANT_EXPIRED);
}

static void
t22_nothing_comes_after_it_was_freed(void **state)
{
	begin_with(IDP_GRANT_DEVICE);
	proving_free(TAKE(proof.proving));
	assert_null(lab_newest());
	begin_with(IDP_GRANT_DEVICE);
	lab_give_code();
	lab_pass_ms(5000);
	assert_non_null(lab_newest());
	proving_free(TAKE(proof.proving));
	assert_null(lab_newest());
	lab_pass_ms(600000);
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	proving_free(TAKE(proof.proving));
	assert_int_equal(world.attempts, 0);
	assert_int_equal(proof.ended, 0);
}

static void
a_pasted_code_is_redeemed(void **state)
{
	begin_with(IDP_GRANT_PASTE);
	assert_int_equal(world.devices, 0);
	lab_give_page();
	assert_int_equal(proof.prompt.kind, PROTO_ASK_TEXT);
	assert_int_equal(proof.prompt.lifetime_s, 110);
	assert_non_null(strstr(
	    proof.prompt.text, "\n  Open:  https://id.example/auth?state=s\n"));
	assert_non_null(strstr(proof.prompt.text, "only if you started"));
	/* T18: nothing is polled: without the paste nobody gets in. */
	lab_pass_ms(60000);
	assert_int_equal(world.polls + world.redeems, 0);
	type("code.state");
	assert_int_equal(world.redeems, 1);
	assert_int_equal(proof.ended, 0);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(proof.ended, 1);
	assert_string_equal(proof.subject, "sub-ada");
}

/* Without any request, three times at most. */
static void
t12_a_code_of_another_sign_in_is_told_apart(void **state)
{
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("code.other");
	assert_int_equal(proof.shown, 2);
	assert_string_equal(proof.prompt.text,
	    "\nThat code is not of this sign-in.\n"
	    "Paste the code that the page shows: ");
	type("");
	assert_int_equal(proof.shown, 3);
	type("code.state2");
	assert_int_equal(proof.shown, 3);
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.reason, ERR_PASTE_WRONG);
	assert_int_equal(world.redeems, 0);
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("code.other");
	type("code.state");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(proof.reason, 0);
}

static void
a_long_code_comes_in_pieces(void **state)
{
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("1/3 co");
	assert_int_equal(proof.prompt.kind, PROTO_ASK_TEXT);
	assert_string_equal(proof.prompt.text, "Paste piece 2 of 3: ");
	type("2/3 de.st");
	assert_string_equal(proof.prompt.text, "Paste piece 3 of 3: ");
	assert_int_equal(world.redeems, 0);
	type("3/3 ate");
	assert_int_equal(world.redeems, 1);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.reason, 0);
	assert_int_equal(proof.shown, 3);
	/* and what came goes with a sign-in that is given up */
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("1/3 co");
	proving_free(TAKE(proof.proving));
	assert_int_equal(world.attempts, 0);
}

static void
a_wrong_piece_is_asked_for_again(void **state)
{
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("2/2 state");
	assert_string_equal(proof.prompt.text,
	    "\nThat was a later piece: begin with the first.\n"
	    "Paste the code that the page shows: ");
	type("1/2 code.");
	type("1/2 code.");
	assert_string_equal(proof.prompt.text,
	    "\nThat was not piece 2 of 2.\nPaste piece 2 of 2: ");
	type("2/2 state");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(proof.reason, 0);
	/* Not more often than a whole code. */
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("1/2 code.");
	type("");
	type("code.state");
	assert_int_equal(proof.shown, 4);
	type("1/2 code.");
	assert_int_equal(proof.shown, 4);
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.reason, ERR_PASTE_WRONG);
	assert_int_equal(world.redeems, 1);
}

/* Its state decides, when all of it is there, and it begins from nothing. */
static void
t12_pieces_of_another_sign_in_are_told_apart(void **state)
{
	begin_with(IDP_GRANT_PASTE);
	lab_give_page();
	type("1/2 code.");
	type("2/2 other");
	assert_string_equal(proof.prompt.text,
	    "\nThat code is not of this sign-in.\n"
	    "Paste the code that the page shows: ");
	assert_int_equal(world.redeems, 0);
	type("1/2 code.");
	type("2/2 state");
	assert_int_equal(world.redeems, 1);
	lab_approve(lab_newest(), "ada");
	assert_int_equal(proof.reason, 0);
}

static void
a_code_that_is_not_redeemed_ends_it(void **state)
{
	static const struct {
		enum grant_event event;
		int reason;
		int wanted;
	} cases[] = {
	    {GRANT_FAILED, ERR_TOKEN_SIGNATURE, ERR_TOKEN_SIGNATURE},
	    {GRANT_FAILED, 0, ERR_GRANT_LOST},
	    {GRANT_DENIED, 0, ERR_GRANT_DECLINED},
	    {GRANT_NO_ANSWER, ERR_PROVIDER_TLS, ERR_PROVIDER_TLS},
	    {GRANT_NO_ANSWER, 0, ERR_GRANT_LOST},
	    {GRANT_PENDING, 0, ERR_GRANT_LOST},
	    {GRANT_CODE_EXPIRED, 0, ERR_GRANT_LOST},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin_with(IDP_GRANT_PASTE);
		lab_give_page();
		type("code.state");
		lab_answer_poll(
		    lab_newest(), cases[i].event, cases[i].reason, NULL);
		assert_int_equal(proof.ended, 1);
		assert_int_equal(proof.reason, cases[i].wanted);
	}
}

static void
t25_a_start_that_fails_shows_nothing(void **state)
{
	struct lab_request *r = NULL;

	begin_with(IDP_GRANT_DEVICE);
	r = lab_newest();
	r->open = false;
	r->device_fn(
	    r->arg, &(struct idp_device){.reason = ERR_PROVIDER_REFUSED});
	assert_int_equal(proof.reason, ERR_PROVIDER_REFUSED);
	begin_with(IDP_GRANT_PASTE);
	r = lab_newest();
	r->open = false;
	r->paste_fn(r->arg, ERR_PROVIDER_UNREACHABLE, NULL, NULL);
	assert_int_equal(proof.reason, ERR_PROVIDER_UNREACHABLE);
	assert_int_equal(proof.ended, 1);
	assert_int_equal(proof.shown, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, lab_set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_device_code_is_shown_and_polled_for),
	    T(t21_it_ends_with_its_code),
	    T(t22_nothing_comes_after_it_was_freed),
	    T(a_pasted_code_is_redeemed),
	    T(t12_a_code_of_another_sign_in_is_told_apart),
	    T(a_long_code_comes_in_pieces),
	    T(a_wrong_piece_is_asked_for_again),
	    T(t12_pieces_of_another_sign_in_are_told_apart),
	    T(a_code_that_is_not_redeemed_ends_it),
	    T(t25_a_start_that_fails_shows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
