/*
 * overlay.h - the members who changed since a base was made, on their way to
 * the bytes of members.overlay.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot.h"
#include "common/times.h"
#include "rules/snapwrite.h"
#include "services/memberships.h"
#include "services/publish.h"

struct overlay;

/* Copies what is said of them, and what the ids say.  ERR_TOO_LARGE past
 * PUBLISH_CHANGES_MAX, ERR_EXISTS for a member told twice, ERR_NO_MEMORY. */
MUST_CHECK int overlay_new(const struct ids *ids,
    const struct member *const *changed, size_t count,
    struct overlay **ret_overlay);
/* Accepts NULL. */
void overlay_free(struct overlay *overlay);
DEFINE_CLEANUP(struct overlay, overlay, overlay_free)
#define OVERLAY_AUTO CLEANUP(overlay_cleanup)

/* What the overlay lies over. */
struct overlay_base {
	const struct publish_options *options;
	const struct memberships *memberships; /* that the base was made of */
	const struct snapshot *snapshot;
	uint64_t generation;
	struct wall_time created;
	uint32_t number;
};

/* ERR_TOO_LARGE: somebody cannot be told by an overlay.  Faults of
 * snapwrite_stream(), ERR_SNAPSHOT_INVALID (of the base). */
MUST_CHECK int overlay_write(const struct overlay *overlay,
    const struct overlay_base *base, const struct snapwrite_sink *sink);
