/*
 * snapfile.h - a snapshot or overlay on its way to its place: a temporary file
 * beside it, checked as its readers will, then renamed.
 *
 * Blocks on the disk.  Until snapfile_show() readers see nothing of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot.h"
#include "rules/snapwrite.h"

struct snapfile;

/* For the file at path. NOT_FOUND (no folder), NO_SPACE, IO, ... */
MUST_CHECK int snapfile_new(const char *path, struct snapfile **ret_file);
/* Takes the temporary file away, unless it was shown. Accepts NULL. */
void snapfile_free(struct snapfile *file);
DEFINE_CLEANUP(struct snapfile, snapfile, snapfile_free)
#define SNAPFILE_AUTO CLEANUP(snapfile_cleanup)

/* Where snapwrite_stream() writes. */
struct snapwrite_sink snapfile_sink(struct snapfile *file);
/* Brings the bytes to the disk, maps them and holds them against everything
 * that a reader relies on. Call it once. */
MUST_CHECK int snapfile_check(struct snapfile *file);
/* What was checked; borrowed. */
const struct snapshot *snapfile_snapshot(const struct snapfile *file);
/* Sets the mark of the newest overlay, before it is shown. */
MUST_CHECK int snapfile_mark_overlay(struct snapfile *file, uint32_t number);
/* Puts the file in its place.  After a fault the old one stands. */
MUST_CHECK int snapfile_show(struct snapfile *file);
/* Makes what was shown in that folder last. */
MUST_CHECK int snapfile_sync(const struct snapfile *file);

/*
 * Has what is not in memory yet of a file that stands read in the largest pages
 * that the kernel has, for all its readers: a lookup among a million waits for
 * memory less.  Advice: a kernel that cannot goes on as before.
 */
void snapfile_prefer_large(const struct snapshot *standing);

/*
 * The file that stands at a path now, to be marked later, when it may have
 * another name or none: -1 where there is none that could be marked.  The
 * caller closes it.
 */
int snapfile_open_standing(const char *path);
/* Each mark is one aligned store of four bytes, which a mapped reader sees at
 * once.  A fault is no harm: readers look again once a second. */
void snapfile_supersede(int fd);
MUST_CHECK int snapfile_tell_overlay(int fd, uint32_t number);

/* Removes what dead writers left beside path. */
void snapfile_sweep(const char *path);
