/*
 * test-paste.c - pieces make a code in their order only, each once, and never
 * more of them than there is room for.
 */
#include "rules/paste.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/proto.h"

#define FULL 0 /* "1/2 " and as much as a piece holds */
#define OVER 1 /* a byte more */
#define TYPED_MAX 8

static char piece_full[2][PASTE_PIECE_MAX_BYTES + 8];

static enum paste_outcome
take(struct paste *paste, const char *typed)
{
	enum paste_outcome outcome = PASTE_REFUSED;

	assert_int_equal(paste_take(paste, typed, &outcome), 0);
	return outcome;
}

static int
set_up(void **state)
{
	for (int over = 0; over < 2; over++) {
		memset(piece_full[over], 'x', sizeof(piece_full[over]));
		memcpy(piece_full[over], "1/2 ", 4);
		piece_full[over][4 + PASTE_PIECE_MAX_BYTES + over] = '\0';
	}
	return 0;
}

static void
pieces_in_order_make_the_code(void **state)
{
	static const struct {
		const char *typed[TYPED_MAX];
		const char *text;
	} cases[] = {
	    {{"code.state"}, "code.state"},
	    {{" \t code.state \r\n"}, "code.state"},
	    {{"1/1 code.state"}, "code.state"},
	    {{"1/2 co", "2/2 de.state"}, "code.state"},
	    {{" 1/2 co\t", "\n2/2 de.state \r\n"}, "code.state"},
	    {{"1/3 4/0A", "2/3 1/3:", "3/3 ."}, "4/0A1/3:."},
	    {{"1/6 a", "2/6 b", "3/6 c", "4/6 d", "5/6 e", "6/6 f"}, "abcdef"},
	    /* Whether a whole one can be a code is judged elsewhere. */
	    {{""}, ""},
	    {{"   "}, ""},
	    {{"4/0Ab-c.state"}, "4/0Ab-c.state"},
	    {{"1/2"}, "1/2"},
	    {{"1/2 "}, "1/2"},
	    {{"1/2\tab"}, "1/2\tab"},
	    {{"1/2 a b"}, "1/2 a b"},
	    {{"1/2 a\x1b[2J"}, "1/2 a\x1b[2J"},
	    {{"1/2 \xc3\xa4"}, "1/2 \xc3\xa4"},
	    {{"1/7 a"}, "1/7 a"},
	    {{"0/2 a"}, "0/2 a"},
	    {{"0/0 a"}, "0/0 a"},
	    {{"3/2 a"}, "3/2 a"},
	    {{"01/2 a"}, "01/2 a"},
	    {{"-1/2 a"}, "-1/2 a"},
	    {{"1/12 a"}, "1/12 a"},
	    {{"1:2 a"}, "1:2 a"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct paste paste = {0};
		enum paste_outcome outcome = PASTE_MORE;

		for (size_t k = 0; cases[i].typed[k] != NULL; k++) {
			assert_int_equal(outcome, PASTE_MORE);
			outcome = take(&paste, cases[i].typed[k]);
		}
		assert_int_equal(outcome, PASTE_WHOLE);
		assert_string_equal(buf_text(&paste.text), cases[i].text);
		paste_reset(&paste);
	}
}

/* What is refused takes nothing and changes nothing. */
static void
t12_a_piece_out_of_its_turn_is_refused(void **state)
{
	static const struct {
		const char *first; /* NULL: nothing came yet */
		const char *refused;
	} cases[] = {
	    {NULL, "2/3 x"},
	    {NULL, "3/3 x"},
	    {NULL, "6/6 x"},
	    {"1/3 a", "1/3 a"},
	    {"1/3 a", "1/3 x"},
	    {"1/3 a", "3/3 x"},
	    {"1/3 a", "2/2 x"},
	    {"1/3 a", "2/4 x"},
	    {"1/3 a", "2/3"},
	    {"1/3 a", "2/3 "},
	    {"1/3 a", "2/3 x y"},
	    {"1/3 a", "2/3  x"},
	    {"1/3 a", "2/3 \xc3\xa4"},
	    {"1/3 a", "code.state"},
	    {"1/3 a", ""},
	    {"1/3 a", " "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *first = cases[i].first;
		struct paste paste = {0};

		if (first != NULL)
			assert_int_equal(take(&paste, first), PASTE_MORE);
		assert_int_equal(take(&paste, cases[i].refused), PASTE_REFUSED);
		if (first == NULL)
			assert_int_equal(take(&paste, "1/3 a"), PASTE_MORE);
		assert_int_equal(take(&paste, "2/3 b"), PASTE_MORE);
		assert_int_equal(paste.taken, 2);
		assert_int_equal(paste.count, 3);
		assert_int_equal(take(&paste, "3/3 c"), PASTE_WHOLE);
		assert_string_equal(buf_text(&paste.text), "abc");
		paste_reset(&paste);
	}
}

static void
no_more_is_kept_than_there_is_room_for(void **state)
{
	char whole[PASTE_MAX_BYTES + 2];
	struct paste paste = {0};

	for (int i = 1; i <= PASTE_PIECES_MAX; i++) {
		piece_full[FULL][0] = (char)('0' + i);
		piece_full[FULL][2] = '0' + PASTE_PIECES_MAX;
		assert_int_equal(take(&paste, piece_full[FULL]),
		    i < PASTE_PIECES_MAX ? PASTE_MORE : PASTE_WHOLE);
	}
	assert_int_equal(paste.text.len, PASTE_MAX_BYTES);
	paste_reset(&paste);
	memset(whole, 'x', sizeof(whole));
	whole[PASTE_MAX_BYTES + 1] = '\0';
	assert_int_equal(take(&paste, whole), PASTE_REFUSED);
	assert_null(paste.text.bytes);
	whole[PASTE_MAX_BYTES] = '\0';
	assert_int_equal(take(&paste, whole), PASTE_WHOLE);
	paste_reset(&paste);
	/* A piece that is too long is none. */
	assert_int_equal(take(&paste, piece_full[OVER]), PASTE_WHOLE);
	paste_reset(&paste);
	assert_int_equal(take(&paste, "1/2 a"), PASTE_MORE);
	piece_full[OVER][0] = '2';
	assert_int_equal(take(&paste, piece_full[OVER]), PASTE_REFUSED);
	paste_reset(&paste);
}

static void
what_was_reset_is_forgotten(void **state)
{
	struct paste paste = {0};

	assert_int_equal(take(&paste, "1/3 old"), PASTE_MORE);
	paste_reset(&paste);
	assert_null(paste.text.bytes);
	assert_int_equal(take(&paste, "2/3 x"), PASTE_REFUSED);
	assert_int_equal(take(&paste, "1/2 new"), PASTE_MORE);
	assert_int_equal(take(&paste, "2/2 er"), PASTE_WHOLE);
	assert_string_equal(buf_text(&paste.text), "newer");
	paste_reset(&paste);
}

/* Linux-PAM's misc_conv takes 511 bytes; and a sign-in may ask so often, with
 * a choice before and an authenticator code behind. */
static void
pieces_fit_where_they_are_typed(void **state)
{
	assert_true(strlen("1/6 ") + PASTE_PIECE_MAX_BYTES < 512);
	assert_true(PASTE_PIECES_MAX + 2 <= PROTO_QUESTIONS_MAX);
}

#define T(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(pieces_in_order_make_the_code),
	    T(t12_a_piece_out_of_its_turn_is_refused),
	    T(no_more_is_kept_than_there_is_room_for),
	    T(what_was_reset_is_forgotten),
	    T(pieces_fit_where_they_are_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
