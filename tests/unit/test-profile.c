/*
 * test-profile.c - what a profile may say, and what must be there together.
 */
#include "rules/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

static int
set(const char *section, const char *word, const char *key, const char *value)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;
	int r = profile_set(profile, section, word, key, value, &why);

	if (r != 0)
		assert_non_null(why);
	profile_free(profile);
	return r;
}

static void
unknown_names_are_refused(void **state)
{
	assert_int_equal(set("x", "", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("members", "w", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("members", "", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(
	    set("token", "", "page_size", "5"), ERR_CONFIG_INVALID);
	assert_int_equal(set("operation", "fly", "", ""), ERR_CONFIG_INVALID);
	assert_int_equal(set("request", "list", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(set("error", "banned", "x", "y"), ERR_CONFIG_INVALID);
	assert_int_equal(set("operation", "revoke", "", ""), 0);
}

static void
odd_values_are_refused(void **state)
{
	static const char *const odd[][4] = {
	    {"request", "list", "path", "no-slash"},
	    {"request", "list", "body_type", "xml"},
	    {"request", "list", "header.x", "no colon"},
	    {"request", "list", "take.x", "nopointer"},
	    {"request", "list", "take.x", "=/a"},
	    {"request", "list", "take.x", "v=a"},
	    {"members", "", "paging", "cursor"},
	    {"members", "", "page_size", "0"},
	    {"members", "", "page_size", "10001"},
	    {"members", "", "roles_form", "tree"},
	    {"states", "", "gone", "Dead"},
	    {"error", "banned", "reason", "ok"},
	    {"error", "banned", "reason", "no-such-reason"},
	    {"error", "banned", "status", "9999"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_int_equal(
		    set(odd[i][0], odd[i][1], odd[i][2], odd[i][3]),
		    ERR_CONFIG_INVALID);
}

/* Takes the sample, changes one thing, and expects a refusal. */
static void
expect_bad(
    const char *section, const char *word, const char *key, const char *value)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;

	assert_int_equal(
	    profile_set(profile, section, word, key, value, &why), 0);
	assert_int_equal(profile_check(profile, &why), ERR_CONFIG_INVALID);
	assert_non_null(why);
	profile_free(profile);
}

static void
what_belongs_together_is_checked(void **state)
{
	expect_bad("operation", "revoke", "steps", "not-there");
	expect_bad("request", "list", "path", "/{session}");
	expect_bad("request", "exchange", "body", "{session}");
	expect_bad("request", "token", "header.b", "X: {nothing}");
	expect_bad("error", "new", "", "");
	expect_bad("token", "", "subject", "");
	expect_bad("token", "", "organization", "");
	expect_bad("members", "", "id", "");
}

static void
a_signin_without_a_token_is_refused(void **state)
{
	static const char *const lines[] = {"operation|signin|steps|one",
	    "request|one||", "request|one|method|GET", "request|one|path|/",
	    "request|one|take.x|other=/token", "token||subject|/s",
	    "token||organization|/o", "token||roles|/r", NULL};
	struct profile *profile = profiles_make(lines);
	const char *why = NULL;

	assert_int_equal(profile_check(profile, &why), ERR_CONFIG_INVALID);
	profile_free(profile);
}

static void
a_state_word_that_is_not_listed_is_unknown(void **state)
{
	struct profile *profile = profiles_sample();

	assert_int_equal(profile_state(profile, "active"), MEMBER_ACTIVE);
	assert_int_equal(profile_state(profile, "locked"), MEMBER_SUSPENDED);
	assert_int_equal(profile_state(profile, "Active"), MEMBER_UNKNOWN);
	assert_int_equal(profile_state(profile, ""), MEMBER_UNKNOWN);
	profile_free(profile);
}

static void
templates_come_apart_at_their_placeholders(void **state)
{
	const char *cursor = "a{b_c}{D}{}{e";
	struct profile_piece piece = {0};

	assert_true(profile_next_piece(&cursor, &piece));
	assert_false(piece.is_placeholder);
	assert_int_equal(piece.len, 1);
	assert_true(profile_next_piece(&cursor, &piece));
	assert_true(piece.is_placeholder);
	assert_int_equal(piece.len, 3);
	assert_memory_equal(piece.text, "b_c", 3);
	assert_true(profile_next_piece(&cursor, &piece));
	assert_false(piece.is_placeholder);
	assert_int_equal(piece.len, strlen("{D}{}{e"));
	assert_false(profile_next_piece(&cursor, &piece));
}

static void
too_many_of_anything_is_refused(void **state)
{
	struct profile *profile = profiles_sample();
	const char *why = NULL;
	char name[16];
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < 1000; i++) {
		name[0] = (char)('a' + i / 26);
		name[1] = (char)('a' + i % 26);
		name[2] = '\0';
		r = profile_set(profile, "request", name, "", "", &why);
	}
	assert_int_equal(r, ERR_CONFIG_INVALID);
	assert_int_equal(profile->request_count, PROFILE_REQUESTS_MAX);
	profile_free(profile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unknown_names_are_refused),
	    cmocka_unit_test(odd_values_are_refused),
	    cmocka_unit_test(what_belongs_together_is_checked),
	    cmocka_unit_test(a_signin_without_a_token_is_refused),
	    cmocka_unit_test(a_state_word_that_is_not_listed_is_unknown),
	    cmocka_unit_test(templates_come_apart_at_their_placeholders),
	    cmocka_unit_test(too_many_of_anything_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
