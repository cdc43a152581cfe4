/*
 * test-keyhash.c - keys that differ hash differently, by every seed in another
 * way.
 */
#include "rules/keyhash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char seeds[2];

static void
keys_that_differ_hash_differently(void **state)
{
	static const char *const texts[] = {"", "a", "b", "aa", "abcdefgh",
	    "abcdefghi", "abcdefghijklmnop", "bbcdefghijklmnop", "A"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(keyhash_text(seeds, texts[i]),
			    keyhash_text(seeds, texts[j]));
	assert_int_not_equal(
	    keyhash_number(seeds, 1), keyhash_number(seeds, 2));
}

static void
t76_a_seed_changes_every_hash(void **state)
{
	(void)state;
	assert_int_not_equal(
	    keyhash_text(&seeds[0], "a"), keyhash_text(&seeds[1], "a"));
	assert_int_not_equal(
	    keyhash_number(&seeds[0], 1), keyhash_number(&seeds[1], 1));
}

static void
folded_hashes_ignore_ascii_case_only(void **state)
{
	(void)state;
	assert_int_equal(keyhash_folded(seeds, "Ada.Lovelace@X"),
	    keyhash_folded(seeds, "aDA.lOVELACE@x"));
	assert_int_not_equal(
	    keyhash_folded(seeds, "a@"), keyhash_folded(seeds, "a`"));
	assert_int_not_equal(
	    keyhash_folded(seeds, "\xc4"), keyhash_folded(seeds, "\xe4"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_that_differ_hash_differently),
	    cmocka_unit_test(t76_a_seed_changes_every_hash),
	    cmocka_unit_test(folded_hashes_ignore_ascii_case_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
