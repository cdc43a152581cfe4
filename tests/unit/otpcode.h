/*
 * otpcode.h - for tests: what an authenticator shows.
 */
#pragma once

#include <stdint.h>

/* The code of a key, as totp_offer() gives it, at this wall time; static. */
const char *otpcode_at(const char *key, int64_t wall_s);
