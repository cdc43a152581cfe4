/*
 * test-visited.c - a list is asked whether it stands only as it was taken.
 */
#include "services/visited.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/err.h"

static void
note(struct visited *v, const char *url, const char *etag, const char *changed)
{
	const struct http_response response = {
	    .etag = etag, .last_modified = changed};

	visited_note(v, url, &response);
}

static int
set_up(void **state)
{
	struct visited *v = NULL;

	assert_int_equal(visited_new(&v), 0);
	*state = v;
	return 0;
}

static int
tear_down(void **state)
{
	visited_free(*state);
	return 0;
}

static void
a_list_is_asked_for_only_once_it_was_kept(void **state)
{
	struct visited *v = *state;

	visited_begin(v);
	note(v, "https://x.test/1", "\"a\"", "yesterday");
	note(v, "https://x.test/2", "", "yesterday");
	assert_int_equal(visited_count(v), 0);
	visited_keep(v);
	assert_int_equal(visited_count(v), 2);
	assert_string_equal(visited_url(v, 1), "https://x.test/2");
	assert_null(visited_url(v, 2));
	assert_string_equal(visited_condition(v, 0, "https://x.test/1"),
	    "if-none-match: \"a\"");
	assert_string_equal(visited_condition(v, 1, "https://x.test/2"),
	    "if-modified-since: yesterday");
	assert_null(visited_condition(v, 0, "https://x.test/2"));
	assert_null(visited_condition(v, 2, "https://x.test/2"));
	visited_forget(v);
	assert_int_equal(visited_count(v), 0);
}

static void
a_reading_that_was_not_kept_leaves_the_list(void **state)
{
	struct visited *v = *state;

	visited_begin(v);
	note(v, "https://x.test/1", "\"a\"", "");
	visited_keep(v);
	visited_begin(v);
	note(v, "https://x.test/1", "\"b\"", "");
	visited_begin(v);
	assert_string_equal(visited_condition(v, 0, "https://x.test/1"),
	    "if-none-match: \"a\"");
	note(v, "https://x.test/1", "\"c\"", "");
	visited_keep(v);
	assert_int_equal(visited_count(v), 1);
	assert_string_equal(visited_condition(v, 0, "https://x.test/1"),
	    "if-none-match: \"c\"");
}

static void
one_page_without_a_validator_spoils_the_list(void **state)
{
	struct visited *v = *state;

	visited_begin(v);
	note(v, "https://x.test/1", "\"a\"", "");
	note(v, "https://x.test/2", "", "");
	note(v, "https://x.test/3", "\"c\"", "");
	visited_keep(v);
	assert_int_equal(visited_count(v), 0);
	visited_begin(v);
	note(v, "https://x.test/1", "\"a\"", "");
	visited_keep(v);
	assert_int_equal(visited_count(v), 1);
}

static void
a_list_of_very_many_pages_is_not_kept(void **state)
{
	struct visited *v = *state;
	char url[64];

	for (size_t pages = VISITED_PAGES_MAX; pages <= VISITED_PAGES_MAX + 1;
	     pages++) {
		visited_begin(v);
		for (size_t i = 0; i < pages; i++) {
			snprintf(url, sizeof(url), "https://x.test/%zu", i);
			note(v, url, "\"a\"", "");
		}
		visited_keep(v);
		assert_int_equal(
		    visited_count(v), pages > VISITED_PAGES_MAX ? 0 : pages);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_list_is_asked_for_only_once_it_was_kept),
	    TEST(a_reading_that_was_not_kept_leaves_the_list),
	    TEST(one_page_without_a_validator_spoils_the_list),
	    TEST(a_list_of_very_many_pages_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
