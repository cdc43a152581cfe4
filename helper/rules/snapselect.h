/*
 * snapselect.h - which members and groups may stand in the snapshot.
 *
 * Pure.  The rules are those of snapwrite.h; this is their decision alone,
 * apart from the bytes.  Every user is looked at once, in the order given;
 * what is kept of a million of them is a few bytes each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/snapwrite.h"

#define SNAPSELECT_NONE UINT32_MAX

struct snapselect {
	/* What stands, in the order of names: indexes into the input. */
	uint32_t *users;
	uint32_t *groups;
	uint32_t user_count;
	uint32_t group_count;
	/*
	 * Groups stand in gid lists in the order of their places: first the
	 * organisation's, by gid, then the host's.
	 */
	uint32_t *places;      /* by index in the input */
	uint32_t *place_ranks; /* by place: in groups, or SNAPSELECT_NONE */
	uint32_t *place_gids;
	uint32_t first_local; /* place */
	/* By index in the input, also of those that do not stand. */
	uint32_t *uids;
	uint32_t *name_starts;  /* in names */
	uint32_t *list_starts;  /* in lists; one more than users */
	uint16_t *text_lengths; /* of all texts in the record, with NULs */
	char *names;            /* NUL-terminated, one behind the other */
	uint32_t *lists;        /* places, ascending in each list, each once */
};

/*
 * Judges every entry and tells on_refused of those left out.  Free with
 * snapselect_done(), which accepts a zeroed one.  ERR_NO_MEMORY, ERR_TOO_LARGE,
 * ERR_INVALID_ARGUMENT (a group index out of range).
 */
MUST_CHECK int snapselect(
    const struct snapwrite_input *input, struct snapselect *ret_chosen);
void snapselect_done(struct snapselect *chosen);

/* The text that is published as gecos: one that could harm a terminal is left
 * out, not its owner. */
const char *snapselect_gecos(const struct snapwrite_user *user);
