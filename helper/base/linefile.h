/*
 * linefile.h - a file of lines that is only appended to, and that others may
 * rotate away.
 *
 * Blocks on the disk only, and never waits until the bytes are on it.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"

struct linefile;

/* path is copied; nothing is opened yet. NO_MEMORY. */
MUST_CHECK int linefile_new(const char *path, struct linefile **ret_file);
/* Accepts NULL. */
void linefile_free(struct linefile *file);

/*
 * Appends a line, whose last byte is its newline, to what has the path now; a
 * file that is not there is made with mode 0640.  What a full disk left of a
 * line is ended before the next.  The faults of files_open_append(), and
 * NO_SPACE, IO; the next call tries again.
 */
MUST_CHECK int linefile_append(
    struct linefile *file, const void *line, size_t len);
