/*
 * test-purse.c - a purse comes back from its bytes as it was, and from no
 * others.
 */
#include "services/purse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
put(struct purse *purse, const char *organization, const char *jwt,
    int64_t expires_s)
{
	assert_int_equal(purse_put(purse, organization, jwt,
			     "Authorization: Bearer x\n", expires_s),
	    0);
}

static void
fill(struct purse *purse)
{
	assert_int_equal(purse_set(&purse->refresh_token, "refresh"), 0);
	assert_int_equal(purse_set(&purse->active, "org_acme"), 0);
	assert_int_equal(purse_set(&purse->base, "org_base"), 0);
	put(purse, "org_acme", "jwt-1", 1000);
	put(purse, "org_base", "jwt-2", -1);
}

static void
same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
a_purse_comes_back_as_it_was(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	struct purse again PURSE_AUTO = {0};
	struct buf bytes BUF_AUTO = {.limit = PURSE_MAX_BYTES};

	fill(&purse);
	assert_int_equal(purse_format(&purse, &bytes), 0);
	assert_int_equal(purse_parse(bytes.bytes, bytes.len, &again), 0);
	same(again.refresh_token, purse.refresh_token);
	same(again.session_token, NULL);
	same(again.active, "org_acme");
	same(again.base, "org_base");
	assert_int_equal(again.count, 2);
	for (size_t i = 0; i < again.count; i++) {
		same(
		    again.tokens[i].organization, purse.tokens[i].organization);
		same(again.tokens[i].jwt, purse.tokens[i].jwt);
		same(again.tokens[i].headers, purse.tokens[i].headers);
		assert_int_equal(
		    again.tokens[i].expires_s, purse.tokens[i].expires_s);
	}
}

/* Cut at each byte, made longer, of another form, with too many tokens, with a
 * NUL in a text, with a token that lacks a text. */
static void
other_bytes_are_no_purse(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	struct purse again PURSE_AUTO = {0};
	struct buf bytes BUF_AUTO = {.limit = PURSE_MAX_BYTES};

	fill(&purse);
	assert_int_equal(purse_format(&purse, &bytes), 0);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(
		    purse_parse(bytes.bytes, len, &again), ERR_MALFORMED);
	buf_put_u8(&bytes, 0);
	assert_int_equal(
	    purse_parse(bytes.bytes, bytes.len, &again), ERR_MALFORMED);
	bytes.len--;
	bytes.bytes[0]++;
	assert_int_equal(
	    purse_parse(bytes.bytes, bytes.len, &again), ERR_MALFORMED);
	bytes.bytes[0]--;
	bytes.bytes[5] = '\0'; /* in "refresh" */
	assert_int_equal(
	    purse_parse(bytes.bytes, bytes.len, &again), ERR_MALFORMED);
	bytes.bytes[5] = 'r';
	assert_int_equal(purse_parse(bytes.bytes, bytes.len, &again), 0);
	purse_done(&again);
	purse.tokens[0].jwt[0] = '\0';
	buf_reset(&bytes);
	assert_int_equal(purse_format(&purse, &bytes), 0);
	assert_int_equal(
	    purse_parse(bytes.bytes, bytes.len, &again), ERR_MALFORMED);
	assert_null(again.active);
}

static void
the_token_that_ends_first_makes_room(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	char name[16];

	for (int i = 0; i < PURSE_TOKENS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "org_%d", i);
		put(&purse, name, "jwt", i == 3 ? 10 : 100 + i);
	}
	put(&purse, "org_0", "newer", 500);
	assert_int_equal(purse.count, PURSE_TOKENS_MAX);
	assert_string_equal(purse_find(&purse, "org_0")->jwt, "newer");
	put(&purse, "org_new", "jwt", 50);
	assert_int_equal(purse.count, PURSE_TOKENS_MAX);
	assert_null(purse_find(&purse, "org_3"));
	assert_non_null(purse_find(&purse, "org_new"));
	purse_drop(&purse, "org_new");
	assert_null(purse_find(&purse, "org_new"));
	purse_drop(&purse, "org_new");
	assert_int_equal(purse.count, PURSE_TOKENS_MAX - 1);
	assert_null(purse_find(&purse, "ORG_NEW"));
}

static void
headers_that_fit_no_answer_are_refused(void **state)
{
	struct purse purse PURSE_AUTO = {0};
	char *headers = calloc(1, PURSE_HEADERS_MAX_BYTES + 2);

	assert_non_null(headers);
	memset(headers, 'h', PURSE_HEADERS_MAX_BYTES + 1);
	assert_int_equal(
	    purse_put(&purse, "x", "x", headers, 1), ERR_TOO_LARGE);
	assert_int_equal(purse.count, 0);
	headers[PURSE_HEADERS_MAX_BYTES] = '\0';
	assert_int_equal(purse_put(&purse, "x", "x", headers, 1), 0);
	free(headers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_purse_comes_back_as_it_was),
	    cmocka_unit_test(other_bytes_are_no_purse),
	    cmocka_unit_test(the_token_that_ends_first_makes_room),
	    cmocka_unit_test(headers_that_fit_no_answer_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
