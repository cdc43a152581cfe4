/*
 * clock.h - wall time and time since boot, as two types that do not mix.
 *
 * Ages and deadlines use struct boot_time, which cannot be set back; only what
 * others wrote down (exp, iat, soft and hard age) is compared with struct
 * wall_time.  A test replaces the clock; the product uses clock_system().
 */
#pragma once

#include <stdint.h>

#include "common/attrs.h"
#include "common/times.h"

struct clock {
	struct wall_time (*wall)(const struct clock *clock);
	struct boot_time (*boot)(const struct clock *clock);
};

#define CLOCK_BOOT_ID_SIZE 37

/* The kernel's id of this boot (random(4)), NUL-terminated. ERR_IO. */
MUST_CHECK int clock_boot_id(char out[CLOCK_BOOT_ID_SIZE]);

/* How long this thread has been running on a processor, for measuring work. */
int64_t clock_thread_ms(void);

/* CLOCK_REALTIME and CLOCK_BOOTTIME. Static; never freed. */
const struct clock *clock_system(void);

/* A clock that stands still until it is told otherwise. */
struct clock_fake {
	struct clock clock;
	struct wall_time wall;
	struct boot_time boot;
};
void clock_fake_init(struct clock_fake *fake, int64_t wall_s, int64_t boot_ms);
void clock_fake_advance(struct clock_fake *fake, int64_t ms);

static inline struct wall_time
clock_wall(const struct clock *clock)
{
	return clock->wall(clock);
}

static inline struct boot_time
clock_boot(const struct clock *clock)
{
	return clock->boot(clock);
}
