/*
 * map.h - the process's current list of members.
 *
 * A lookup brackets its reading:
 *
 *	while ((err = map_begin(map, &view)) == 0) {
 *		err = ... read view.roster, copy out ...
 *		if (map_end(map, &view))
 *			break;
 *	}
 *
 * In between nothing is locked and nothing is counted; see map.c.  Any thread
 * may do so at any time, and may be torn away by a signal handler's longjmp.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/roster.h"

/* One of two places where a file is mapped. */
struct map_slot {
	_Atomic uint64_t words[SNAPSHOT_WORDS]; /* of its struct snapshot */
	/* Only the holder of the lease touches these. */
	dev_t device;
	ino_t inode;
	uint8_t *base;
	size_t length;
	size_t reserved; /* 0: the place cannot be used again */
};

/* The maps of one path, numbered as they come. */
struct map_series {
	_Atomic uint64_t ready;     /* number of the current map, 0 for none */
	_Atomic uint64_t preparing; /* the newest number ever begun */
	struct map_slot slots[2];   /* number n is in slots[n % 2] */
};

struct map {
	const char *path;           /* of the base */
	_Atomic uint64_t lease_s;   /* since when someone replaces, or 0 */
	_Atomic uint64_t checked_s; /* when the paths were last looked at */
	_Atomic uint64_t failed_s;  /* when replacing last failed */
	struct map_series base;
	struct map_series overlay;
};

struct map_view {
	struct roster roster; /* of its files, what lookups need */
	struct snapshot_marks marks;
	uint64_t number;         /* of the base's map; 0 for private ones */
	uint64_t overlay_number; /* of the overlay's map; 0 for none */
};

/* The one map of the installed module. */
struct map *map_installed(void);

/*
 * The newest list.  The faults of roster_open(); an absent file is told at
 * once, and tried again by the next call.  Takes no system call, except for the
 * first in a process, after a publication, and once a second.  On a fault the
 * view is undefined, and there is nothing to end.
 */
MUST_CHECK int map_begin(struct map *map, struct map_view *view);

/* Whether slot `number % 2` still holds what it held for that number. */
static inline bool
map_undisturbed(struct map_series *series, uint64_t number)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&series->preparing, memory_order_relaxed) <
	    number + 2;
}

/* Of a view whose maps are private. */
void map_end_private(struct map_view *view);

/* False: what was read may be torn; begin again. */
MUST_CHECK static inline bool
map_end(struct map *map, struct map_view *view)
{
	if (view->number > 0)
		return map_undisturbed(&map->base, view->number) &&
		    map_undisturbed(&map->overlay, view->overlay_number);
	map_end_private(view);
	return true;
}
