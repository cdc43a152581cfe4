/*
 * snapindex.c - buckets of references, by hash.
 *
 * Promises that the reader's bounded search finds what was put.  Must not know
 * what is referred to.
 */
#include "rules/snapindex.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/snapshot_hash.h"

/* Filled to three quarters, so that few buckets overflow. */
#define BUCKET_FILL 9

int
snapindex_init(struct snapindex *index, uint64_t entries)
{
	index->count = (uint32_t)((entries + BUCKET_FILL - 1) / BUCKET_FILL);
	/* calloc() of nothing may be NULL. */
	index->buckets =
	    calloc((size_t)index->count + 1, sizeof(*index->buckets));
	return index->buckets ? 0 : ERR_NO_MEMORY;
}

void
snapindex_done(struct snapindex *index)
{
	free(index->buckets);
	*index = (struct snapindex){0};
}

void
snapindex_clear(struct snapindex *index)
{
	memset(index->buckets, 0, snapindex_bytes(index));
}

uint64_t
snapindex_bytes(const struct snapindex *index)
{
	return index->count * sizeof(*index->buckets);
}

bool
snapindex_put(struct snapindex *index, uint64_t hash, uint32_t ref)
{
	uint32_t place = snapshot_hash_bucket(hash, index->count);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < index->count; i++) {
		struct snapshot_bucket *b =
		    &index->buckets[(place + i) % index->count];

		if (b->count == SNAPSHOT_BUCKET_ENTRIES)
			continue;
		b->ref[b->count] = ref;
		b->tag[b->count++] = (uint8_t)hash;
		return true;
	}
	return false;
}
