/*
 * test-weakpin.c - what is refused as a PIN, and that the rest is not.
 */
#include "rules/weakpin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"

static void
weak_ones_are_refused(void **state)
{
	static const char *const weak[] = {"", "1", "48151", "ab&9x", "äöüäö",
	    /* one character, and pieces */
	    "000000", "ffffffff", "121212", "1212121", "123123", "abcabcab",
	    "474747474747",
	    /* runs */
	    "123456", "1234567890", "345678", "567890", "890123", "987654",
	    "321098", "abcdefgh", "fedcba",
	    /* what everybody takes, and with digits around it */
	    "qwertz", "Password", "passwort1", "12hallo34", "PIN1234", "112233",
	    "orglogin2024", "1Q2W3E",
	    /* the name */
	    "lovelace", "LoveLace", "lovelace1815", "18lovelace"};

	for (size_t i = 0; i < ARRAY_SIZE(weak); i++)
		if (!weakpin_is(weak[i], "lovelace"))
			fail_msg("taken: %s", weak[i]);
}

static void
others_are_taken(void **state)
{
	static const char *const good[] = {"481516", "274185", "100200",
	    "113355", "correct horse", "lovelace*", "äöüßéè", "12a456",
	    "abcdeg", "qwertz!1", "135791"};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (weakpin_is(good[i], "lovelace"))
			fail_msg("refused: %s", good[i]);
	/* No name is in every PIN. */
	assert_false(weakpin_is("481516", ""));
}

static void
the_longest_has_128_bytes(void **state)
{
	char pin[WEAKPIN_BYTES_MAX + 2];

	for (size_t i = 0; i < sizeof(pin); i++)
		pin[i] = (char)('a' + i * i / 3 % 26);
	pin[WEAKPIN_BYTES_MAX] = '\0';
	assert_false(weakpin_is(pin, ""));
	pin[WEAKPIN_BYTES_MAX] = 'a';
	pin[WEAKPIN_BYTES_MAX + 1] = '\0';
	assert_true(weakpin_is(pin, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(weak_ones_are_refused),
	    cmocka_unit_test(others_are_taken),
	    cmocka_unit_test(the_longest_has_128_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
