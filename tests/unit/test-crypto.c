/*
 * test-crypto.c - digests against their standard's examples, and a base64url
 * decoder that takes one spelling of each byte string only.
 */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
random_bytes_differ(void **state)
{
	uint8_t a[32] = {0}, b[32] = {0};

	assert_int_equal(crypto_random(a, sizeof(a)), 0);
	assert_int_equal(crypto_random(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(crypto_random(a, SIZE_MAX), ERR_INVALID_ARGUMENT);
}

/* FIPS 180-4's example "abc". */
static void
digests_match_their_examples(void **state)
{
	static const uint8_t sha256[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01};
	static const uint8_t sha512[] = {0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61};
	uint8_t short_out[CRYPTO_SHA256_BYTES];
	uint8_t long_out[CRYPTO_SHA512_BYTES];

	assert_int_equal(crypto_sha256("abc", 3, short_out), 0);
	assert_memory_equal(short_out, sha256, sizeof(sha256));
	assert_int_equal(crypto_sha512("abc", 3, long_out), 0);
	assert_memory_equal(long_out, sha512, sizeof(sha512));
}

static void
decodes(const char *text, const char *expected)
{
	struct buf out BUF_AUTO = {.limit = 64};

	assert_int_equal(crypto_base64url_decode(text, strlen(text), &out), 0);
	assert_string_equal(buf_text(&out), expected);
	assert_int_equal(out.len, strlen(expected));
}

static void
base64url_decodes(void **state)
{
	decodes("", "");
	decodes("Zg", "f");
	decodes("Zm8", "fo");
	decodes("Zm9v", "foo");
	decodes("Zm9vYg", "foob");
	decodes("Zm9vYmE", "fooba");
	decodes("Zm9vYmFy", "foobar");
	decodes("_-_-", "\xff\xef\xfe");
}

static void
t3_other_spellings_are_refused(void **state)
{
	static const char *const texts[] = {"Z", "Zm9vY",
	    "Zg==", "Zg=", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "+/+/",
	    "Zh", "Zn", "Zm9", "Zm-", "Zm9vYh", "Zm9v.", "Zm9v\x80"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf out BUF_AUTO = {.limit = 64};
		int r =
		    crypto_base64url_decode(texts[i], strlen(texts[i]), &out);
		if (r != ERR_MALFORMED || out.len != 0)
			fail_msg("%s was taken", texts[i]);
	}
	struct buf out BUF_AUTO = {.limit = 64};
	assert_int_equal(
	    crypto_base64url_decode("Zm\0v", 4, &out), ERR_MALFORMED);
}

/* Of the 64 letters that may end a text of two, four encode a byte. */
static void
t3_each_byte_string_has_one_spelling(void **state)
{
	unsigned int taken = 0;

	for (unsigned int c = 1; c < 256; c++) {
		char text[3] = {'A', (char)c, '\0'};
		struct buf out BUF_AUTO = {.limit = 64};
		taken += crypto_base64url_decode(text, 2, &out) == 0;
	}
	assert_int_equal(taken, 4);
}

static void
base64url_respects_the_limit(void **state)
{
	struct buf out BUF_AUTO = {.limit = 2};

	assert_int_equal(
	    crypto_base64url_decode("Zm9v", 4, &out), ERR_NO_SPACE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_bytes_differ),
	    cmocka_unit_test(digests_match_their_examples),
	    cmocka_unit_test(base64url_decodes),
	    cmocka_unit_test(t3_other_spellings_are_refused),
	    cmocka_unit_test(t3_each_byte_string_has_one_spelling),
	    cmocka_unit_test(base64url_respects_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
