/*
 * test-dialogue.c - each question has a handle of its own and one answer, and
 * there are only so many.
 */
#include "services/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static struct talk {
	struct dialogue *dialogue;
	int shown;
	struct proto_prompt prompt;
	int answers;
	char answer[PROTO_ANSWER_SIZE];
	bool ends; /* the dialogue is freed by what it calls */
} talk;

static void
end_it(void)
{
	dialogue_free(TAKE(talk.dialogue));
}

static void
on_show(void *arg, const struct proto_prompt *prompt)
{
	talk.shown++;
	talk.prompt = *prompt;
	if (talk.ends)
		end_it();
}

static void
on_answer(void *arg, const char *answer)
{
	talk.answers++;
	if (talk.ends)
		end_it();
	snprintf(talk.answer, sizeof(talk.answer), "%s", answer);
}

static int
set_up(void **state)
{
	assert_int_equal(lab_set_up(state), 0);
	talk = (struct talk){0};
	assert_int_equal(dialogue_new(NULL, &world.clock.clock, on_show, NULL,
			     &talk.dialogue),
	    0);
	dialogue_set_deadline(talk.dialogue,
	    (struct boot_time){.ms = world.clock.boot.ms + 60500});
	return 0;
}

static int
tear_down(void **state)
{
	end_it();
	return lab_tear_down(state);
}

static int
ask(bool secret)
{
	struct buf text BUF_AUTO = {.limit = 64};

	buf_put_text(&text, "What? ");
	return dialogue_ask(talk.dialogue, &text, secret, on_answer, NULL);
}

static void
answer_with(const char *text)
{
	assert_int_equal(dialogue_answer(talk.dialogue, text), 0);
	/* Nothing is called back from inside the call. */
	assert_string_equal(talk.answer, "");
	lab_pass_ms(1);
}

static void
t24_each_question_has_a_random_handle_of_its_own(void **state)
{
	char handles[PROTO_QUESTIONS_MAX][PROTO_HANDLE_SIZE];

	for (int i = 0; i < PROTO_QUESTIONS_MAX; i++) {
		assert_int_equal(ask(i % 2 == 0), 0);
		assert_int_equal(talk.shown, i + 1);
		assert_int_equal(talk.prompt.kind,
		    i % 2 == 0 ? PROTO_ASK_SECRET : PROTO_ASK_TEXT);
		assert_string_equal(talk.prompt.text, "What? ");
		assert_int_equal(talk.prompt.lifetime_s, 60);
		memcpy(handles[i], talk.prompt.handle, PROTO_HANDLE_SIZE);
		assert_int_equal(strspn(handles[i], "0123456789abcdef"), 32);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(handles[i], handles[k]);
	}
}

static void
there_are_only_so_many_questions(void **state)
{
	struct buf text BUF_AUTO = {.limit = 64};

	for (int i = 0; i < PROTO_QUESTIONS_MAX; i++)
		assert_int_equal(ask(false), 0);
	assert_int_equal(ask(false), ERR_GRANT_LOST);
	buf_put_text(&text, "x");
	assert_int_equal(
	    dialogue_tell(talk.dialogue, &text, 5), ERR_GRANT_LOST);
	assert_int_equal(talk.shown, PROTO_QUESTIONS_MAX);
	/* The last one is over, too. */
	assert_int_equal(dialogue_answer(talk.dialogue, "x"), ERR_MALFORMED);
}

static void
a_question_has_one_answer(void **state)
{
	struct buf text BUF_AUTO = {.limit = 64};

	assert_int_equal(dialogue_answer(talk.dialogue, "x"), ERR_MALFORMED);
	buf_put_text(&text, "Open: x");
	assert_int_equal(dialogue_tell(talk.dialogue, &text, 5), 0);
	assert_int_equal(talk.prompt.kind, PROTO_ASK_APPROVAL);
	assert_int_equal(talk.prompt.lifetime_s, 5);
	assert_int_equal(dialogue_answer(talk.dialogue, "x"), ERR_MALFORMED);
	assert_int_equal(ask(true), 0);
	assert_int_equal(dialogue_answer(talk.dialogue, "one"), 0);
	assert_int_equal(dialogue_answer(talk.dialogue, "two"), ERR_MALFORMED);
	lab_pass_ms(1);
	assert_int_equal(talk.answers, 1);
	assert_string_equal(talk.answer, "one");
	assert_int_equal(
	    dialogue_answer(talk.dialogue, "three"), ERR_MALFORMED);
	lab_pass_ms(1000);
	assert_int_equal(talk.answers, 1);
}

static void
an_answer_to_a_question_that_is_over_is_dropped(void **state)
{
	assert_int_equal(ask(true), 0);
	assert_int_equal(dialogue_answer(talk.dialogue, "late"), 0);
	assert_int_equal(ask(true), 0);
	lab_pass_ms(1000);
	assert_int_equal(talk.answers, 0);
	answer_with("in time");
	assert_string_equal(talk.answer, "in time");
}

static void
what_is_no_line_of_text_is_no_answer(void **state)
{
	static const char *const odd[] = {"a\nb", "\x1b[2J", "a\tb", "\x7f",
	    "\xff", "\xc3", "a\xe2\x80\xae", "\xed\xa0\x80", "\r"};
	static const char *const good[] = {
	    "", " ", "correct horse", "p\xc3\xa4ss", "\"\\{}&=%s%n"};
	char most[PROTO_ANSWER_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
		assert_int_equal(ask(true), 0);
		answer_with(odd[i]);
		assert_int_equal(talk.answers, 1);
		assert_string_equal(talk.answer, "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
		assert_int_equal(ask(true), 0);
		answer_with(good[i]);
		assert_string_equal(talk.answer, good[i]);
	}
	memset(most, 'm', sizeof(most) - 1);
	most[sizeof(most) - 1] = '\0';
	talk.answer[0] = '\0';
	assert_int_equal(ask(true), 0);
	answer_with(most);
	assert_string_equal(talk.answer, most);
}

static void
t22_it_may_end_while_it_shows_or_answers(void **state)
{
	talk.ends = true;
	assert_int_equal(ask(true), 0);
	assert_null(talk.dialogue);
	assert_int_equal(set_up(state), 0);
	assert_int_equal(ask(true), 0);
	talk.ends = true;
	answer_with("last words");
	assert_string_equal(talk.answer, "last words");
	assert_null(talk.dialogue);
	/* Or between the two. */
	assert_int_equal(set_up(state), 0);
	assert_int_equal(ask(true), 0);
	assert_int_equal(dialogue_answer(talk.dialogue, "x"), 0);
	end_it();
	lab_pass_ms(1000);
	assert_int_equal(talk.answers, 0);
}

static void
a_text_that_does_not_fit_is_not_cut(void **state)
{
	struct buf text BUF_AUTO = {.limit = 3};

	buf_put_text(&text, "four");
	assert_int_equal(dialogue_tell(talk.dialogue, &text, 5), ERR_TOO_LARGE);
	buf_done(&text);
	buf_init(&text, 8192);
	for (int i = 0; i < PROTO_TEXT_SIZE; i++)
		buf_put_u8(&text, 'x');
	assert_int_equal(dialogue_tell(talk.dialogue, &text, 5), ERR_TOO_LARGE);
	assert_int_equal(talk.shown, 0);
}

static void
nothing_is_left_after_the_deadline(void **state)
{
	assert_int_equal(dialogue_left_s(talk.dialogue), 60);
	lab_pass_ms(60600);
	assert_int_equal(dialogue_left_s(talk.dialogue), 0);
	assert_int_equal(ask(false), 0);
	assert_int_equal(talk.prompt.lifetime_s, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(t24_each_question_has_a_random_handle_of_its_own),
	    T(there_are_only_so_many_questions),
	    T(a_question_has_one_answer),
	    T(an_answer_to_a_question_that_is_over_is_dropped),
	    T(what_is_no_line_of_text_is_no_answer),
	    T(t22_it_may_end_while_it_shows_or_answers),
	    T(a_text_that_does_not_fit_is_not_cut),
	    T(nothing_is_left_after_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
