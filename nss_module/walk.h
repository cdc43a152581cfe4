/*
 * walk.h - one entry after the other, across publications.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/name.h"
#include "nss_module/map.h"

enum walk_kind { WALK_USERS, WALK_GROUPS };

/*
 * Where an enumeration stands.  The entries of a snapshot are in the order of
 * names, so the last name is enough to go on in a newer one, with no entry
 * told twice and none left out.  A zeroed walk is at its start.
 */
struct walk {
	enum walk_kind kind;
	uint64_t number; /* of the map that `next` belongs to */
	uint32_t next;
	char last[NAME_USER_MAX + 1];
};

/* Makes it stand at the start of a kind. */
void walk_start(struct walk *walk, enum walk_kind kind);

/* The place of the entry to tell next, within the view's snapshot. */
MUST_CHECK int walk_place(
    const struct walk *walk, const struct map_view *view, uint32_t *ret_place);

/* The entry at that place was told. */
void walk_advance(struct walk *walk, const struct map_view *view,
    uint32_t place, const char *name);
