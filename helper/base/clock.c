/*
 * clock.c - the system's two clocks, and one that tests move by hand.
 *
 * Promises that boot time counts suspended time and never goes back.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"

static struct wall_time
system_wall(const struct clock *clock)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (struct wall_time){.s = now.tv_sec};
}

static int64_t
read_ms(clockid_t clock)
{
	struct timespec now = {0};

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct boot_time
system_boot(const struct clock *clock)
{
	return (struct boot_time){.ms = read_ms(CLOCK_BOOTTIME)};
}

int64_t
clock_thread_ms(void)
{
	return read_ms(CLOCK_THREAD_CPUTIME_ID);
}

int
clock_boot_id(char out[CLOCK_BOOT_ID_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return ERR_IO;
	n = read(fd, out, CLOCK_BOOT_ID_SIZE - 1);
	(void)close(fd);
	if (n != CLOCK_BOOT_ID_SIZE - 1)
		return ERR_IO;
	out[n] = '\0';
	return ERR_OK;
}

const struct clock *
clock_system(void)
{
	static const struct clock clock = {system_wall, system_boot};

	return &clock;
}

/* The clock is the first member, so its address is the fake's own. */
static struct wall_time
fake_wall(const struct clock *clock)
{
	return ((const struct clock_fake *)clock)->wall;
}

static struct boot_time
fake_boot(const struct clock *clock)
{
	return ((const struct clock_fake *)clock)->boot;
}

void
clock_fake_init(struct clock_fake *fake, int64_t wall_s, int64_t boot_ms)
{
	*fake = (struct clock_fake){
	    .clock = {fake_wall, fake_boot},
	    .wall = {wall_s},
	    .boot = {boot_ms},
	};
}

void
clock_fake_advance(struct clock_fake *fake, int64_t ms)
{
	/* Whole seconds of the wall follow the boot clock's, so that many
	 * short steps add up. */
	fake->wall.s -= fake->boot.ms / 1000;
	fake->boot.ms += ms;
	fake->wall.s += fake->boot.ms / 1000;
}
