/*
 * localuser.h - who stands in /etc/passwd itself.
 */
#pragma once

#include <sys/types.h>

#include "common/attrs.h"

/*
 * Reads the file at path from its beginning, never through NSS; blocks on the
 * disk only.  ret_uid, which may be NULL, is (uid_t)-1 where the entry's number
 * is no number.  ERR_NOT_FOUND: the file was read to its end and has no such
 * name.  ERR_IO: nothing is known.
 */
MUST_CHECK int localuser_find(
    const char *path, const char *name, uid_t *ret_uid);
/* Likewise: 0 where an entry has this number, under whatever name. */
MUST_CHECK int localuser_find_uid(const char *path, uid_t uid);
