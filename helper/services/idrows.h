/*
 * idrows.h - the rows of the id map in memory, checked when read and written
 * together.
 *
 * Beside the rows the database holds their count and a digest over them, so
 * that a map which lost or changed a row is known as damaged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "common/name.h"

enum idrow_kind { IDROW_USER, IDROW_GROUP };

struct idrow {
	enum idrow_kind kind;
	bool ours; /* of this organisation; others only keep their numbers */
	bool live; /* else a tombstone */
	bool changed;
	uint32_t number;
	int64_t created_s;
	char name[NAME_USER_MAX + 1]; /* "" while it has none */
	char home[NAME_USER_MAX + 1]; /* never changed once it is set */
	const char *organization;
	char key[]; /* a member's id, or a group's name */
};

struct idrows;

/* The first 8 bytes, little endian, of SHA-256 over text; a fault of the
 * buffer is passed on. */
MUST_CHECK int idrows_digest(const struct buf *text, uint64_t *ret_digest);

MUST_CHECK int idrows_new(
    struct db *db, const char *organization, struct idrows **ret_rows);
void idrows_free(struct idrows *rows);
/* Forgets what is in memory and reads the table. STATE_DAMAGED. */
MUST_CHECK int idrows_load(struct idrows *rows);
/* Reads the table and takes it for whole as it is, inside the caller's
 * transaction.  STATE_DAMAGED: a row that cannot stand; to be rolled back. */
MUST_CHECK int idrows_seal(struct idrows *rows);
/* Writes the changed rows, inside the caller's transaction. */
MUST_CHECK int idrows_save(struct idrows *rows);

size_t idrows_count(const struct idrows *rows);
struct idrow *idrows_at(struct idrows *rows, size_t index);
/* A row of this organisation, or NULL. */
struct idrow *idrows_get(
    const struct idrows *rows, enum idrow_kind kind, const char *key);
bool idrows_has_number(const struct idrows *rows, uint32_t number);
bool idrows_has_home(const struct idrows *rows, const char *home);
/* A new row, live and to be written; its number must be nobody's. Borrowed. */
MUST_CHECK int idrows_add(struct idrows *rows, enum idrow_kind kind,
    const char *key, uint32_t number, int64_t created_s,
    struct idrow **ret_row);
/* For a row without a home, and a home that nobody has. */
MUST_CHECK int idrows_set_home(
    struct idrows *rows, struct idrow *row, const char *home);
