/*
 * idread.h - the rows of the id map as they lie in the database, one after
 * another, however many there are and whether the map is whole or not.
 */
#pragma once

#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "services/idline.h"

/* Rows made after the start are not told; a row is never taken away. */
struct idread {
	struct db *db;
	const char *organization; /* ours */
	int64_t last;
	int64_t end;
	uint64_t count; /* rows that will be told */
	struct db_stmt *stmt;
};

/* Both are borrowed. Blocks on the disk. */
MUST_CHECK int idread_start(
    struct idread *read, struct db *db, const char *organization);
/* NOT_FOUND after the last. The texts are borrowed until the next call into
 * the database; a row that is not of its form is told as it is. */
MUST_CHECK int idread_next(struct idread *read, struct idline *ret_line);
/* To be called before the loop turns; the texts end here. */
void idread_pause(struct idread *read);
