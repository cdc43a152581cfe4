/*
 * stamp.h - moments as others write them (RFC 3339) to seconds and back.
 * Pure; no time zone of the host is looked at.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

#define STAMP_SIZE 24 /* bytes of a formatted stamp with its NUL */

/* "2026-01-02T03:04:05[.fraction](Z|+hh:mm|-hh:mm)" to seconds since 1970; a
 * fraction is dropped.  Years 1970 to 9999. ERR_MALFORMED. */
MUST_CHECK int stamp_parse(const char *text, int64_t *ret_s);
/* "2026-01-02T03:04:05Z"; s from 0 to the end of 9999, else the nearest. */
void stamp_format(int64_t s, char out[STAMP_SIZE]);
