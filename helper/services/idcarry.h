/*
 * idcarry.h - an id map brought in from outside: everything is checked first,
 * then all of it stands, or nothing.
 *
 * The lines are those of services/idline.  They wait in a table of their own,
 * so that a million rows cost no memory; blocks on the disk, at the end for as
 * long as the database takes to hold all rows against the map.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/idmap.h"
#include "services/ids.h"

#define IDCARRY_PROBLEM_SIZE 256

struct idcarry;

struct idcarry_options {
	const char *organization_id; /* borrowed */
	struct idmap_range range;
};

MUST_CHECK int idcarry_new(struct db *db, const struct idcarry_options *options,
    struct idcarry **ret_carry);
/* Forgets what did not come in. */
void idcarry_free(struct idcarry *carry);

/*
 * Some whole lines more.  Faults, after which nothing more is taken:
 * TOKEN_ORGANIZATION (of another one), STATE_DAMAGED (of a damaged map),
 * UNSUPPORTED, ID_OUT_OF_RANGE, NAME_INVALID, EXISTS (a number, a member, a
 * name or a home twice), MALFORMED and those of the JSON reader.
 */
MUST_CHECK int idcarry_take(struct idcarry *carry, const char *lines);

/*
 * All lines were given.  A damaged map is moved aside within the database; a
 * whole one keeps its rows, and gains those that it lacks.  Faults: MALFORMED
 * (lines are missing), ID_TAKEN (a member or number stands otherwise in the
 * map); then the map is as it was.
 */
MUST_CHECK int idcarry_finish(struct idcarry *carry, struct ids *ids,
    struct wall_time now, uint64_t *ret_added);

/* What was wrong, as a line for the administrator; "" while nothing is. */
const char *idcarry_problem(const struct idcarry *carry);
