/*
 * pagesum.h - a check sum in each page of a database, between SQLite and the
 * file.
 *
 * SQLite holds its trees and indexes against each other; a bit that flips in a
 * count, a time or a role shows nowhere.  With a sum it is a damaged page,
 * whenever it is read.  Of accidents only: whoever can write the file can write
 * sums too.
 */
#pragma once

#include <sqlite3.h>

#include "common/attrs.h"

/* At the end of each page; SQLite keeps it free (its "reserved bytes"). */
#define PAGESUM_BYTES 8

/*
 * The layer's name for sqlite3_open_v2(); NULL: no memory, or SQLite is without
 * its own.  A file that is empty when it is opened gets sums, which needs
 * PAGESUM_BYTES reserved before the first write; one that has none is read and
 * written as it is.  A page whose sum is wrong reads as SQLITE_IOERR_DATA.
 */
const char *pagesum_name(void);
