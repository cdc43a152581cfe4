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
	struct wall_time wall; /* of the answer */
	/* The last look at the clock, and how old the answer was by then. */
	struct wall_time seen;
	struct boot_time boot;
	char boot_id[CLOCK_BOOT_ID_SIZE];
	int64_t age_ms;
};

struct confirmed confirmed_now(
    const struct clock *clock, const char boot_id[CLOCK_BOOT_ID_SIZE]);

/*
 * -1: never.  At least the age of the last look, and what has passed since:
 * within one boot by the time since boot alone, after another boot by the wall
 * clock, but never less than the time since that boot.  INT64_MAX where the
 * clock was set back between two boots, for ever.
 */
int64_t confirmed_age_ms(const struct confirmed *confirmed,
    const struct clock *clock, const char boot_id[CLOCK_BOOT_ID_SIZE]);
/* The wall clock stands before what it was seen at. */
bool confirmed_set_back(
    const struct confirmed *confirmed, const struct clock *clock);
/* Looks at the clock now, so that the time that has passed cannot be taken
 * back by a reboot with another clock.  Nothing for an unknown one, and where
 * the clock was set back. */
void confirmed_look(struct confirmed *confirmed, const struct clock *clock,
    const char boot_id[CLOCK_BOOT_ID_SIZE]);

/* Inside the caller's transaction; an unknown one is not written. */
MUST_CHECK int confirmed_store(
    struct db *db, const struct confirmed *confirmed);
/* One that was never stored is not known. STATE_DAMAGED. */
MUST_CHECK int confirmed_load(struct db *db, struct confirmed *ret_confirmed);
