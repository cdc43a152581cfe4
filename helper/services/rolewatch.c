/*
 * rolewatch.c - keeps the name service in step with what tokens told of roles.
 *
 * Promises that groups which a token gave end by themselves, within a minute
 * also where the clock was set meanwhile, and that nothing is written anew for
 * a token that tells what the last one told.  Must not know what a role is
 * good for.
 */
#include "services/rolewatch.h"

#include <stdlib.h>

#include "base/log.h"
#include "common/err.h"

/* Ages of another boot follow the wall clock, which may be set. */
#define LOOK_MS 60000

struct rolewatch {
	struct directory *directory;
	struct lastroles *lastroles;
	int64_t claimed_age_s;
	struct loop_timer *timer;
	bool touched; /* somebody, since the last show */
};

static int
show(struct rolewatch *w, directory_done_fn *fn, void *arg, uint64_t *ret_id)
{
	w->touched = false;
	return directory_show(w->directory, fn, arg, ret_id);
}

static void
on_turned(void *arg, const char *member_id)
{
	struct rolewatch *w = arg;

	directory_touch(w->directory, member_id);
	w->touched = true;
}

static void
ignore(void *arg, const char *member_id)
{
}

/* Until the next look at the ages; on time for who is the next to end. */
static void
wait(struct rolewatch *w, int64_t soonest_ms)
{
	loop_timer_start(
	    w->timer, soonest_ms < LOOK_MS ? soonest_ms + 1 : LOOK_MS);
}

static void
on_timer(void *arg)
{
	struct rolewatch *w = arg;
	uint64_t id = 0;
	int64_t soonest_ms =
	    lastroles_follow(w->lastroles, w->claimed_age_s, on_turned, w);
	int r = w->touched ? show(w, NULL, NULL, &id) : ERR_OK;

	if (r != 0)
		log_error("groups of ended roles not taken back",
		    LOG_TEXT("reason", err_name(r)));
	wait(w, soonest_ms);
}

int
rolewatch_new(struct loop *loop, struct directory *directory,
    struct lastroles *lastroles, int64_t claimed_age_s,
    struct rolewatch **ret_rolewatch)
{
	struct rolewatch *w = calloc(1, sizeof(*w));
	int r = ERR_NO_MEMORY;

	if (w == NULL)
		return r;
	*w = (struct rolewatch){.directory = directory,
	    .lastroles = lastroles,
	    .claimed_age_s = claimed_age_s};
	r = loop_timer_new(loop, on_timer, w, &w->timer);
	if (r != 0) {
		rolewatch_free(w);
		return r;
	}
	/* What is so at the start is in the first list that is shown. */
	wait(w, lastroles_follow(lastroles, claimed_age_s, ignore, NULL));
	*ret_rolewatch = w;
	return ERR_OK;
}

void
rolewatch_free(struct rolewatch *rolewatch)
{
	if (rolewatch == NULL)
		return;
	loop_timer_free(rolewatch->timer);
	free(rolewatch);
}

/* Whether the groups that are shown are those that follow from told. */
static bool
shown_already(const struct rolewatch *w, const char *member_id,
    const struct tokenroles *told)
{
	const struct tokenroles before = lastroles_get(w->lastroles, member_id);

	return lastroles_counted(w->lastroles, member_id)
	    ? tokenroles_left_ms(&before, w->claimed_age_s) >= 0 &&
		tokenroles_same(&before, told)
	    : tokenroles_left_ms(told, w->claimed_age_s) < 0;
}

int
rolewatch_record(struct rolewatch *rolewatch, const char *member_id,
    const struct tokenroles *told, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	struct rolewatch *w = rolewatch;
	bool shown = shown_already(w, member_id, told);
	int fault = lastroles_record(w->lastroles, member_id, told);
	int r = ERR_OK;

	*ret_id = 0;
	if (!shown) {
		directory_touch(w->directory, member_id);
		r = show(w, fn, arg, ret_id);
	}
	return fault != 0 ? fault : r;
}

int
rolewatch_forget(struct rolewatch *rolewatch, const char *member_id)
{
	struct rolewatch *w = rolewatch;
	uint64_t id = 0;
	bool shown = lastroles_counted(w->lastroles, member_id);
	int fault = lastroles_forget(w->lastroles, member_id);
	int r = ERR_OK;

	if (shown) {
		directory_touch(w->directory, member_id);
		r = show(w, NULL, NULL, &id);
	}
	return fault != 0 ? fault : r;
}
