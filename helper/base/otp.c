/*
 * otp.c - codes from liboath, and which time step one belongs to.
 *
 * Promises that all steps are always computed, so that the time taken says
 * nothing of which was met.  Must not know whose secret it is, nor keep the
 * last step.
 */
#include "base/otp.h"

#include <string.h>

#include <liboath/oath.h>

#include "common/err.h"
#include "common/secret.h"

#define DIGITS 6
#define WINDOW 1 /* RFC 6238 5.2 */

int
otp_base32(const uint8_t secret[OTP_SECRET_BYTES], struct buf *out)
{
	char *text CLEANUP(secret_string_cleanup) = NULL;

	if (oath_base32_encode(
		(const char *)secret, OTP_SECRET_BYTES, &text, NULL) != OATH_OK)
		return ERR_NO_MEMORY;
	buf_put_text(out, text);
	return buf_fault(out);
}

static int
make_code(
    const uint8_t secret[OTP_SECRET_BYTES], int64_t step, char out[DIGITS + 1])
{
	return oath_hotp_generate((const char *)secret, OTP_SECRET_BYTES,
		   (uint64_t)step, DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION,
		   out) == OATH_OK
	    ? ERR_OK
	    : ERR_INTERNAL;
}

int
otp_find_step(const uint8_t secret[OTP_SECRET_BYTES], const char *code,
    struct wall_time now, int64_t last_step, int64_t *ret_step)
{
	int64_t now_step = now.s / OTP_STEP_S;
	int64_t found = 0;
	char expected[DIGITS + 1] = "";
	int r = oath_init() == OATH_OK ? ERR_OK : ERR_INTERNAL;

	/* Whatever else is no digit equals no code. */
	if (strlen(code) != DIGITS)
		return ERR_MFA_WRONG;
	for (int64_t step = now_step - WINDOW;
	     r == 0 && step <= now_step + WINDOW; step++) {
		r = make_code(secret, step, expected);
		if (r == 0 && secret_equal(expected, code, DIGITS) &&
		    step > last_step)
			found = step;
	}
	secret_wipe(expected, sizeof(expected));
	if (r == 0 && found == 0)
		r = ERR_MFA_WRONG;
	if (r == 0)
		*ret_step = found;
	return r;
}
