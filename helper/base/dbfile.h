/*
 * dbfile.h - the file of a database, before SQLite opens it.
 */
#pragma once

#include "common/attrs.h"

/* Opens path and closes it; flags may make it (O_CREAT | O_EXCL), 0600.  0: it
 * is a regular file that is ours alone, and its journal is one of ours or is
 * not there; else NOT_FOUND, INSECURE_FILE, IO. */
MUST_CHECK int dbfile_check(const char *path, int flags);
/* The names in the folder of path last. Blocks on the disk. */
MUST_CHECK int dbfile_sync_folder(const char *path);
