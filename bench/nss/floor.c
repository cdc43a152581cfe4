/*
 * floor.c - the floor as an NSS module, so that calls, keys and buffers cost
 * what they cost a real one.
 *
 * The arena is the file that $NSSFLOOR_FILE names; it is read in when opened,
 * so that timed lookups take no page faults.
 */
#include "bench/nss/floor.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum nss_status _nss_floor_getpwnam_r(const char *name, struct passwd *pw,
    char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getgrgid_r(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_initgroups_dyn(const char *user, gid_t group,
    long *start, long *size, gid_t **groups, long limit, int *errnop);
enum nss_status _nss_floor_setpwent(int stay_open);
enum nss_status _nss_floor_endpwent(void);
enum nss_status _nss_floor_getpwent_r(
    struct passwd *pw, char *buffer, size_t size, int *errnop);

static const char *arena;
static struct floor_header header;
static uint64_t next_user;

static void
map_arena(int fd)
{
	struct stat st;
	void *bytes = NULL;

	if (fstat(fd, &st) != 0 || (size_t)st.st_size < sizeof(header))
		return;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_SHARED | MAP_POPULATE, fd, 0);
	if (bytes == MAP_FAILED)
		return;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic == FLOOR_MAGIC && header.size == (uint64_t)st.st_size)
		arena = bytes;
}

static int
open_arena(void)
{
	const char *path = getenv("NSSFLOOR_FILE");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		map_arena(fd);
		(void)close(fd);
	}
	return arena != NULL ? 0 : -1;
}

static inline int
need_arena(int *errnop)
{
	if (__builtin_expect(arena != NULL, 1) || open_arena() == 0)
		return 0;
	*errnop = ENOENT;
	return -1;
}

static inline uint64_t
mix(uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93u;
	hash ^= hash >> 32;
	return hash;
}

/* Eight bytes at a time, which is as cheap as a hash of a string gets. */
static inline uint64_t
hash_name(const char *name)
{
	size_t left = strlen(name);
	uint64_t hash = left * 0x9e3779b97f4a7c15u;
	uint64_t word = 0;

	for (; left >= 8; left -= 8, name += 8) {
		memcpy(&word, name, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	word = 0;
	while (left-- > 0)
		word = word << 8 | (unsigned char)name[left];
	return mix(hash ^ word);
}

static inline uint64_t
hash_id(uint32_t id)
{
	return mix(id * 0x9e3779b97f4a7c15u);
}

static inline uint64_t
pick(uint64_t hash, uint64_t count)
{
	return (uint64_t)((unsigned __int128)hash * count >> 64);
}

static enum nss_status
tell_small(int *errnop)
{
	*errnop = ERANGE;
	return NSS_STATUS_TRYAGAIN;
}

static enum nss_status
fill_user(
    uint64_t slot, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	const struct floor_user *user =
	    (const void *)(arena + header.users + slot * FLOOR_USER_SLOT);

	if (size < FLOOR_USER_COPY)
		return tell_small(errnop);
	memcpy(buffer, user->text, FLOOR_USER_COPY);
	*pw = (struct passwd){
	    .pw_name = buffer + user->name,
	    .pw_passwd = buffer + user->passwd,
	    .pw_uid = user->uid,
	    .pw_gid = user->gid,
	    .pw_gecos = buffer + user->gecos,
	    .pw_dir = buffer + user->home,
	    .pw_shell = buffer + user->shell,
	};
	return NSS_STATUS_SUCCESS;
}

/* A member list as it lies in the arena. */
struct list {
	const char *text;
	size_t length;
	size_t first; /* offset of the first name */
	uint64_t count;
};

static enum nss_status
fill_list(const struct list *list, struct group *gr, char *buffer, size_t size,
    int *errnop)
{
	size_t vector = (list->length + 7) & ~(size_t)7;
	char **names = (char **)(void *)(buffer + vector);

	if (size < vector + (list->count + 1) * sizeof(char *))
		return tell_small(errnop);
	memcpy(buffer, list->text, list->length);
	for (uint64_t i = 0; i < list->count; i++)
		names[i] = buffer + list->first + i * header.name_size;
	names[list->count] = NULL;
	gr->gr_mem = names;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
fill_group(
    uint64_t slot, struct group *gr, char *buffer, size_t size, int *errnop)
{
	const struct floor_group *group =
	    (const void *)(arena + header.groups + slot * header.group_slot);
	const struct list list = {group->text, group->text_length,
	    group->members, group->member_count};

	gr->gr_gid = group->gid;
	gr->gr_name = buffer + group->name;
	gr->gr_passwd = buffer + group->passwd;
	return fill_list(&list, gr, buffer, size, errnop);
}

enum nss_status
_nss_floor_getpwnam_r(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	return fill_user(
	    pick(hash_name(name), header.user_count), pw, buffer, size, errnop);
}

enum nss_status
_nss_floor_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	return fill_user(
	    pick(hash_id(uid), header.user_count), pw, buffer, size, errnop);
}

enum nss_status
_nss_floor_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	if (strcmp(name, FLOOR_EVERYBODY) == 0) {
		const struct list list = {arena + header.everybody,
		    header.user_count * header.name_size, 0, header.user_count};

		gr->gr_gid = 5001;
		gr->gr_name = buffer;
		gr->gr_passwd = buffer;
		return fill_list(&list, gr, buffer, size, errnop);
	}
	return fill_group(pick(hash_name(name), header.group_count), gr, buffer,
	    size, errnop);
}

enum nss_status
_nss_floor_getgrgid_r(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	return fill_group(
	    pick(hash_id(gid), header.group_count), gr, buffer, size, errnop);
}

/* Seven parameters, for that is what glibc calls. */
enum nss_status
_nss_floor_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *errnop)
{
	const struct floor_gids *list = NULL;

	(void)limit;
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	list = (const void *)(arena + header.gids +
	    pick(hash_name(user), header.user_count) * FLOOR_GIDS_SLOT);
	for (uint32_t i = 0; i < list->count; i++) {
		if (*start == *size) {
			gid_t *more =
			    realloc(*groups, 2 * (size_t)*size * sizeof(*more));

			if (more == NULL)
				return NSS_STATUS_TRYAGAIN;
			*groups = more;
			*size *= 2;
		}
		if (list->gid[i] != group)
			(*groups)[(*start)++] = list->gid[i];
	}
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_floor_setpwent(int stay_open)
{
	(void)stay_open;
	next_user = 0;
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_floor_endpwent(void)
{
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_floor_getpwent_r(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	if (need_arena(errnop) != 0)
		return NSS_STATUS_UNAVAIL;
	if (next_user >= header.user_count) {
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	}
	return fill_user(next_user++, pw, buffer, size, errnop);
}
