/*
 * snapseal.c - the checksums of a snapshot, made right after a change.
 *
 * Stays within the bytes, of which nothing need be true.
 */
#include "tests/unit/snapseal.h"

#include "common/snapshot_format.h"
#include "common/snapshot_hash.h"

#define CONTENT sizeof(struct snapshot_header)

static void
seal_1(uint8_t *bytes, size_t size)
{
	struct snapshot_header_1 *h = (void *)bytes;

	h->content_checksum = snapshot_checksum(h + 1, size - sizeof(*h));
	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header_1, header_checksum));
}

/* The table, as far as there is room for it. */
static void
seal_chunks(uint8_t *bytes, size_t size, size_t end)
{
	size_t sum_at = end;

	for (size_t at = CONTENT; at < end && size - sum_at >= sizeof(uint64_t);
	     at += SNAPSHOT_CHUNK, sum_at += sizeof(uint64_t)) {
		size_t left = end - at;
		uint64_t sum = snapshot_checksum(
		    bytes + at, left < SNAPSHOT_CHUNK ? left : SNAPSHOT_CHUNK);

		memcpy(bytes + sum_at, &sum, sizeof(sum));
	}
}

static void
seal_2(uint8_t *bytes, size_t size)
{
	struct snapshot_header *h = (void *)bytes;
	const struct snapshot_section *table = &h->chunks;

	if (table->offset >= CONTENT && table->offset <= size &&
	    table->length <= size - table->offset) {
		seal_chunks(bytes, size, table->offset);
		h->content_checksum =
		    snapshot_checksum(bytes + table->offset, table->length);
	}
	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header, header_checksum));
}

void
snapseal(uint8_t *bytes, size_t size)
{
	const struct snapshot_start *start = (const void *)bytes;

	if (size < sizeof(struct snapshot_header_1))
		return;
	if (start->version == SNAPSHOT_VERSION_1)
		seal_1(bytes, size);
	else if (size >= CONTENT)
		seal_2(bytes, size);
}
