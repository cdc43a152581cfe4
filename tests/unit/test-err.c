/*
 * test-err.c - every fault has a name and a text fit to be shown, and no
 * stranger becomes success.
 */
#include "common/err.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
every_name_reads_back(void **state)
{
	for (int err = 0; err > -(int)ERR_INDEX_COUNT; err--) {
		enum err back = ERR_LAST_;

		assert_int_equal(err_from_name(err_name(err), &back), 0);
		assert_int_equal(back, err);
	}
}

static void
names_and_texts_are_fit_to_be_shown(void **state)
{
	for (int err = 0; err > -(int)ERR_INDEX_COUNT; err--) {
		const char *name = err_name(err);
		const char *text = err_text(err);

		assert_true(name[0] != '\0' && strlen(name) < 64);
		for (const char *p = name; *p != '\0'; p++)
			assert_true(islower((unsigned char)*p) || *p == '-' ||
			    isdigit((unsigned char)*p));
		assert_true(strlen(text) > 0 && strlen(text) <= 200);
		for (const char *p = text; *p != '\0'; p++)
			assert_true(*p >= 0x20 && *p < 0x7f);
		assert_int_equal(text[strlen(text) - 1], '.');
	}
}

/* A text that was forgotten would read as that of "internal". */
static void
no_two_faults_share_a_text(void **state)
{
	for (int a = 0; a > -(int)ERR_INDEX_COUNT; a--) {
		for (int b = a - 1; b > -(int)ERR_INDEX_COUNT; b--)
			assert_string_not_equal(err_text(a), err_text(b));
	}
}

static void
a_stranger_is_never_success(void **state)
{
	static const int numbers[] = {
	    1, 4711, -(int)ERR_INDEX_COUNT, INT32_MIN, INT32_MAX};
	static const char *const names[] = {"", "OK", "ok ", "io\n", "x"};
	enum err err = ERR_IO;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_string_equal(err_name(numbers[i]), "internal");
		assert_string_equal(
		    err_text(numbers[i]), err_text(ERR_INTERNAL));
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(err_from_name(names[i], &err), ERR_MALFORMED);
	assert_int_equal(err, ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_name_reads_back),
	    cmocka_unit_test(names_and_texts_are_fit_to_be_shown),
	    cmocka_unit_test(no_two_faults_share_a_text),
	    cmocka_unit_test(a_stranger_is_never_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
