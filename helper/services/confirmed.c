/*
 * confirmed.c - the time of the last complete answer, kept as wall time, boot
 * and time since boot.
 *
 * Promises that neither a reboot nor a clock that was set back makes an answer
 * younger than it was at any look.  Must not know what was answered, nor which
 * age is too old.
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
	    .seen = clock_wall(clock),
	    .boot = clock_boot(clock)};

	memcpy(now.boot_id, boot_id, sizeof(now.boot_id));
	return now;
}

bool
confirmed_set_back(const struct confirmed *confirmed, const struct clock *clock)
{
	return confirmed->known &&
	    clock_wall(clock).s < confirmed->seen.s - SLACK_S;
}

/* What has passed since the last look; INT64_MAX: nobody can tell. */
static int64_t
since_look_ms(const struct confirmed *confirmed, const struct clock *clock,
    const char boot_id[CLOCK_BOOT_ID_SIZE])
{
	int64_t boot_ms = clock_boot(clock).ms;
	int64_t wall_s = clock_wall(clock).s - confirmed->seen.s;

	if (strcmp(confirmed->boot_id, boot_id) == 0)
		return boot_ms - confirmed->boot.ms;
	if (confirmed_set_back(confirmed, clock) || wall_s > INT64_MAX / 1000)
		return INT64_MAX;
	return wall_s * 1000 > boot_ms ? wall_s * 1000 : boot_ms;
}

int64_t
confirmed_age_ms(const struct confirmed *confirmed, const struct clock *clock,
    const char boot_id[CLOCK_BOOT_ID_SIZE])
{
	int64_t since_ms = since_look_ms(confirmed, clock, boot_id);

	if (!confirmed->known)
		return -1;
	return since_ms > INT64_MAX - confirmed->age_ms
	    ? INT64_MAX
	    : confirmed->age_ms + since_ms;
}

void
confirmed_look(struct confirmed *confirmed, const struct clock *clock,
    const char boot_id[CLOCK_BOOT_ID_SIZE])
{
	int64_t age_ms = confirmed_age_ms(confirmed, clock, boot_id);
	struct confirmed looked = confirmed_now(clock, boot_id);

	if (age_ms < 0 || age_ms == INT64_MAX ||
	    confirmed_set_back(confirmed, clock))
		return;
	looked.wall = confirmed->wall;
	looked.age_ms = age_ms;
	*confirmed = looked;
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
	if (err == 0)
		err = meta_set_number(
		    db, "confirmed_seen_s", (uint64_t)confirmed->seen.s);
	if (err == 0)
		err = meta_set_number(
		    db, "confirmed_age_ms", (uint64_t)confirmed->age_ms);
	return err;
}

/* Times are stored as they are: none lies before 1970. */
static int
load_time(struct db *db, const char *key, int64_t *ret_time)
{
	uint64_t number = 0;
	int err = meta_get_number(db, key, &number);

	if (err == 0 && number > INT64_MAX)
		err = ERR_STATE_DAMAGED;
	if (err == 0)
		*ret_time = (int64_t)number;
	return err;
}

/* The last look is stored since it may be later than the answer. */
static int
load_look(struct db *db, struct confirmed *confirmed)
{
	int err = load_time(db, "confirmed_seen_s", &confirmed->seen.s);

	if (err == ERR_NOT_FOUND) {
		confirmed->seen = confirmed->wall;
		return 0;
	}
	return err == 0 ? load_time(db, "confirmed_age_ms", &confirmed->age_ms)
			: err;
}

int
confirmed_load(struct db *db, struct confirmed *ret_confirmed)
{
	struct confirmed stored = {.known = true};
	int err = load_time(db, "confirmed_wall_s", &stored.wall.s);

	if (err == ERR_NOT_FOUND) {
		*ret_confirmed = (struct confirmed){0};
		return 0;
	}
	if (err == 0)
		err = load_time(db, "confirmed_boot_ms", &stored.boot.ms);
	if (err == 0)
		err = meta_get(db, "confirmed_boot_id", stored.boot_id,
		    sizeof(stored.boot_id));
	if (err == 0)
		err = load_look(db, &stored);
	if (err == 0)
		*ret_confirmed = stored;
	return err == ERR_NOT_FOUND ? ERR_STATE_DAMAGED : err;
}
