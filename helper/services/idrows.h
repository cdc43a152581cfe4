/*
 * idrows.h - the rows of the id map in memory, checked when read and written
 * together.
 *
 * Beside the rows the database holds their count and a digest over them, so
 * that a map which lost or changed a row is known as damaged.  A row is known
 * by its index, which stays until the rows are loaded again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "services/idindex.h"

#define IDROWS_NONE IDINDEX_NONE

struct idrows;

MUST_CHECK int idrows_new(
    struct db *db, const char *organization, struct idrows **ret_rows);
void idrows_free(struct idrows *rows);
/* The first 8 bytes, little endian, of SHA-256 over text; a fault of the
 * buffer is passed on. */
MUST_CHECK int idrows_digest(
    const struct idrows *rows, const struct buf *text, uint64_t *ret_digest);
/* Forgets what is in memory and reads the table. STATE_DAMAGED: then no row is
 * known. */
MUST_CHECK int idrows_load(struct idrows *rows);
/* Reads the table and takes it for whole as it is, inside the caller's
 * transaction.  STATE_DAMAGED: a row that cannot stand; to be rolled back. */
MUST_CHECK int idrows_seal(struct idrows *rows);
/*
 * Writes up to rows_max changed rows inside the caller's transaction; *ret_done
 * tells that none is left.  Count and digest are those of the table after each
 * call, so that every commit leaves a whole map.
 */
MUST_CHECK int idrows_save(
    struct idrows *rows, size_t rows_max, bool *ret_done);

/* Makes room for as many rows in all: then none of the next calls is long. */
MUST_CHECK int idrows_reserve(struct idrows *rows, size_t count);
size_t idrows_count(const struct idrows *rows);
/* index < idrows_count(). The texts are borrowed until that row changes. */
void idrows_get(const struct idrows *rows, size_t index, struct idrow *ret_row);
/* A row of this organisation, or IDROWS_NONE. */
size_t idrows_find(
    const struct idrows *rows, enum idrow_kind kind, const char *key);
/* The live member of this organisation who holds the user name. */
size_t idrows_find_name(const struct idrows *rows, const char *name);
/* The member of this organisation, live or gone, who has it; NULL: none.
 * Borrowed until that row changes. */
const char *idrows_owner(const struct idrows *rows, uint32_t number);
bool idrows_has_number(const struct idrows *rows, uint32_t number);
bool idrows_has_home(const struct idrows *rows, const char *home);

/* A new row, live and to be written; ERR_INVALID_ARGUMENT where its number is
 * somebody's or nobody's ever. */
MUST_CHECK int idrows_add(struct idrows *rows, enum idrow_kind kind,
    const char *key, uint32_t number, int64_t created_s, size_t *ret_index);
/* A name, and for good a home that nobody has, for a row without a home. */
MUST_CHECK int idrows_settle(
    struct idrows *rows, size_t index, const char *name, const char *home);
/* "" gives the name up. */
MUST_CHECK int idrows_set_name(
    struct idrows *rows, size_t index, const char *name);
/* Who is not live has no name, and keeps number and home. */
MUST_CHECK int idrows_set_live(struct idrows *rows, size_t index, bool live);
