/*
 * walk.c - one entry after the other, across publications.
 *
 * Owns the place of an enumeration.  Promises that a change of the snapshot in
 * the middle neither repeats nor skips an entry that is in both.  Must not
 * know how an entry is told.
 */
#include "nss_module/walk.h"

#include <string.h>

#include "common/err.h"

static int
compare_at(const struct snapshot *snap, const struct walk *walk, uint32_t i,
    int *ret_order)
{
	struct snapshot_user user;
	struct snapshot_group group;
	int err = walk->kind == WALK_USERS ? snapshot_user_at(snap, i, &user)
					   : snapshot_group_at(snap, i, &group);

	if (err)
		return err;
	*ret_order = strncmp(walk->kind == WALK_USERS ? user.name : group.name,
	    walk->last, sizeof(walk->last));
	return 0;
}

void
walk_start(struct walk *walk, enum walk_kind kind)
{
	*walk = (struct walk){.kind = kind};
}

int
walk_place(
    const struct walk *walk, const struct map_view *view, uint32_t *ret_place)
{
	uint32_t low = 0;
	uint32_t high = walk->kind == WALK_USERS ? view->snap.user_count
						 : view->snap.group_count;

	if (walk->number == view->number && walk->number > 0) {
		*ret_place = walk->next;
		return 0;
	}
	while (low < high && walk->last[0]) {
		uint32_t middle = low + (high - low) / 2;
		int order = 0;
		int err = compare_at(&view->snap, walk, middle, &order);

		if (err)
			return err;
		if (order <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_place = low;
	return 0;
}

void
walk_advance(struct walk *walk, const struct map_view *view, uint32_t place,
    const char *name)
{
	walk->number = view->number;
	walk->next = place + 1;
	memcpy(walk->last, name, strnlen(name, NAME_USER_MAX) + 1);
	walk->last[NAME_USER_MAX] = '\0';
}
