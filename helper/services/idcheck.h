/*
 * idcheck.h - what is wrong with the numbers and names of this host, one
 * finding after another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/members.h"
#include "services/idread.h"
#include "services/ids.h"
#include "services/locals.h"

#define IDCHECK_TEXT_SIZE 384

/* All borrowed, for one call. */
struct idcheck_view {
	const struct ids *ids;
	struct members *members;
	const struct locals *locals; /* NULL: not known */
};

struct idcheck_finding {
	bool fatal; /* must be mended */
	int reason;
	uint32_t number;           /* 0: of no number */
	char key[NAME_ID_MAX + 1]; /* whom it is about, or "" */
	char text[IDCHECK_TEXT_SIZE];
	const char *remedy;
};

/* Where the walk is: first the map as a whole, then its rows, then the members
 * who are left out. */
struct idcheck {
	struct idread rows;
	bool told_state;
	bool rows_done;
	size_t member;
};

/* How to mend a map that is damaged or lost. */
#define IDCHECK_REPAIR                                                  \
	"bring in an export of this host or another one with the same " \
	"settings: orgloginctl ids import FILE; see orglogind(8)"

/*
 * Looks at one row or member.  NOT_FOUND: all was looked at.  ret_found: the
 * finding was written.  Blocks on the disk; idread_pause() holds for rows.
 */
MUST_CHECK int idcheck_step(struct idcheck *check,
    const struct idcheck_view *view, struct idcheck_finding *ret_finding,
    bool *ret_found);

/* Whose the name is that an excluded member wants, as a line; "" where that is
 * not why she is left out. */
void idcheck_taken(const struct idcheck_view *view, const struct member *member,
    char *out, size_t out_size);
/* The other way round: who would have the name of a local user, as a line; ""
 * where it is nobody.  Looks at all members. */
void idcheck_displaced(const struct idcheck_view *view, const char *user,
    char *out, size_t out_size);
