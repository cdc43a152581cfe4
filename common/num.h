/*
 * num.h - numbers and durations as people write them.
 *
 * Strict: ASCII digits only, no sign, no blank, nothing behind.  Pure.
 */
#pragma once

#include <stdint.h>

#include "common/attrs.h"

/* 0..most, in decimal. ERR_MALFORMED for everything else. */
MUST_CHECK int num_parse(const char *text, uint64_t most, uint64_t *ret_value);

/* "90s", "15m", "12h", "7d", or "0", in seconds, at most ten years. */
MUST_CHECK int num_parse_duration(const char *text, int64_t *ret_s);
