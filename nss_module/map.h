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
#include <time.h>

#include "common/roster_find.h"

/* Words of a struct snapshot that lookups need, and that finding a user does.
 */
#define MAP_WORDS (offsetof(struct snapshot, size) / sizeof(uint64_t))
#define MAP_USER_WORDS                                               \
	(offsetof(struct snapshot, index[SNAPSHOT_GROUPS_BY_NAME]) / \
	    sizeof(uint64_t))

/* One of two places where a file is mapped. */
struct map_slot {
	_Atomic uint64_t words[MAP_WORDS]; /* of its struct snapshot */
	/* Only the holder of the lease touches these. */
	dev_t device;
	ino_t inode;
	size_t size; /* of the file when it was mapped */
	uint8_t *base;
	size_t length;
	size_t reserved; /* 0: the place cannot be used again */
};

/* The maps of one path, numbered as they come. */
struct map_series {
	/* Number of the current map.  None: 0, or below by how many lookups
	 * have read maps of their own. */
	_Atomic uint64_t ready;
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

/* Whether a series has a current map. */
static inline bool
map_is_number(uint64_t ready)
{
	return (int64_t)ready > 0;
}

/* Whether slot `number % 2` still holds what it held for that number. */
static inline bool
map_undisturbed(struct map_series *series, uint64_t number)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&series->preparing, memory_order_relaxed) <
	    number + 2;
}

/* Word by word: the slot may change meanwhile. */
static inline void
map_copy(struct map_slot *slot, size_t count, struct snapshot *snap)
{
	uint64_t *words = (uint64_t *)snap;

#pragma GCC unroll 32
	for (size_t i = 0; i < count; i++)
		words[i] =
		    atomic_load_explicit(&slot->words[i], memory_order_relaxed);
}

/* From the vdso, good to some milliseconds; never 0. */
static inline uint64_t
map_now_s(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec + 1;
}

/* The usual case: a base is mapped, and no overlay has been.  Copies so many
 * words of it, and touches nothing of the file.  False: it is another case. */
static inline __attribute__((always_inline)) bool
map_copy_usual(struct map *map, size_t words, struct map_view *view)
{
	uint64_t number =
	    atomic_load_explicit(&map->base.ready, memory_order_acquire);

	if (!map_is_number(number) ||
	    atomic_load_explicit(&map->overlay.ready, memory_order_relaxed))
		return false;
	map_copy(&map->base.slots[number % 2], words, &view->roster.base);
	view->number = number;
	view->overlay_number = 0;
	view->roster.overlay.bytes = NULL;
	return map_undisturbed(&map->base, number);
}

/* No second passed, and nothing newer is told.  The second is looked at before
 * a byte of the file is: see map.c. */
static inline __attribute__((always_inline)) bool
map_is_usual(struct map *map, struct map_view *view)
{
	if (atomic_load_explicit(&map->checked_s, memory_order_relaxed) <
	    map_now_s())
		return false;
	view->marks = snapshot_get_marks(&view->roster.base);
	return !view->marks.superseded && view->marks.overlay == 0;
}

/* The same as map_begin(), in any case. */
MUST_CHECK int map_begin_any(struct map *map, struct map_view *view);

/*
 * The newest list.  The faults of roster_open(); an absent file is told at
 * once, and tried again by the next call.  Takes no system call, except for the
 * first in a process, after a publication, and once a second.  On a fault the
 * view is undefined, and there is nothing to end.
 */
MUST_CHECK static inline int
map_begin(struct map *map, struct map_view *view)
{
	return map_copy_usual(map, MAP_WORDS, view) && map_is_usual(map, view)
	    ? 0
	    : map_begin_any(map, view);
}

/* The same where the view is for roster_find() only, whose key it makes: for a
 * name or, where that is NULL, for an id.  Memory answers while the clock is
 * read. */
MUST_CHECK static inline __attribute__((always_inline)) int
map_begin_find(struct map *map, const char *name, uint32_t id,
    struct map_view *view, struct snapshot_key *ret_key)
{
	int err;

	if (map_copy_usual(map, MAP_USER_WORDS, view)) {
		*ret_key = snapshot_aim(&view->roster.base, name, id);
		if (map_is_usual(map, view))
			return 0;
	}
	err = map_begin_any(map, view);
	if (!err)
		*ret_key = snapshot_aim(&view->roster.base, name, id);
	return err;
}

/* Of a view whose maps are private. */
void map_end_private(struct map_view *view);

/* False: what was read may be torn; begin again. */
MUST_CHECK static inline bool
map_end(struct map *map, struct map_view *view)
{
	if (view->number > 0)
		return map_undisturbed(&map->base, view->number) &&
		    (view->overlay_number == 0 ||
			map_undisturbed(&map->overlay, view->overlay_number));
	map_end_private(view);
	return true;
}
