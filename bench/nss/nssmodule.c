/*
 * nssmodule.c - finds the functions behind a service of nsswitch.conf.
 */
#include "bench/nss/nssmodule.h"

#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum nss_status
status_of(int rc, const void *found, int *errnop)
{
	*errnop = rc;
	if (rc == 0)
		return found != NULL ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
	if (rc == ERANGE)
		return NSS_STATUS_TRYAGAIN;
	return rc == ENOENT ? NSS_STATUS_NOTFOUND : NSS_STATUS_UNAVAIL;
}

static enum nss_status
api_getpwnam(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;

	return status_of(
	    getpwnam_r(name, pw, buffer, size, &found), found, errnop);
}

static enum nss_status
api_getpwuid(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;

	return status_of(
	    getpwuid_r(uid, pw, buffer, size, &found), found, errnop);
}

static enum nss_status
api_getgrnam(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group *found = NULL;

	return status_of(
	    getgrnam_r(name, gr, buffer, size, &found), found, errnop);
}

static enum nss_status
api_getgrgid(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group *found = NULL;

	return status_of(
	    getgrgid_r(gid, gr, buffer, size, &found), found, errnop);
}

static enum nss_status
api_getpwent(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;

	return status_of(getpwent_r(pw, buffer, size, &found), found, errnop);
}

static enum nss_status
api_getgrent(struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group *found = NULL;

	return status_of(getgrent_r(gr, buffer, size, &found), found, errnop);
}

static enum nss_status
api_initgroups(const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit, int *errnop)
{
	int count = (int)*size;

	(void)limit;
	if (getgrouplist(user, group, *groups, &count) < 0) {
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	*start = count;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
api_setpwent(int stay_open)
{
	(void)stay_open;
	setpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
api_endpwent(void)
{
	endpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
api_setgrent(int stay_open)
{
	(void)stay_open;
	setgrent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
api_endgrent(void)
{
	endgrent();
	return NSS_STATUS_SUCCESS;
}

/* dlsym() gives a pointer to data, as POSIX says; this is what it points to. */
static void
find(void *object, const char *name, const char *function, void *ret_pointer)
{
	char symbol[256];
	void *address = NULL;

	(void)snprintf(symbol, sizeof(symbol), "_nss_%s_%s", name, function);
	address = dlsym(object, symbol);
	memcpy(ret_pointer, &address, sizeof(address));
}

static void
load_object(const char *name, const char *path, struct nssmodule *m)
{
	char file[256];
	void *object = NULL;

	(void)snprintf(file, sizeof(file), "libnss_%s.so.2", name);
	object = dlopen(path != NULL ? path : file, RTLD_NOW | RTLD_LOCAL);
	if (object == NULL)
		errx(1, "%s", dlerror());
	find(object, name, "getpwnam_r", &m->getpwnam);
	find(object, name, "getpwuid_r", &m->getpwuid);
	find(object, name, "getgrnam_r", &m->getgrnam);
	find(object, name, "getgrgid_r", &m->getgrgid);
	find(object, name, "initgroups_dyn", &m->initgroups);
	find(object, name, "setpwent", &m->setpwent);
	find(object, name, "getpwent_r", &m->getpwent);
	find(object, name, "endpwent", &m->endpwent);
	find(object, name, "setgrent", &m->setgrent);
	find(object, name, "getgrent_r", &m->getgrent);
	find(object, name, "endgrent", &m->endgrent);
	if (m->getpwnam == NULL)
		errx(1, "%s is no NSS module", name);
}

void
nssmodule_load(const char *name, const char *path, struct nssmodule *ret_module)
{
	if (path == NULL && strcmp(name, "glibc") == 0)
		*ret_module = (struct nssmodule){api_getpwnam, api_getpwuid,
		    api_getgrnam, api_getgrgid, api_initgroups, api_setpwent,
		    api_getpwent, api_endpwent, api_setgrent, api_getgrent,
		    api_endgrent};
	else
		load_object(name, path, ret_module);
}
