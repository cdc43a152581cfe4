/*
 * keyfile.h - the file with the key of the vault, written by root for the
 * daemon.
 *
 * One line of 64 hexadecimal digits is the key; a second line, while rows are
 * sealed anew, the key before it.  The file is replaced whole or not at all,
 * and locked for as long as it is open here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/attrs.h"

#define KEYFILE_DIGITS 64

/* Keys are secrets. */
struct keyfile {
	const char *path; /* borrowed */
	uid_t owner;      /* of what is written: the daemon's */
	int fd;           /* holds the lock; -1: there is no file yet */
	char now[KEYFILE_DIGITS + 1];
	char before[KEYFILE_DIGITS + 1]; /* "": none */
};
#define KEYFILE_NULL ((struct keyfile){.fd = -1})

/* Opens and reads it; no file is no fault.  BUSY_HOST: somebody else has it
 * open.  INSECURE_FILE: no plain file.  MALFORMED, IO. */
MUST_CHECK int keyfile_open(
    const char *path, uid_t owner, struct keyfile *ret_file);
/* Wipes the keys and lets go of the lock. */
void keyfile_close(struct keyfile *file);
#define KEYFILE_AUTO CLEANUP(keyfile_close)

/* Puts a random key in the place of the one there, which becomes the one
 * before; on the disk when it returns 0.  IO, NO_SPACE, EXISTS: of what an
 * interrupted run left beside it. */
MUST_CHECK int keyfile_renew(struct keyfile *file);
/* Drops the key before, likewise. */
MUST_CHECK int keyfile_settle(struct keyfile *file);
