/*
 * profilefile.h - a profile from its file, with every problem told by its line.
 */
#pragma once

#include "common/attrs.h"
#include "rules/profile.h"

/* One problem: "FILE:LINE: what is wrong", borrowed. */
typedef void profilefile_fn(void *arg, const char *sentence);

/*
 * Reads and checks the file; blocking.  CONFIG_INVALID: told what is wrong,
 * each problem once.  NOT_FOUND and other faults of reading are not told.
 */
MUST_CHECK int profilefile_read(const char *path, profilefile_fn *tell,
    void *arg, struct profile **ret_profile);
