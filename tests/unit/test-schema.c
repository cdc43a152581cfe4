/*
 * test-schema.c - a step that was released is never edited: a host that took
 * it would have other tables than one that is new.
 */
#include "base/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"

/* The first eight bytes of each step's SHA-256. */
static const char *const released[] = {
    "8fbd38da3f1be395",
    "6506d83c2faced35",
    "f177f061788a7df4",
    "df30aef48ef78977",
    "ca945a32cd191f55",
    "38da2955fe81d579",
    "c6c91e0273a98460",
};

static void
released_steps_stay_as_they_are(void **state)
{
	assert_int_equal(
	    schema_version(), sizeof(released) / sizeof(released[0]));
	for (int64_t i = 0; i < schema_version(); i++) {
		const char *sql = schema_step(i);
		uint8_t digest[CRYPTO_SHA256_BYTES];
		char hex[17] = "";

		assert_int_equal(crypto_sha256(sql, strlen(sql), digest), 0);
		for (size_t b = 0; b < 8; b++)
			(void)snprintf(hex + 2 * b, 3, "%02x", digest[b]);
		assert_string_equal(hex, released[i]);
	}
}

static void
there_is_nothing_before_the_first_and_behind_the_last(void **state)
{
	assert_null(schema_step(-1));
	assert_null(schema_step(schema_version()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(released_steps_stay_as_they_are),
	    cmocka_unit_test(
		there_is_nothing_before_the_first_and_behind_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
