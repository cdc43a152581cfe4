/*
 * walk.c - one entry after the other, across publications.
 *
 * Owns the place of an enumeration.  Promises that a change of the list in the
 * middle neither repeats nor skips an entry that is in both.  Must not know
 * how an entry is told.
 */
#include "nss_module/walk.h"

#include <string.h>

void
walk_start(struct walk *walk, enum walk_kind kind)
{
	*walk = (struct walk){.kind = kind};
}

int
walk_place(const struct walk *walk, const struct map_view *view,
    struct roster_place *ret_place)
{
	struct roster_place place = {0};
	int err = 0;

	if (walk->number == view->number && walk->number > 0 &&
	    walk->overlay_number == view->overlay_number)
		place = walk->place;
	else if (walk->last[0])
		err = walk->kind == WALK_USERS
		    ? roster_seek_user(&view->roster, walk->last, &place)
		    : roster_seek_group(&view->roster, walk->last, &place);
	if (!err)
		*ret_place = place;
	return err;
}

void
walk_advance(struct walk *walk, const struct map_view *view,
    const struct roster_place *place, const char *name)
{
	walk->number = view->number;
	walk->overlay_number = view->overlay_number;
	walk->place = *place;
	memcpy(walk->last, name, strnlen(name, NAME_USER_MAX) + 1);
	walk->last[NAME_USER_MAX] = '\0';
}
