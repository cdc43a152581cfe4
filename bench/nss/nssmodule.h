/*
 * nssmodule.h - an NSS module's functions, or glibc's public ones in the same
 * shape.
 */
#pragma once

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>

/* A function that the module does not have is NULL. */
struct nssmodule {
	enum nss_status (*getpwnam)(
	    const char *, struct passwd *, char *, size_t, int *);
	enum nss_status (*getpwuid)(
	    uid_t, struct passwd *, char *, size_t, int *);
	enum nss_status (*getgrnam)(
	    const char *, struct group *, char *, size_t, int *);
	enum nss_status (*getgrgid)(
	    gid_t, struct group *, char *, size_t, int *);
	enum nss_status (*initgroups)(
	    const char *, gid_t, long *, long *, gid_t **, long, int *);
	enum nss_status (*setpwent)(int);
	enum nss_status (*getpwent)(struct passwd *, char *, size_t, int *);
	enum nss_status (*endpwent)(void);
	enum nss_status (*setgrent)(int);
	enum nss_status (*getgrent)(struct group *, char *, size_t, int *);
	enum nss_status (*endgrent)(void);
};

/* Loads path, or libnss_NAME.so.2 where path is NULL; "glibc" without a path is
 * the public functions, under the nsswitch.conf in force.  Ends the program
 * when that fails. */
void nssmodule_load(
    const char *name, const char *path, struct nssmodule *ret_module);
