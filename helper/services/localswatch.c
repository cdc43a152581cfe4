/*
 * localswatch.c - watches the folder of passwd and group, not the files: they
 * are replaced by rename, and a watch on a file would stay with the old one.
 *
 * Must not read the files, nor know what follows from a change.
 */
#include "services/localswatch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"

struct localswatch {
	struct loop_watch *folder; /* NULL: could not be watched */
	struct loop_timer *timer;
	loop_fn *fn;
	void *arg;
};

static bool
is_watched(const char *name)
{
	static const char *const names[] = {
	    "passwd", "group", "subuid", "subgid", "shells"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The timer is not moved by more events, so that a file which changes all the
 * time delays nothing. */
static void
on_event(void *arg, const char *file_name)
{
	struct localswatch *watch = arg;

	if ((file_name == NULL || is_watched(file_name)) &&
	    !loop_timer_active(watch->timer))
		loop_timer_start(watch->timer, LOCALSWATCH_DELAY_MS);
}

static void
on_timer(void *arg)
{
	struct localswatch *watch = arg;

	watch->fn(watch->arg);
}

int
localswatch_new(struct loop *loop, const char *folder, loop_fn *fn, void *arg,
    struct localswatch **ret_watch)
{
	struct localswatch *watch = calloc(1, sizeof(*watch));
	int err = ERR_NO_MEMORY;

	if (watch == NULL)
		return err;
	watch->fn = fn;
	watch->arg = arg;
	err = loop_timer_new(loop, on_timer, watch, &watch->timer);
	if (err != 0) {
		localswatch_free(watch);
		return err;
	}
	err = loop_watch_new(loop, folder, on_event, watch, &watch->folder);
	if (err != 0)
		log_warning("local users are looked at on the beat only",
		    LOG_TEXT("folder", folder),
		    LOG_TEXT("reason", err_name(err)));
	*ret_watch = watch;
	return 0;
}

void
localswatch_free(struct localswatch *watch)
{
	if (watch == NULL)
		return;
	loop_watch_free(watch->folder);
	loop_timer_free(watch->timer);
	free(watch);
}
