/*
 * times.h - the two kinds of time as two types, so that they cannot be mixed.
 */
#pragma once

#include <stdint.h>

/* Seconds since 1970-01-01T00:00:00Z; can be set back by an administrator. */
struct wall_time {
	int64_t s;
};

/* Milliseconds since boot, suspended time included; never goes back. */
struct boot_time {
	int64_t ms;
};

#define TIMES_UTC_SIZE 24

/* "2026-11-21T15:00:00Z" (RFC 3339); "" outside the years 1970 to 9999. Returns
 * out. */
const char *times_utc(struct wall_time time, char out[TIMES_UTC_SIZE]);
