/*
 * locals.h - the users, groups and numbers that this host has of its own: the
 * lines of /etc/passwd, /etc/group, /etc/subuid and /etc/subgid, read as files.
 *
 * Never through the name service: that would ask us about ourselves.  Blocks
 * on the disk while reading; then it is a value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"

struct locals;

struct locals_paths {
	const char *passwd;
	const char *group;
	const char *subuid;
	const char *subgid;
};

/* Faults of files_read(), MALFORMED (a NUL): without the files nothing is
 * known.  The last two may be missing. */
MUST_CHECK int locals_read(
    const struct locals_paths *paths, struct locals **ret_locals);
void locals_free(struct locals *locals);
DEFINE_CLEANUP(struct locals, locals, locals_free)
#define LOCALS_AUTO CLEANUP(locals_cleanup)

/* The two are of the same text. Both accept NULL, which equals nothing. */
bool locals_same(const struct locals *a, const struct locals *b);

/* Each user and each group, in no order; number: UINT32_MAX where it is none.
 */
typedef void locals_fn(void *arg, const char *name, uint32_t number);
void locals_each(const struct locals *locals, locals_fn *fn, void *arg);
bool locals_has_user(const struct locals *locals, const char *name);
bool locals_has_group(const struct locals *locals, const char *name);
/* The uid of a user, the gid of a group, or delegated. */
bool locals_has_number(const struct locals *locals, uint32_t number);
/* subuid(5) or subgid(5) let a local user run containers with this number. */
bool locals_has_delegated(const struct locals *locals, uint32_t number);
/* NOT_FOUND; ERR_MALFORMED where the line holds no number. */
MUST_CHECK int locals_gid(
    const struct locals *locals, const char *name, uint32_t *ret_gid);
