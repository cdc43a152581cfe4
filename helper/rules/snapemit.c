/*
 * snapemit.c - the bytes behind the header, in order, to a sink.
 *
 * Owns the one piece that is in memory, and the table of checksums.  Must not
 * know what the bytes mean.
 */
#include "rules/snapemit.h"

#include <stdlib.h>
#include <string.h>

#include "common/snapshot_format.h"
#include "common/snapshot_hash.h"

/*
 * Pieces end where the processor's large pages do, so that the kernel may keep
 * the file in such: a lookup then seldom waits for a page table.  Chunks begin
 * behind the header, so the last of a piece ends so far within the next one.
 */
#define PIECE_BYTES ((size_t)2 << 20)
#define PIECE_LAP sizeof(struct snapshot_header)

_Static_assert(PIECE_BYTES % SNAPSHOT_CHUNK == 0, "the lap is always the same");

int
snapemit_init(struct snapemit *emit, const struct snapwrite_sink *sink,
    uint64_t chunks_offset)
{
	uint64_t bytes = chunks_offset - sizeof(struct snapshot_header);

	*emit = (struct snapemit){.sink = sink,
	    .offset = sizeof(struct snapshot_header),
	    .room = PIECE_BYTES + PIECE_LAP,
	    .filled = PIECE_LAP,
	    .unsent = PIECE_LAP,
	    .sum_size =
		(size_t)((bytes + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK)};
	if (chunks_offset < emit->room)
		emit->room = (size_t)chunks_offset;
	emit->piece = malloc(emit->room);
	emit->sums = calloc(emit->sum_size + 1, sizeof(*emit->sums));
	return emit->piece && emit->sums ? 0 : ERR_NO_MEMORY;
}

void
snapemit_done(struct snapemit *emit)
{
	free(emit->piece);
	free(emit->sums);
	*emit = (struct snapemit){0};
}

static void
send(struct snapemit *emit, uint64_t offset, const void *bytes, size_t len)
{
	if (emit->fault == 0 && len > 0)
		emit->fault =
		    emit->sink->write(emit->sink->context, offset, bytes, len);
}

/* What the lap holds, the header or the end of a chunk, was summed before. */
static void
sum_chunks(struct snapemit *emit)
{
	for (size_t at = PIECE_LAP; at < emit->filled; at += SNAPSHOT_CHUNK) {
		size_t left = emit->filled - at;

		if (emit->sum_count == emit->sum_size) {
			emit->fault = ERR_INTERNAL;
			return;
		}
		emit->sums[emit->sum_count++] =
		    snapshot_checksum(emit->piece + at,
			left < SNAPSHOT_CHUNK ? left : SNAPSHOT_CHUNK);
	}
}

/* Sends what is filled, up to `end` bytes, and keeps the rest. */
static void
flush(struct snapemit *emit, size_t end)
{
	sum_chunks(emit);
	send(emit, emit->offset - emit->filled + emit->unsent,
	    emit->piece + emit->unsent, end - emit->unsent);
	emit->filled -= end;
	emit->unsent = 0;
	memmove(emit->piece, emit->piece + end, emit->filled);
}

/* The next bytes of the piece, len of them at most; how many. */
static size_t
take(struct snapemit *emit, uint64_t len)
{
	size_t room = 0;

	if (emit->filled == PIECE_BYTES + PIECE_LAP)
		flush(emit, PIECE_BYTES);
	room = emit->room - emit->filled;
	if (room == 0)
		emit->fault = ERR_INTERNAL; /* more than was told */
	return len < room ? (size_t)len : room;
}

void
snapemit_put(struct snapemit *emit, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len > 0 && emit->fault == 0) {
		size_t part = take(emit, len);

		memcpy(emit->piece + emit->filled, from, part);
		emit->filled += part;
		emit->offset += part;
		from += part;
		len -= part;
	}
}

void
snapemit_pad(struct snapemit *emit, uint64_t offset)
{
	while (emit->offset < offset && emit->fault == 0) {
		size_t part = take(emit, offset - emit->offset);

		memset(emit->piece + emit->filled, 0, part);
		emit->filled += part;
		emit->offset += part;
	}
}

int
snapemit_end(struct snapemit *emit, uint64_t *ret_sum)
{
	size_t bytes = 0;

	flush(emit, emit->filled);
	if (emit->fault == 0 && emit->sum_count != emit->sum_size)
		emit->fault = ERR_INTERNAL;
	if (emit->fault != 0)
		return emit->fault;
	bytes = emit->sum_count * sizeof(*emit->sums);
	send(emit, emit->offset, emit->sums, bytes);
	if (emit->fault == 0)
		*ret_sum = snapshot_checksum(emit->sums, bytes);
	return emit->fault;
}
