/*
 * memberfile.h - a file of JSON lines, one member a line, as the source of
 * members.
 *
 * It is read in slices from the loop, so that a large one holds nobody up.  It
 * stands as it was when neither its inode, size and times have changed, nor its
 * bytes.  Blocks on the disk only.
 */
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/source.h"

struct memberfile;

MUST_CHECK int memberfile_new(struct loop *loop, const struct clock *clock,
    const char *path, struct memberfile **ret_file);
void memberfile_free(struct memberfile *file);

/* Borrows the file. */
struct source memberfile_source(struct memberfile *file);
