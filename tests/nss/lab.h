/*
 * lab.h - the NSS module as a program meets it: the shared object alone.
 *
 * A test program loads the very object that is installed, of which only the
 * folder it reads is another: the working folder instead of the state folder.
 * Each test runs in a child, where the module was not used before.
 */
#pragma once

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_SNAPSHOT "members.snapshot"
#define LAB_OVERLAY "members.overlay"

/* The eleven entry points. */
struct lab_module {
	enum nss_status (*getpwnam_r)(
	    const char *, struct passwd *, char *, size_t, int *);
	enum nss_status (*getpwuid_r)(
	    uid_t, struct passwd *, char *, size_t, int *);
	enum nss_status (*setpwent)(int);
	enum nss_status (*getpwent_r)(struct passwd *, char *, size_t, int *);
	enum nss_status (*endpwent)(void);
	enum nss_status (*getgrnam_r)(
	    const char *, struct group *, char *, size_t, int *);
	enum nss_status (*getgrgid_r)(
	    gid_t, struct group *, char *, size_t, int *);
	enum nss_status (*setgrent)(int);
	enum nss_status (*getgrent_r)(struct group *, char *, size_t, int *);
	enum nss_status (*endgrent)(void);
	enum nss_status (*initgroups_dyn)(
	    const char *, gid_t, long *, long *, gid_t **, long, int *);
};

struct lab {
	const char *folder; /* the working folder, empty at each test's start */
	char copy[32];      /* where the object was copied to */
	struct lab_module nss;
};

/* For cmocka: of the whole program, *state is a struct lab; and before and
 * after each test. */
int lab_open(void **state);
int lab_close(void **state);
int lab_clear(void **state);

/* Runs fn in a child and fails the test unless it returns, within a minute
 * and `extra_s` seconds. */
void lab_run(
    const struct lab *lab, void (*fn)(const struct lab *lab), unsigned extra_s);

/* How long a test of endurance goes on: $ORGLOGIN_NSS_SECONDS, or `usual_s`. */
unsigned lab_seconds(unsigned usual_s);

/* Seconds of the clock, for bounds of a test's own. */
uint64_t lab_now_s(void);

/* What the module takes for the time from now on in this process; 0 is the
 * real clock again. */
void lab_set_clock(int64_t now_s);

/* In a child: ends the process with a word about it. */
#define LAB_CHECK(right)                                      \
	do {                                                  \
		if (!(right))                                 \
			lab_fail(__FILE__, __LINE__, #right); \
	} while (0)

__attribute__((noreturn)) void lab_fail(
    const char *file, int line, const char *what);
