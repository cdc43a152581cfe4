/*
 * snapshot_hidden.h - the records of a base that an overlay takes away.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot.h"

/* A user's record as an overlay refers to it, and back; the view is of that
 * base. */
uint32_t snapshot_user_ref(
    const struct snapshot *base, const struct snapshot_user *user);
MUST_CHECK int snapshot_user_of_ref(
    const struct snapshot *base, uint32_t ref, struct snapshot_user *ret);

/* Reference i of overlay->hidden.length. */
uint32_t snapshot_hidden(const struct snapshot *overlay, uint32_t i);
/* Whether the overlay takes that record away. */
bool snapshot_hides(const struct snapshot *overlay, uint32_t ref);
