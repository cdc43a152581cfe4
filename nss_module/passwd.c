/*
 * passwd.c - the passwd map of NSS.
 *
 * Owns the entry points for users and the place of this process's getpwent().
 * Promises to answer from the snapshot alone, to leave errno's meaning to the
 * caller's errnop, and that pw_passwd never holds anything but "*".  glibc
 * calls the three of an enumeration under its own lock.
 */
#include "nss_module/passwd.h"

#include "common/attrs.h"
#include "common/err.h"
#include "common/roster_find.h"
#include "nss_module/pack.h"

EXPORT enum nss_status _nss_orglogin_getpwnam_r(const char *name,
    struct passwd *pw, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_orglogin_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_orglogin_setpwent(int stay_open);
EXPORT enum nss_status _nss_orglogin_endpwent(void);
EXPORT enum nss_status _nss_orglogin_getpwent_r(
    struct passwd *pw, char *buffer, size_t size, int *errnop);

/* The text of a record is laid out for this: one copy, five pointers. */
static inline int
tell(const struct snapshot_user *user, const struct passwd_answer *answer)
{
	struct pack out = {answer->buffer, answer->size};
	char *text =
	    pack_text(&out, user->name, user->text_length, user->text_room);

	if (!text)
		return ERR_NO_SPACE;
	*answer->entry = (struct passwd){
	    .pw_name = text,
	    .pw_passwd = text + user->name_length + 1,
	    .pw_uid = user->uid,
	    .pw_gid = user->uid,
	    .pw_gecos = text + (user->gecos - user->name),
	    .pw_dir = text + (user->home - user->name),
	    .pw_shell = text + (user->shell - user->name),
	};
	return 0;
}

/* By name, or by number where there is none. */
static inline __attribute__((always_inline)) enum nss_status
find(struct map *map, const char *name, uid_t uid,
    const struct passwd_answer *answer)
{
	struct map_view view;
	struct snapshot_key key;
	struct snapshot_user user;
	int err;

	while ((err = map_begin_find(map, name, uid, &view, &key)) == 0) {
		err = roster_find(&view.roster, &key, &user);
		if (!err)
			err = tell(&user, answer);
		if (map_end(map, &view))
			break;
	}
	return pack_status(err, answer->errnop);
}

enum nss_status
passwd_by_name(
    struct map *map, const char *name, const struct passwd_answer *answer)
{
	return find(map, name, 0, answer);
}

enum nss_status
passwd_by_id(struct map *map, uid_t uid, const struct passwd_answer *answer)
{
	return find(map, NULL, uid, answer);
}

static int
tell_next(const struct map_view *view, const struct walk *walk,
    const struct passwd_answer *answer, struct roster_place *place)
{
	struct snapshot_user user;
	int err = walk_place(walk, view, place);

	if (!err)
		err = roster_user_next(&view->roster, place, &user);
	return err ? err : tell(&user, answer);
}

enum nss_status
passwd_next(
    struct map *map, struct walk *walk, const struct passwd_answer *answer)
{
	struct map_view view;
	struct roster_place place;
	int err;

	while ((err = map_begin(map, &view)) == 0) {
		err = tell_next(&view, walk, answer, &place);
		if (map_end(map, &view))
			break;
	}
	if (!err)
		walk_advance(walk, &view, &place, answer->entry->pw_name);
	return pack_status(err, answer->errnop);
}

enum nss_status
_nss_orglogin_getpwnam_r(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd_answer answer = {pw, buffer, size, errnop};

	return find(map_installed(), name, 0, &answer);
}

enum nss_status
_nss_orglogin_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd_answer answer = {pw, buffer, size, errnop};

	return find(map_installed(), NULL, uid, &answer);
}

static struct walk *
get_walk(void)
{
	static struct walk walk;

	return &walk;
}

enum nss_status
_nss_orglogin_setpwent(int stay_open)
{
	(void)stay_open;
	walk_start(get_walk(), WALK_USERS);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_orglogin_endpwent(void)
{
	walk_start(get_walk(), WALK_USERS);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_orglogin_getpwent_r(
    struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd_answer answer = {pw, buffer, size, errnop};

	return passwd_next(map_installed(), get_walk(), &answer);
}
