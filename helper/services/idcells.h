/*
 * idcells.h - rows of the id map in memory, packed: what a row's text costs and
 * sixteen bytes.
 *
 * Rows have numbers, from 0 in the order of their making; none is ever taken
 * out.  A row that grows moves; what it leaves is reclaimed with all the rest.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

enum idrow_kind { IDROW_USER, IDROW_GROUP };

/* A value; its texts belong to whoever filled it in. */
struct idrow {
	enum idrow_kind kind;
	bool ours;    /* of this organisation; others only keep their numbers */
	bool live;    /* else a tombstone */
	bool changed; /* since it was read or written */
	uint32_t number;
	int64_t created_s; /* 0 .. UINT32_MAX */
	const char *organization;
	const char *key;  /* a member's id, or a group's name */
	const char *name; /* "" while it has none */
	const char *home; /* never changed once it is set */
};

struct idcells {
	const char *organization; /* borrowed; of the rows that are ours */
	uint8_t **chunks;
	size_t chunk_count;
	size_t used; /* bytes of the last chunk */
	uint32_t *places;
	size_t count;
	size_t size;
};

void idcells_init(struct idcells *cells, const char *organization);
/* Forgets all rows and frees their memory. */
void idcells_done(struct idcells *cells);
/* Writes the row of this number, or one more where index is the count.
 * TOO_LARGE, NO_MEMORY; then all is as it was. */
MUST_CHECK int idcells_put(
    struct idcells *cells, size_t index, const struct idrow *row);
/* The texts are borrowed until that row is written. */
void idcells_get(
    const struct idcells *cells, size_t index, struct idrow *ret_row);
