/*
 * secret.h - memory that is wiped before it is given back.
 *
 * Never blocks.  All functions accept NULL where they free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

/* Overwrites memory in a way the compiler may not drop. */
void secret_wipe(void *mem, size_t len);

/* Compares in a time that depends on len only. */
MUST_CHECK bool secret_equal(const void *a, const void *b, size_t len);

/* Wipes and frees a NUL-terminated string; accepts NULL. */
void secret_free_string(char *s);

/* A copy of len bytes plus NUL, or NULL when memory is out. Caller frees with
 * secret_free_string(). */
MUST_CHECK char *secret_dup(const char *bytes, size_t len);

static inline void
secret_string_cleanup(char **ptr)
{
	secret_free_string(*ptr);
}
