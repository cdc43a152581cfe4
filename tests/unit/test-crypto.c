/*
 * test-crypto.c - digests against their standard's examples, and a base64url
 * decoder that takes one spelling of each byte string only.
 */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
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
	struct crypto_hasher *hasher = NULL;

	assert_int_equal(crypto_hasher_new(&hasher), 0);
	for (int i = 0; i < 2; i++) {
		memset(short_out, 0, sizeof(short_out));
		assert_int_equal(
		    crypto_hasher_sha256(hasher, "abc", 3, short_out), 0);
		assert_memory_equal(short_out, sha256, sizeof(sha256));
	}
	crypto_hasher_free(hasher);
	assert_int_equal(crypto_sha256("abc", 3, short_out), 0);
	assert_memory_equal(short_out, sha256, sizeof(sha256));
	assert_int_equal(crypto_sha512("abc", 3, long_out), 0);
	assert_memory_equal(long_out, sha512, sizeof(sha512));
}

/* RFC 7914 12, by their first bytes. */
static void
scrypt_matches_its_examples(void **state)
{
	static const struct {
		const char *secret;
		const char *salt;
		struct crypto_scrypt_cost cost;
		uint8_t begins[8];
	} cases[] = {
	    {"", "", {4, 1, 1},
		{0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20}},
	    {"password", "NaCl", {10, 8, 16},
		{0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00}},
	    {"pleaseletmein", "SodiumChloride", {14, 8, 1},
		{0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf secret BUF_AUTO = {.limit = 64};
		struct buf salt BUF_AUTO = {.limit = 64};
		uint8_t out[64];

		buf_put_text(&secret, cases[i].secret);
		buf_put_text(&salt, cases[i].salt);
		assert_int_equal(crypto_scrypt(&secret, &salt, &cases[i].cost,
				     out, sizeof(out)),
		    0);
		assert_memory_equal(out, cases[i].begins, 8);
	}
}

static void
scrypt_refuses_a_cost_that_is_none(void **state)
{
	static const struct crypto_scrypt_cost costs[] = {
	    {0, 8, 1}, {14, 0, 1}, {14, 8, 0}, {255, 255, 255}};
	const struct buf text = {0};
	uint8_t out[32];

	for (size_t i = 0; i < ARRAY_SIZE(costs); i++)
		assert_int_equal(
		    crypto_scrypt(&text, &text, &costs[i], out, sizeof(out)),
		    ERR_INTERNAL);
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
base64url_encodes_what_it_decodes(void **state)
{
	uint8_t bytes[70];

	for (size_t len = 0; len < sizeof(bytes); len++) {
		struct buf text BUF_AUTO = {.limit = 128};
		struct buf back BUF_AUTO = {.limit = 128};

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(i * 37 + len * 101);
		crypto_base64url_encode(bytes, len, &text);
		assert_int_equal(text.len, (len * 8 + 5) / 6);
		assert_int_equal(crypto_base64url_decode(
				     (const char *)text.bytes, text.len, &back),
		    0);
		assert_int_equal(back.len, len);
		if (len > 0)
			assert_memory_equal(back.bytes, bytes, len);
	}
}

static void
base64url_respects_the_limit(void **state)
{
	struct buf out BUF_AUTO = {.limit = 2};

	assert_int_equal(
	    crypto_base64url_decode("Zm9v", 4, &out), ERR_NO_SPACE);
}

static void
what_the_standard_sealed_opens(void **state)
{
	/* NIST SP 800-38D, test case 14: key, nonce and 16 bytes of zero. */
	static const uint8_t key[CRYPTO_KEY_BYTES];
	static const uint8_t sealed[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5,
	    0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99,
	    0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19};
	static const uint8_t zero[16];
	struct buf none BUF_AUTO = {.limit = 16};
	struct buf out BUF_AUTO = {.limit = 64};

	assert_int_equal(
	    crypto_unseal(key, &none, sealed, sizeof(sealed), &out), 0);
	assert_int_equal(out.len, sizeof(zero));
	assert_memory_equal(out.bytes, zero, sizeof(zero));
}

static void
t85_what_was_sealed_opens_whole_or_not_at_all(void **state)
{
	static const char secret[] = "secret";
	uint8_t key[CRYPTO_KEY_BYTES] = {1};
	struct buf aad BUF_AUTO = {.limit = 16};
	struct buf sealed BUF_AUTO = {.limit = 64};
	struct buf out BUF_AUTO = {.limit = 64};

	buf_put_text(&aad, "whose");
	assert_int_equal(
	    crypto_seal(key, &aad, secret, strlen(secret), &sealed), 0);
	assert_int_equal(sealed.len, strlen(secret) + CRYPTO_SEAL_BYTES);
	assert_int_equal(
	    crypto_unseal(key, &aad, sealed.bytes, sealed.len, &out), 0);
	assert_string_equal(buf_text(&out), secret);
	buf_reset(&out);
	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
		    crypto_unseal(key, &aad, sealed.bytes, sealed.len, &out),
		    ERR_MALFORMED);
		sealed.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < sealed.len; len++)
		assert_int_equal(
		    crypto_unseal(key, &aad, sealed.bytes, len, &out),
		    ERR_MALFORMED);
	aad.bytes[0] ^= 1;
	assert_int_equal(
	    crypto_unseal(key, &aad, sealed.bytes, sealed.len, &out),
	    ERR_MALFORMED);
	aad.bytes[0] ^= 1;
	key[31] ^= 1;
	assert_int_equal(
	    crypto_unseal(key, &aad, sealed.bytes, sealed.len, &out),
	    ERR_MALFORMED);
	assert_int_equal(out.len, 0);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

static void
t86_no_nonce_comes_twice(void **state)
{
	enum { COUNT = 200000 };
	static uint8_t nonces[COUNT][12];
	const uint8_t key[CRYPTO_KEY_BYTES] = {2};
	struct buf aad BUF_AUTO = {.limit = 16};
	struct buf sealed BUF_AUTO = {.limit = 64};

	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(crypto_seal(key, &aad, "x", 1, &sealed), 0);
		memcpy(nonces[i], sealed.bytes, sizeof(nonces[i]));
		buf_reset(&sealed);
	}
	qsort(nonces, COUNT, sizeof(nonces[0]), by_bytes);
	for (size_t i = 1; i < COUNT; i++)
		assert_memory_not_equal(
		    nonces[i - 1], nonces[i], sizeof(nonces[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_standard_sealed_opens),
	    cmocka_unit_test(t85_what_was_sealed_opens_whole_or_not_at_all),
	    cmocka_unit_test(t86_no_nonce_comes_twice),
	    cmocka_unit_test(random_bytes_differ),
	    cmocka_unit_test(digests_match_their_examples),
	    cmocka_unit_test(scrypt_matches_its_examples),
	    cmocka_unit_test(scrypt_refuses_a_cost_that_is_none),
	    cmocka_unit_test(base64url_decodes),
	    cmocka_unit_test(t3_other_spellings_are_refused),
	    cmocka_unit_test(t3_each_byte_string_has_one_spelling),
	    cmocka_unit_test(base64url_encodes_what_it_decodes),
	    cmocka_unit_test(base64url_respects_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
