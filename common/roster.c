/*
 * roster.c - lookups in a base and its overlay.
 *
 * Owns what an overlay means.  Promises that a user of the base whom the
 * overlay takes away is found by no lookup, and that nobody is told twice.
 * Must not know how names are searched or records read.
 */
#include "common/roster.h"

#include <string.h>

#include "common/err.h"
#include "common/snapshot_hidden.h"
#include "common/snapshot_proof.h"

/* How often files that do not belong together are opened anew. */
#define OPEN_TRIES 4

static bool
has_overlay(const struct roster *roster)
{
	return roster->overlay.bytes != NULL;
}

bool
roster_belongs(const struct snapshot *overlay, const struct snapshot *base)
{
	return base->version != SNAPSHOT_VERSION_1 && base->number == 0 &&
	    overlay->number > 0 && overlay->base_checksum == base->checksum;
}

enum snapshot_age
roster_age(const struct roster *roster, struct wall_time now)
{
	return snapshot_age(&roster->base, now);
}

static bool
is_hidden(const struct roster *roster, const struct snapshot_user *user)
{
	return snapshot_hides(
	    &roster->overlay, snapshot_user_ref(&roster->base, user));
}

/* Of a user of the base. */
static int
check_stands(const struct roster *roster, const struct snapshot_user *user)
{
	return is_hidden(roster, user) ? ERR_NOT_FOUND : 0;
}

int
roster_user_by_name(
    const struct roster *roster, const char *name, struct snapshot_user *ret)
{
	int err = ERR_NOT_FOUND;

	if (!has_overlay(roster))
		return snapshot_user_by_name(&roster->base, name, ret);
	err = snapshot_user_by_name(&roster->overlay, name, ret);
	if (err != ERR_NOT_FOUND)
		return err;
	err = snapshot_user_by_name(&roster->base, name, ret);
	return err ? err : check_stands(roster, ret);
}

int
roster_user_by_id(
    const struct roster *roster, uint32_t uid, struct snapshot_user *ret)
{
	int err = ERR_NOT_FOUND;

	if (!has_overlay(roster))
		return snapshot_user_by_id(&roster->base, uid, ret);
	err = snapshot_user_by_id(&roster->overlay, uid, ret);
	if (err != ERR_NOT_FOUND)
		return err;
	err = snapshot_user_by_id(&roster->base, uid, ret);
	return err ? err : check_stands(roster, ret);
}

int
roster_group_by_name(
    const struct roster *roster, const char *name, struct snapshot_group *ret)
{
	struct snapshot_user user;
	int err = snapshot_group_by_name(&roster->base, name, ret);

	if (err != ERR_NOT_FOUND)
		return err;
	err = roster_user_by_name(roster, name, &user);
	if (!err)
		snapshot_private_group(&user, ret);
	return err;
}

int
roster_group_by_id(
    const struct roster *roster, uint32_t gid, struct snapshot_group *ret)
{
	struct snapshot_user user;
	int err = snapshot_group_by_id(&roster->base, gid, ret);

	if (err != ERR_NOT_FOUND)
		return err;
	err = roster_user_by_id(roster, gid, &user);
	if (!err)
		snapshot_private_group(&user, ret);
	return err;
}

/* A mark without its overlay: somebody may stand in what we could not read. */
static bool
is_complete(const struct roster *roster)
{
	uint32_t newest = snapshot_get_marks(&roster->base).overlay;

	return has_overlay(roster) ? roster->overlay.number >= newest
				   : newest == 0;
}

bool
roster_proves_absent(const struct roster *roster, const char *name)
{
	struct snapshot_user user;

	return is_complete(roster) &&
	    (!has_overlay(roster) || snapshot_is_whole(&roster->overlay)) &&
	    snapshot_search_is_whole(&roster->base, name) &&
	    roster_user_by_name(roster, name, &user) == ERR_NOT_FOUND;
}

/* As strcmp(), but within the bytes that were checked. */
static int
compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* The next user of the base whom the overlay leaves there. */
static int
find_standing(
    const struct roster *roster, uint32_t *place, struct snapshot_user *ret)
{
	for (;; ++*place) {
		int err = snapshot_user_at(&roster->base, *place, ret);

		if (err || !is_hidden(roster, ret))
			return err;
	}
}

/* Of a base and an overlay. */
static int
merge_next(const struct roster *roster, struct roster_place *place,
    struct snapshot_user *ret)
{
	struct snapshot_user old;
	struct snapshot_user changed;
	int base = find_standing(roster, &place->base, &old);
	int overlay =
	    snapshot_user_at(&roster->overlay, place->overlay, &changed);

	if (base && base != ERR_NOT_FOUND)
		return base;
	if (overlay && overlay != ERR_NOT_FOUND)
		return overlay;
	if (base && overlay)
		return ERR_NOT_FOUND;
	if (overlay ||
	    (!base &&
		compare_names(old.name, old.name_length, changed.name,
		    changed.name_length) < 0)) {
		place->base++;
		*ret = old;
	} else {
		place->overlay++;
		*ret = changed;
	}
	return 0;
}

int
roster_user_next(const struct roster *roster, struct roster_place *place,
    struct snapshot_user *ret)
{
	int err;

	if (has_overlay(roster))
		return merge_next(roster, place, ret);
	err = snapshot_user_at(&roster->base, place->base, ret);
	if (!err)
		place->base++;
	return err;
}

/* The order of entry i, a user or a group, and a name. */
static int
compare_at(const struct snapshot *snap, bool groups, uint32_t i,
    const char *name, int *ret_order)
{
	const size_t length = strnlen(name, NAME_USER_MAX + 1);
	struct snapshot_user user;
	struct snapshot_group group;
	int err = groups ? snapshot_group_at(snap, i, &group)
			 : snapshot_user_at(snap, i, &user);

	if (!err)
		*ret_order = groups
		    ? compare_names(group.name, group.name_length, name, length)
		    : compare_names(user.name, user.name_length, name, length);
	return err;
}

/* How many of the file's entries have a name up to this one. */
static int
count_up_to(const struct snapshot *snap, bool groups, const char *name,
    uint32_t *ret_count)
{
	uint32_t low = 0;
	uint32_t high = groups ? snap->group_count : snap->user_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = 0;
		int err = compare_at(snap, groups, middle, name, &order);

		if (err)
			return err;
		if (order <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_count = low;
	return 0;
}

int
roster_seek_user(const struct roster *roster, const char *name,
    struct roster_place *ret_place)
{
	struct roster_place place = {0};
	int err = count_up_to(&roster->base, false, name, &place.base);

	if (!err && has_overlay(roster))
		err =
		    count_up_to(&roster->overlay, false, name, &place.overlay);
	if (!err)
		*ret_place = place;
	return err;
}

int
roster_seek_group(const struct roster *roster, const char *name,
    struct roster_place *ret_place)
{
	struct roster_place place = {0};
	int err = count_up_to(&roster->base, true, name, &place.base);

	if (!err)
		*ret_place = place;
	return err;
}

int
roster_group_next(const struct roster *roster, struct roster_place *place,
    struct snapshot_group *ret)
{
	int err = snapshot_group_at(&roster->base, place->base, ret);

	if (!err)
		place->base++;
	return err;
}

static bool
is_member(const struct snapshot_user *user, const struct snapshot_group *group)
{
	return snapshot_user_has_gid(user, group->gid, group->local);
}

/* Members of the base's list whom the overlay hides, by looking at each. */
static int
count_hidden_members(const struct roster *roster,
    const struct snapshot_group *group, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < group->member_count; i++) {
		struct snapshot_user user;
		int err = snapshot_member(&roster->base, group, i, &user);

		if (err)
			return err;
		count += is_hidden(roster, &user);
	}
	*ret_count = count;
	return 0;
}

/* The same by looking at each whom it hides: those in the list are those with
 * the gid. */
static int
count_member_hidden(const struct roster *roster,
    const struct snapshot_group *group, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < roster->overlay.hidden.length; i++) {
		struct snapshot_user user;
		uint32_t ref = snapshot_hidden(&roster->overlay, i);
		int err = snapshot_user_of_ref(&roster->base, ref, &user);

		if (err)
			return err;
		count += is_member(&user, group);
	}
	*ret_count = count;
	return 0;
}

static int
count_changed_members(const struct roster *roster,
    const struct snapshot_group *group, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < roster->overlay.user_count; i++) {
		struct snapshot_user user;
		int err = snapshot_user_at(&roster->overlay, i, &user);

		if (err)
			return err;
		count += is_member(&user, group);
	}
	*ret_count = count;
	return 0;
}

/* Whether the overlay may have a say in who is in the group. */
static bool
is_changeable(const struct roster *roster, const struct snapshot_group *group)
{
	return has_overlay(roster) && !group->unlisted && !group->private_group;
}

int
roster_count_members(const struct roster *roster,
    const struct snapshot_group *group, uint32_t *ret_count)
{
	uint32_t gone = 0;
	uint32_t changed = 0;
	int err = 0;

	if (is_changeable(roster, group)) {
		err = group->member_count < roster->overlay.hidden.length
		    ? count_hidden_members(roster, group, &gone)
		    : count_member_hidden(roster, group, &gone);
		if (!err)
			err = count_changed_members(roster, group, &changed);
	}
	if (err)
		return err;
	if (gone > group->member_count)
		return ERR_SNAPSHOT_INVALID;
	*ret_count = group->member_count - gone + changed;
	return 0;
}

int
roster_member_next(const struct roster *roster, struct roster_members *members,
    struct snapshot_user *ret)
{
	const struct snapshot_group *group = &members->group;
	struct roster_place *place = &members->place;
	const bool changeable = is_changeable(roster, group);
	int err;

	do
		err = snapshot_member(&roster->base, group, place->base++, ret);
	while (!err && changeable && is_hidden(roster, ret));
	if (err != ERR_NOT_FOUND)
		return err;
	/* It was one too far; so it is the next time. */
	place->base--;
	if (!changeable)
		return ERR_NOT_FOUND;
	do
		err = snapshot_user_at(&roster->overlay, place->overlay++, ret);
	while (!err && !is_member(ret, group));
	return err;
}

/* Each hidden record exists, and no other is meant. */
static bool
are_hidden_valid(const struct roster *roster)
{
	for (uint32_t i = 0; i < roster->overlay.hidden.length; i++) {
		uint32_t ref = snapshot_hidden(&roster->overlay, i);
		struct snapshot_user user;
		struct snapshot_user named;

		if (snapshot_user_of_ref(&roster->base, ref, &user) ||
		    snapshot_user_by_name(&roster->base, user.name, &named) ||
		    named.name != user.name)
			return false;
	}
	return true;
}

static bool
are_gids_valid(const struct roster *roster, const struct snapshot_user *user)
{
	for (uint32_t i = 0; i < user->gid_count; i++) {
		struct snapshot_group group;
		bool local = i >= user->gid_count - user->local_gid_count;

		if (snapshot_group_by_id(
			&roster->base, snapshot_user_gid(user, i), &group) ||
		    group.local != local)
			return false;
	}
	return true;
}

/* Nobody who stands in the base, and no group, has her name or number. */
static bool
is_alone(const struct roster *roster, const struct snapshot_user *user)
{
	const struct snapshot *base = &roster->base;
	struct snapshot_user other;
	struct snapshot_group group;
	int named = snapshot_user_by_name(base, user->name, &other);

	if (named != ERR_NOT_FOUND && (named || !is_hidden(roster, &other)))
		return false;

	int numbered = snapshot_user_by_id(base, user->uid, &other);

	if (numbered != ERR_NOT_FOUND &&
	    (numbered || !is_hidden(roster, &other)))
		return false;
	return snapshot_group_by_name(base, user->name, &group) ==
	    ERR_NOT_FOUND &&
	    snapshot_group_by_id(base, user->uid, &group) == ERR_NOT_FOUND;
}

int
roster_validate(const struct roster *roster)
{
	if (!has_overlay(roster))
		return 0;
	if (!roster_belongs(&roster->overlay, &roster->base) ||
	    !are_hidden_valid(roster))
		return ERR_SNAPSHOT_INVALID;
	for (uint32_t i = 0; i < roster->overlay.user_count; i++) {
		struct snapshot_user user;
		int err = snapshot_user_at(&roster->overlay, i, &user);

		if (err)
			return err;
		if (!are_gids_valid(roster, &user) || !is_alone(roster, &user))
			return ERR_SNAPSHOT_INVALID;
	}
	return 0;
}

int
roster_overlay_path(const char *base_path, char *path, size_t size)
{
	static const char base_end[] = ".snapshot";
	static const char overlay_end[] = ".overlay";
	const size_t ending = sizeof(base_end) - 1;
	size_t length = strlen(base_path);

	if (length > ending &&
	    memcmp(base_path + length - ending, base_end, ending) == 0)
		length -= ending;
	if (length + sizeof(overlay_end) > size)
		return ERR_TOO_LARGE;
	memcpy(path, base_path, length);
	memcpy(path + length, overlay_end, sizeof(overlay_end));
	return 0;
}

/* Whatever is wrong with it, there is none. */
static void
open_overlay(const char *base_path, struct roster *roster)
{
	char path[NAME_PATH_MAX + 1];
	struct snapshot overlay;

	if (roster->base.version == SNAPSHOT_VERSION_1 ||
	    roster_overlay_path(base_path, path, sizeof(path)) ||
	    snapshot_open(path, &overlay))
		return;
	if (roster_belongs(&overlay, &roster->base))
		roster->overlay = overlay;
	else
		snapshot_close(&overlay);
}

static int
open_both(const char *base_path, struct roster *ret_roster)
{
	struct roster roster = {0};
	int err = snapshot_open(base_path, &roster.base);

	if (err)
		return err;
	if (roster.base.number > 0) {
		snapshot_close(&roster.base);
		return ERR_SNAPSHOT_INVALID;
	}
	open_overlay(base_path, &roster);
	*ret_roster = roster;
	return 0;
}

/* A base that was replaced in between has lost its overlay, and with it what
 * came last: it is then opened anew. */
int
roster_open(const char *base_path, struct roster *ret_roster)
{
	for (unsigned int tries = 1;; tries++) {
		int err = open_both(base_path, ret_roster);

		if (err || tries == OPEN_TRIES || is_complete(ret_roster))
			return err;
		roster_close(ret_roster);
	}
}

void
roster_close(struct roster *roster)
{
	snapshot_close(&roster->base);
	snapshot_close(&roster->overlay);
}
