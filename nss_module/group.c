/*
 * group.c - the group and initgroups maps of NSS.
 *
 * Owns the entry points for groups and the place of this process's getgrent().
 * Promises that nobody who is not in the snapshot is given a gid: glibc asks
 * initgroups for local users as well, root included.  Must not look anywhere
 * else to find out who is local: the writer leaves local names out.
 */
#include "nss_module/group.h"

#include <stdlib.h>

#include "common/attrs.h"
#include "common/err.h"
#include "common/roster_find.h"
#include "nss_module/pack.h"

EXPORT enum nss_status _nss_orglogin_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_orglogin_getgrgid_r(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_orglogin_setgrent(int stay_open);
EXPORT enum nss_status _nss_orglogin_endgrent(void);
EXPORT enum nss_status _nss_orglogin_getgrent_r(
    struct group *gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_orglogin_initgroups_dyn(const char *user,
    gid_t group, long *start, long *size, gid_t **groups, long limit,
    int *errnop);

static int
tell_members(const struct roster *roster, struct roster_members *from,
    struct pack *out, char **names, uint32_t count)
{
	struct snapshot_user user;
	uint32_t i = 0;
	int err;

	while ((err = roster_find_member(roster, from, &user)) == 0) {
		if (i == count)
			return ERR_SNAPSHOT_INVALID;
		names[i] = pack_name(
		    out, user.name, user.name_length + 1, user.text_room);
		if (!names[i++])
			return ERR_NO_SPACE;
	}
	names[i] = NULL;
	return err == ERR_NOT_FOUND ? 0 : err;
}

static int
tell(const struct roster *roster, const struct snapshot_group *group,
    const struct group_answer *answer)
{
	struct roster_members from = {.group = *group};
	struct pack out = {answer->buffer, answer->size};
	uint32_t count;
	int err = roster_count_members(roster, group, &count);

	if (err)
		return err;

	char **members = pack_pointers(&out, count);
	/* name NUL "*" NUL */
	char *text = pack_bytes(&out, group->name, group->name_length + 3);

	if (!members || !text)
		return ERR_NO_SPACE;
	*answer->entry = (struct group){
	    .gr_name = text,
	    .gr_passwd = text + group->name_length + 1,
	    .gr_gid = group->gid,
	    .gr_mem = members,
	};
	return tell_members(roster, &from, &out, members, count);
}

/* By name, or by number where there is none. */
static enum nss_status
find(struct map *map, const char *name, gid_t gid,
    const struct group_answer *answer)
{
	struct map_view view;
	struct snapshot_group group;
	int err;

	while ((err = map_begin(map, &view)) == 0) {
		err = name ? roster_group_by_name(&view.roster, name, &group)
			   : roster_group_by_id(&view.roster, gid, &group);
		if (!err)
			err = tell(&view.roster, &group, answer);
		if (map_end(map, &view))
			break;
	}
	return pack_status(err, answer->errnop);
}

enum nss_status
group_by_name(
    struct map *map, const char *name, const struct group_answer *answer)
{
	return find(map, name, 0, answer);
}

enum nss_status
group_by_id(struct map *map, gid_t gid, const struct group_answer *answer)
{
	return find(map, NULL, gid, answer);
}

/* The next group that is not the host's own. */
static int
find_group(const struct roster *roster, struct roster_place *place,
    struct snapshot_group *ret_group)
{
	int err;

	do
		err = roster_group_next(roster, place, ret_group);
	while (!err && ret_group->local);
	return err;
}

/* The next private group. */
static int
find_private_group(const struct roster *roster, struct roster_place *place,
    struct snapshot_group *ret_group)
{
	struct snapshot_user user;
	int err = roster_user_next(roster, place, &user);

	if (!err)
		snapshot_private_group(&user, ret_group);
	return err;
}

static int
tell_next(const struct map_view *view, struct walk *walk,
    const struct group_answer *answer, struct roster_place *place)
{
	struct snapshot_group group;
	int err = walk_place(walk, view, place);

	if (!err && walk->kind == WALK_GROUPS) {
		err = find_group(&view->roster, place, &group);
		if (err != ERR_NOT_FOUND)
			return err ? err : tell(&view->roster, &group, answer);
		walk_start(walk, WALK_USERS);
		*place = (struct roster_place){0};
		err = 0;
	}
	if (!err)
		err = find_private_group(&view->roster, place, &group);
	return err ? err : tell(&view->roster, &group, answer);
}

enum nss_status
group_next(
    struct map *map, struct walk *walk, const struct group_answer *answer)
{
	struct map_view view;
	struct walk trial;
	struct roster_place place;
	int err;

	while ((err = map_begin(map, &view)) == 0) {
		trial = *walk;
		err = tell_next(&view, &trial, answer, &place);
		if (map_end(map, &view))
			break;
	}
	if (!err) {
		walk_advance(&trial, &view, &place, answer->entry->gr_name);
		*walk = trial;
	}
	return pack_status(err, answer->errnop);
}

/* Room for so many more, or for as many as the caller wants. */
static int
grow(const struct group_list *list, uint32_t more)
{
	long wanted = *list->count + (long)more;
	long room = *list->room * 2;
	gid_t *gids;

	if (wanted <= *list->room)
		return 0;
	room = room < wanted ? wanted : room;
	if (list->limit > 0 && room > list->limit)
		room = list->limit;
	if (room <= *list->room)
		return 0;
	gids = realloc(*list->gids, (size_t)room * sizeof(*gids));
	if (!gids)
		return ERR_NO_MEMORY;
	*list->gids = gids;
	*list->room = room;
	return 0;
}

static int
add_gids(const struct snapshot_user *user, const struct group_list *list)
{
	int err = grow(list, user->gid_count);

	if (err)
		return err;

	gid_t *gids = *list->gids;
	long count = *list->count;

	for (uint32_t i = 0; i < user->gid_count; i++) {
		gid_t gid = snapshot_user_gid(user, i);

		if (gid == 0 || gid == list->skip)
			continue;
		if (count >= *list->room)
			break; /* at the limit */
		gids[count++] = gid;
	}
	*list->count = count;
	return 0;
}

enum nss_status
group_list(struct map *map, const char *user_name,
    const struct group_list *list, int *errnop)
{
	const long start = *list->count;
	struct map_view view;
	struct snapshot_key key;
	struct snapshot_user user;
	int err;

	while ((err = map_begin_find(map, user_name, 0, &view, &key)) == 0) {
		err = roster_find(&view.roster, &key, &user);
		if (!err)
			err = add_gids(&user, list);
		if (map_end(map, &view))
			break;
		*list->count = start;
	}
	return pack_status(err, errnop);
}

enum nss_status
_nss_orglogin_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group_answer answer = {gr, buffer, size, errnop};

	return group_by_name(map_installed(), name, &answer);
}

enum nss_status
_nss_orglogin_getgrgid_r(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group_answer answer = {gr, buffer, size, errnop};

	return group_by_id(map_installed(), gid, &answer);
}

static struct walk *
get_walk(void)
{
	static struct walk walk = {.kind = WALK_GROUPS};

	return &walk;
}

enum nss_status
_nss_orglogin_setgrent(int stay_open)
{
	(void)stay_open;
	walk_start(get_walk(), WALK_GROUPS);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_orglogin_endgrent(void)
{
	walk_start(get_walk(), WALK_GROUPS);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_orglogin_getgrent_r(
    struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group_answer answer = {gr, buffer, size, errnop};

	return group_next(map_installed(), get_walk(), &answer);
}

/* Seven parameters, for that is what glibc calls. */
enum nss_status
_nss_orglogin_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *errnop)
{
	struct group_list list = {
	    .gids = groups,
	    .count = start,
	    .room = size,
	    .limit = limit,
	    .skip = group,
	};

	return group_list(map_installed(), user, &list, errnop);
}
