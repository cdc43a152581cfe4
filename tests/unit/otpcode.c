/*
 * otpcode.c - see otpcode.h.
 */
#include "tests/unit/otpcode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "base/otp.h"

const char *
otpcode_at(const char *key, int64_t wall_s)
{
	static char code[8];
	char *secret = NULL;
	size_t len = 0;

	assert_int_equal(
	    oath_base32_decode(key, strlen(key), &secret, &len), OATH_OK);
	assert_int_equal(len, OTP_SECRET_BYTES);
	assert_int_equal(
	    oath_totp_generate(secret, len, wall_s, OTP_STEP_S, 0, 6, code),
	    OATH_OK);
	free(secret);
	return code;
}
