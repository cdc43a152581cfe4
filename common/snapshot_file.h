/*
 * snapshot_file.h - opening members.snapshot or members.overlay.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "common/attrs.h"
#include "common/snapshot.h"

/* A file that passed the checks of its owner and mode, not yet of its bytes. */
struct snapshot_file {
	int fd; /* the caller closes it */
	size_t size;
	dev_t device;
	ino_t inode;
};

/*
 * Opens without following links or waiting on a FIFO, and refuses what others
 * could have written: the file must be regular, owned by root or by the owner
 * of its folder (the daemon), and neither it nor the folder writable by group
 * or others.  ERR_SNAPSHOT_MISSING, ERR_INSECURE_FILE, ERR_SNAPSHOT_INVALID
 * (not a regular file, or of an impossible size), ERR_IO.
 */
MUST_CHECK int snapshot_file_open(
    const char *path, struct snapshot_file *ret_file);
