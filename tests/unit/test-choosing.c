/*
 * test-choosing.c - a choice is one of those offered, or none after three
 * tries.
 */
#include "services/choosing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static struct choice {
	int shown;
	int ended;
	int reason;
	size_t way;
} choice;

static void
on_show(void *arg, const struct proto_prompt *prompt)
{
	assert_int_equal(prompt->kind, PROTO_ASK_TEXT);
	choice.shown++;
}

static void
on_end(void *arg, int reason, size_t way)
{
	choice.ended++;
	choice.reason = reason;
	choice.way = way;
}

static void
choose(const char *const *answers, size_t count)
{
	const struct ways ways = {.names = {"corp", "password"},
	    .titles = {"Acme's sign-in", "mail and password"},
	    .count = 2};
	struct dialogue *dialogue = NULL;
	struct choosing choosing = {
	    .ways = &ways, .scene = {"Acme", "ada", "web1", ""}, .fn = on_end};

	choice = (struct choice){.reason = 1};
	assert_int_equal(
	    dialogue_new(NULL, &world.clock.clock, on_show, NULL, &dialogue),
	    0);
	choosing.dialogue = dialogue;
	assert_int_equal(choosing_start(&choosing), 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(choice.ended, 0);
		assert_int_equal(dialogue_answer(dialogue, answers[i]), 0);
		lab_pass_ms(1);
	}
	assert_int_equal(choice.ended, 1);
	assert_int_equal(choice.shown, count);
	dialogue_free(dialogue);
}

static void
a_way_is_chosen_by_number_or_name(void **state)
{
	static const char *const answers[] = {"7", "Password"};

	choose(answers, ARRAY_SIZE(answers));
	assert_int_equal(choice.reason, 0);
	assert_int_equal(choice.way, 1);
}

static void
none_of_them_is_none(void **state)
{
	static const char *const answers[] = {"", "3", "pass"};

	choose(answers, ARRAY_SIZE(answers));
	assert_int_equal(choice.reason, ERR_ANSWER_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(a_way_is_chosen_by_number_or_name),
	    LAB_TEST(none_of_them_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
