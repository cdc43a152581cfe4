/*
 * snapshot_proof.h - that bytes of a snapshot are as the writer left them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot.h"

/* All of them, by the checksums alone.  Linear, at a small part of the cost of
 * snapshot_validate(). */
MUST_CHECK bool snapshot_is_whole(const struct snapshot *snap);

/* Lets go of the pages that were read, where the file is `passing`; to be
 * called with each step of a long way, it does so once in many. */
void snapshot_pass(const struct snapshot *snap, uint64_t step);

/* Those that snapshot_user_by_name() reads for this name: what it says is
 * proven.  Reads a five-hundredth of the file; of version 1 all. */
MUST_CHECK bool snapshot_search_is_whole(
    const struct snapshot *snap, const char *name);
