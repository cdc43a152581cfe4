/*
 * confirmed.c - the time of the last complete answer, kept as wall time, boot
 * and time since boot.
 *
 * Promises that neither a reboot nor a clock that was set back makes an answer
 * younger.  Must not know what was answered, nor which age is too old.
 */
#include "services/confirmed.h"

#include <string.h>

#include "common/err.h"
#include "services/meta.h"

/* A wall clock that is further back than this was set back. */
#define SLACK_S 60

struct confirmed
confirmed_now(const struct clock *clock, const char boot_id[CLOCK_BOOT_ID_SIZE])
{
	struct confirmed now = {.known = true,
	    .wall = clock_wall(clock),
	    .boot = clock_boot(clock)};

	memcpy(now.boot_id, boot_id, sizeof(now.boot_id));
	return now;
}

int64_t
confirmed_age_ms(const struct confirmed *confirmed, const struct clock *clock,
    const char boot_id[CLOCK_BOOT_ID_SIZE])
{
	int64_t boot_ms = clock_boot(clock).ms;
	int64_t wall_s = clock_wall(clock).s - confirmed->wall.s;

	if (!confirmed->known)
		return -1;
	if (strcmp(confirmed->boot_id, boot_id) == 0)
		return boot_ms - confirmed->boot.ms;
	if (wall_s < -SLACK_S || wall_s > INT64_MAX / 1000)
		return INT64_MAX;
	return wall_s * 1000 > boot_ms ? wall_s * 1000 : boot_ms;
}

int
confirmed_store(struct db *db, const struct confirmed *confirmed)
{
	int err = 0;

	if (!confirmed->known)
		return 0;
	err = meta_set_number(
	    db, "confirmed_wall_s", (uint64_t)confirmed->wall.s);
	if (err == 0)
		err = meta_set_number(
		    db, "confirmed_boot_ms", (uint64_t)confirmed->boot.ms);
	if (err == 0)
		err = meta_set(db, "confirmed_boot_id", confirmed->boot_id);
	return err;
}

int
confirmed_load(struct db *db, struct confirmed *ret_confirmed)
{
	struct confirmed stored = {.known = true};
	uint64_t wall_s = 0;
	uint64_t boot_ms = 0;
	int err = meta_get_number(db, "confirmed_wall_s", &wall_s);

	if (err == ERR_NOT_FOUND) {
		*ret_confirmed = (struct confirmed){0};
		return 0;
	}
	if (err == 0)
		err = meta_get_number(db, "confirmed_boot_ms", &boot_ms);
	if (err == 0)
		err = meta_get(db, "confirmed_boot_id", stored.boot_id,
		    sizeof(stored.boot_id));
	if (err == ERR_NOT_FOUND ||
	    (err == 0 && (wall_s > INT64_MAX || boot_ms > INT64_MAX)))
		err = ERR_STATE_DAMAGED;
	if (err != 0)
		return err;
	stored.wall.s = (int64_t)wall_s;
	stored.boot.ms = (int64_t)boot_ms;
	*ret_confirmed = stored;
	return 0;
}
