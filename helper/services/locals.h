/*
 * locals.h - the users and groups that this host has of its own: the lines of
 * /etc/passwd and /etc/group, read as files.
 *
 * Never through the name service: that would ask us about ourselves.  Blocks
 * on the disk while reading; then it is a value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"

struct locals;

/* Faults of files_read(), MALFORMED (a NUL): without both files nothing is
 * known. */
MUST_CHECK int locals_read(const char *passwd_path, const char *group_path,
    struct locals **ret_locals);
void locals_free(struct locals *locals);
DEFINE_CLEANUP(struct locals, locals, locals_free)
#define LOCALS_AUTO CLEANUP(locals_cleanup)

/* The two are of the same text. Both accept NULL, which equals nothing. */
bool locals_same(const struct locals *a, const struct locals *b);

bool locals_has_user(const struct locals *locals, const char *name);
bool locals_has_group(const struct locals *locals, const char *name);
/* The uid of a user or the gid of a group. */
bool locals_has_number(const struct locals *locals, uint32_t number);
/* NOT_FOUND; ERR_MALFORMED where the line holds no number. */
MUST_CHECK int locals_gid(
    const struct locals *locals, const char *name, uint32_t *ret_gid);
