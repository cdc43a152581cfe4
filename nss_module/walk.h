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
 * Where an enumeration stands.  The entries of a list are in the order of
 * names, so the last name is enough to go on in a newer one, with no entry
 * told twice and none left out.  A zeroed walk is at its start.
 */
struct walk {
	enum walk_kind kind;
	uint64_t number; /* of the maps that `place` belongs to */
	uint64_t overlay_number;
	struct roster_place place;
	char last[NAME_USER_MAX + 1];
};

/* Makes it stand at the start of a kind. */
void walk_start(struct walk *walk, enum walk_kind kind);

/* The place to go on from, within the view's list. */
MUST_CHECK int walk_place(const struct walk *walk, const struct map_view *view,
    struct roster_place *ret_place);

/* An entry was told, and this place is behind it. */
void walk_advance(struct walk *walk, const struct map_view *view,
    const struct roster_place *place, const char *name);
