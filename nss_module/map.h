/*
 * map.h - the process's current snapshot.
 *
 * A lookup brackets its reading:
 *
 *	while ((err = map_begin(map, &view)) == 0) {
 *		err = ... read view.snap, copy out ...
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

#include "common/snapshot.h"

/* One of two places where a snapshot is mapped. */
struct map_slot {
	/* The snapshot there, as a struct snapshot. */
	_Atomic(const uint8_t *) bytes;
	_Atomic size_t size;
	_Atomic uint64_t generation;
	_Atomic int64_t created_s;
	_Atomic uint32_t soft_age_s;
	_Atomic uint32_t hard_age_s;
	_Atomic uint32_t user_count;
	_Atomic uint32_t group_count;
	/* Only the holder of the lease touches these. */
	dev_t device;
	ino_t inode;
	uint8_t *base;
	size_t length;
	size_t reserved; /* 0: the place cannot be used again */
};

struct map {
	const char *path;
	_Atomic uint64_t ready;     /* number of the current map, 0 for none */
	_Atomic uint64_t preparing; /* the newest number ever begun */
	_Atomic uint64_t lease_s;   /* since when someone replaces it, or 0 */
	_Atomic uint64_t checked_s; /* when the path was last looked at */
	_Atomic uint64_t failed_s;  /* when replacing last failed */
	struct map_slot slots[2];   /* number n is in slots[n % 2] */
};

struct map_view {
	struct snapshot snap;
	uint64_t number; /* of the map; 0 for a private one */
};

/* The one map of the installed module. */
struct map *map_installed(void);

/*
 * The newest snapshot.  The faults of snapshot_open(); an absent file is told
 * at once, and tried again by the next call.  Takes no system call, except for
 * the first in a process, after a publication, and once a second.  On a fault
 * the view is undefined, and there is nothing to end.
 */
MUST_CHECK int map_begin(struct map *map, struct map_view *view);

/* False: what was read may be torn; begin again. */
MUST_CHECK bool map_end(struct map *map, struct map_view *view);
