/*
 * test-otp.c - codes against RFC 6238's examples, and which of them count now.
 */
#include "base/otp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

/* The examples' secret; their codes have eight digits, of which the last six
 * are ours. */
static const uint8_t secret[] = "12345678901234567890";

static int
find(const char *code, int64_t now_s, int64_t last_step, int64_t *ret_step)
{
	return otp_find_step(
	    secret, code, (struct wall_time){.s = now_s}, last_step, ret_step);
}

/* Appendix B there. */
static void
codes_match_their_examples(void **state)
{
	static const struct {
		int64_t now_s;
		const char *code;
	} cases[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t step = 0;

		assert_int_equal(
		    find(cases[i].code, cases[i].now_s, 0, &step), 0);
		assert_int_equal(step, cases[i].now_s / 30);
	}
}

static void
t92_one_step_before_and_after_count(void **state)
{
	static const char code[] = "005924";
	static const int64_t of = 1234567890 / 30;

	for (int away = -3; away <= 3; away++) {
		int64_t step = 0;
		int r = find(code, (of - away) * 30, 0, &step);

		if (away < -1 || away > 1) {
			assert_int_equal(r, ERR_MFA_WRONG);
			assert_int_equal(step, 0);
		} else {
			assert_int_equal(r, 0);
			assert_int_equal(step, of);
		}
		/* To the last second of the step. */
		assert_int_equal(
		    find(code, (of - away) * 30 + 29, 0, &step), r);
	}
}

static void
t91_a_step_that_was_used_counts_no_more(void **state)
{
	static const int64_t of = 1234567890 / 30;
	int64_t step = 0;

	assert_int_equal(find("005924", of * 30, of - 1, &step), 0);
	assert_int_equal(find("005924", of * 30, of, &step), ERR_MFA_WRONG);
	assert_int_equal(find("005924", of * 30, of + 1, &step), ERR_MFA_WRONG);
	assert_int_equal(
	    find("005924", of * 30, INT64_MAX, &step), ERR_MFA_WRONG);
}

static void
t95_six_ascii_digits_and_nothing_else(void **state)
{
	static const char *const codes[] = {"", "0", "05924", "5924", "0005924",
	    "005924 ", " 005924", "005 924", "005924\n", "+05924", "-05924",
	    "0x5924", "00592A",
	    "\xef\xbc\x90\xef\xbc\x90"
	    "5924",
	    "\xd9\xa0\xd9\xa0\xd9\xa5", "005924005924", "******"};
	int64_t step = 0;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		assert_int_equal(
		    find(codes[i], 1234567890, 0, &step), ERR_MFA_WRONG);
	assert_int_equal(find("005924", 1234567890, 0, &step), 0);
}

static void
t94_a_million_codes_hold_three(void **state)
{
	int right = 0;

	for (int i = 0; i < 1000000; i++) {
		char code[8];
		int64_t step = 0;

		(void)snprintf(code, sizeof(code), "%06d", i);
		right += find(code, 1234567890, 0, &step) == 0;
	}
	assert_int_equal(right, 3);
}

static void
a_clock_before_1970_knows_no_code(void **state)
{
	int64_t step = 0;

	assert_int_equal(find("287082", -59, 0, &step), ERR_MFA_WRONG);
	assert_int_equal(find("755224", 0, 0, &step), ERR_MFA_WRONG);
}

static void
a_key_is_base32_without_padding(void **state)
{
	struct buf text BUF_AUTO = {.limit = 64};
	struct buf full BUF_AUTO = {.limit = 31};

	assert_int_equal(otp_base32(secret, &text), 0);
	assert_string_equal(
	    buf_text(&text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_int_not_equal(otp_base32(secret, &full), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_match_their_examples),
	    cmocka_unit_test(t92_one_step_before_and_after_count),
	    cmocka_unit_test(t91_a_step_that_was_used_counts_no_more),
	    cmocka_unit_test(t95_six_ascii_digits_and_nothing_else),
	    cmocka_unit_test(t94_a_million_codes_hold_three),
	    cmocka_unit_test(a_clock_before_1970_knows_no_code),
	    cmocka_unit_test(a_key_is_base32_without_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
