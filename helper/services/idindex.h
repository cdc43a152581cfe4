/*
 * idindex.h - the rows of the id map in memory, found by key, by number, by
 * name and by home.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/finder.h"
#include "services/idcells.h"

#define IDINDEX_NONE SIZE_MAX

/* It may not move once it is initialised. */
struct idindex {
	struct idcells cells;
	struct finder by_key; /* of this organisation */
	struct finder by_number;
	struct finder by_text; /* homes, and names */
};

/* The organisation is borrowed. */
void idindex_init(struct idindex *in, const char *organization);
/* Forgets all rows. */
void idindex_done(struct idindex *in);

size_t idindex_count(const struct idindex *in);
/* index < count. The texts are borrowed until that row changes. */
void idindex_get(const struct idindex *in, size_t index, struct idrow *ret_row);
/* All of the following give IDINDEX_NONE where there is none. */
size_t idindex_find_key(
    const struct idindex *in, enum idrow_kind kind, const char *key);
size_t idindex_find_number(const struct idindex *in, uint32_t number);
/* Who of this organisation holds the user name. */
size_t idindex_find_name(const struct idindex *in, const char *name);
size_t idindex_find_home(const struct idindex *in, const char *home);

/* Makes room for count rows in all. */
MUST_CHECK int idindex_reserve(struct idindex *in, size_t count);
/* Puts one more row in, or another in its place, of which key and number are
 * the same.  After a fault (NO_MEMORY, TOO_LARGE) only idindex_done() is
 * right. */
MUST_CHECK int idindex_add(struct idindex *in, const struct idrow *row);
MUST_CHECK int idindex_change(
    struct idindex *in, size_t index, const struct idrow *row);
