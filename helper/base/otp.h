/*
 * otp.h - time-based one-time codes (RFC 6238) of six digits and 30 seconds;
 * the only user of liboath.  Pure.
 */
#pragma once

#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "common/times.h"

#define OTP_SECRET_BYTES 20 /* RFC 4226 4, R6 */
#define OTP_STEP_S 30

/* RFC 4648 6, as authenticators take a key. Appends to out. */
MUST_CHECK int otp_base32(
    const uint8_t secret[OTP_SECRET_BYTES], struct buf *out);

/*
 * The time step whose code this is: that of now, the one before or the one
 * after, and behind last_step, which was used (0: none was).  MFA_WRONG: it is
 * of none of them, or not six ASCII digits.
 */
MUST_CHECK int otp_find_step(const uint8_t secret[OTP_SECRET_BYTES],
    const char *code, struct wall_time now, int64_t last_step,
    int64_t *ret_step);
