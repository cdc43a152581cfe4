/*
 * snapselect.h - which members and groups may stand in the snapshot.
 *
 * Pure.  The rules are those of snapwrite.h; this is their decision alone,
 * apart from the bytes.
 */
#pragma once

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
	/* By index in the input: place in groups, or SNAPSELECT_NONE. */
	uint32_t *group_ranks;
};

/*
 * Judges every entry and tells on_refused of those left out.  Free with
 * snapselect_done(), which accepts a zeroed one.  ERR_NO_MEMORY, ERR_TOO_LARGE,
 * ERR_INVALID_ARGUMENT (a group index out of range).
 */
MUST_CHECK int snapselect(
    const struct snapwrite_input *input, struct snapselect *ret_chosen);
void snapselect_done(struct snapselect *chosen);
