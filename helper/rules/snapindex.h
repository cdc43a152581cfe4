/*
 * snapindex.h - one index of the snapshot in the making: buckets of
 * references, by hash.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/snapshot_format.h"

struct snapindex {
	struct snapshot_bucket *buckets;
	uint32_t count;
};

/* For so many entries. ERR_NO_MEMORY. */
MUST_CHECK int snapindex_init(struct snapindex *index, uint64_t entries);
void snapindex_done(struct snapindex *index);
void snapindex_clear(struct snapindex *index);
uint64_t snapindex_bytes(const struct snapindex *index);
/* False: no bucket within the reader's reach has room. */
MUST_CHECK bool snapindex_put(
    struct snapindex *index, uint64_t hash, uint32_t ref);
