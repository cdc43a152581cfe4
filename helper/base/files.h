/*
 * files.h - reading and replacing files with owner and mode checks.  Blocks on
 * the disk only.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "common/attrs.h"
#include "common/buf.h"

enum files_privacy {
	FILES_PUBLIC, /* anyone may read; only the owner may write */
	FILES_SECRET, /* group and others may not even read */
};

#define FILES_SECRET_MAX_BYTES ((size_t)8192)

/*
 * Appends a whole regular file to out, never blocking on a FIFO or device.
 * The file and its folder must be owned by root or by us and not be writable
 * by group or others (a sticky folder may be).  A secret file must not be
 * readable by them either, nor be reached by a symbolic link.
 * ERR_INSECURE_FILE, ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_IO; then out is as
 * before.
 */
MUST_CHECK int files_read(const char *path, enum files_privacy privacy,
    size_t limit_bytes, struct buf *out);

/* The same checks, for who reads piece by piece: the caller closes the
 * descriptor. limit_bytes: what it may hold now. */
MUST_CHECK int files_open(const char *path, enum files_privacy privacy,
    size_t limit_bytes, int *ret_fd);

/* The first line of a secret file, without its newline, in a wiping string
 * (free with secret_free_string). An empty one, or one with a control byte, is
 * ERR_MALFORMED. */
MUST_CHECK int files_read_secret(const char *path, char **ret_secret);

/*
 * The same for a file that may hold a second secret in a second line; NULL when
 * it does not.  Anything behind is ERR_MALFORMED.
 */
MUST_CHECK int files_read_secrets(
    const char *path, char **ret_first, char **ret_second);

/*
 * Replaces path whole or not at all: a temporary file beside it (O_EXCL, final
 * mode from birth), written, fsynced, read back and compared, renamed, and the
 * folder fsynced.  On a fault the old file stands and the temporary is gone;
 * only if the folder's fsync fails, the new file stands and may not last.
 */
MUST_CHECK int files_replace(
    const char *path, const void *bytes, size_t len, mode_t mode);

/*
 * Opens a regular file to append to, and makes it with that mode if it is not
 * there.  Nobody else may write it or its folder, and neither it nor another
 * name of it is reached through a link.  The caller closes the descriptor.
 */
MUST_CHECK int files_open_append(const char *path, mode_t mode, int *ret_fd);

/* Lets whoever watches the file know; it stays empty, and is made if needed.
 * Never through a symbolic link. */
MUST_CHECK int files_stir(const char *path);

/* Makes a folder if needed and refuses one that others may write. */
MUST_CHECK int files_ensure_folder(const char *path, mode_t mode);
