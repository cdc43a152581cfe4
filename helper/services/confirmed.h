/*
 * confirmed.h - when the source last gave a complete answer, and how long ago
 * that is, whatever was done to the clock since.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"

struct confirmed {
	bool known;
	struct wall_time wall;
	struct boot_time boot;
	char boot_id[CLOCK_BOOT_ID_SIZE];
};

struct confirmed confirmed_now(
    const struct clock *clock, const char boot_id[CLOCK_BOOT_ID_SIZE]);

/*
 * -1: never.  Within the boot in which it was confirmed, the time since boot
 * alone counts.  After another boot the wall clock counts, but never less than
 * the time since that boot; when the clock stands before the confirmation it
 * was set back, and the age is INT64_MAX.
 */
int64_t confirmed_age_ms(const struct confirmed *confirmed,
    const struct clock *clock, const char boot_id[CLOCK_BOOT_ID_SIZE]);

/* Inside the caller's transaction; an unknown one is not written. */
MUST_CHECK int confirmed_store(
    struct db *db, const struct confirmed *confirmed);
/* One that was never stored is not known. STATE_DAMAGED. */
MUST_CHECK int confirmed_load(struct db *db, struct confirmed *ret_confirmed);
