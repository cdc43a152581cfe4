/*
 * test-template.c - where the placeholders of a text are.
 */
#include "rules/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
templates_come_apart_at_their_placeholders(void **state)
{
	const char *cursor = "a{b_c}{D}{}{e";
	struct template_piece piece = {0};

	assert_true(template_next(&cursor, &piece));
	assert_false(piece.is_placeholder);
	assert_int_equal(piece.len, 1);
	assert_true(template_next(&cursor, &piece));
	assert_true(piece.is_placeholder);
	assert_int_equal(piece.len, 3);
	assert_memory_equal(piece.text, "b_c", 3);
	assert_true(template_next(&cursor, &piece));
	assert_false(piece.is_placeholder);
	assert_int_equal(piece.len, strlen("{D}{}{e"));
	assert_false(template_next(&cursor, &piece));
}

static void
a_piece_is_named_whole(void **state)
{
	const char *cursor = "{jwt}jwt";
	struct template_piece piece = {0};

	assert_true(template_next(&cursor, &piece));
	assert_true(template_names(&piece, "jwt"));
	assert_false(template_names(&piece, "jw"));
	assert_false(template_names(&piece, "jwtx"));
	assert_true(template_next(&cursor, &piece));
	assert_false(template_names(&piece, "jwt"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(templates_come_apart_at_their_placeholders),
	    cmocka_unit_test(a_piece_is_named_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
