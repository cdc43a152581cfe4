/*
 * shells.h - which login shells this host allows: shells(5), read as a file.
 *
 * A shell that stands there may be what a directory says; any other would be a
 * way for the directory to have a program of its choice run at every login.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "common/buf.h"

/* A value; zeroed allows every shell. */
struct shells {
	struct buf text;
	bool limited;
};
void shells_done(struct shells *shells);
#define SHELLS_AUTO CLEANUP(shells_done)

/* Where there is no file (or path is NULL), every shell is allowed; where it
 * cannot be read, none. Into a zeroed one; blocks on the disk. */
void shells_read(const char *path, struct shells *ret_shells);
bool shells_same(const struct shells *a, const struct shells *b);
bool shells_allow(const struct shells *shells, const char *shell);
