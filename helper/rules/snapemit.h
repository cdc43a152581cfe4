/*
 * snapemit.h - the bytes behind the header, in order, to a sink, with the
 * checksum of each chunk of them.
 *
 * Holds one piece of the file at a time.  A fault of the sink sticks: later
 * calls do nothing, and snapemit_fault() tells it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/snapwrite.h"

struct snapemit {
	const struct snapwrite_sink *sink;
	uint64_t offset; /* of the next byte, in the file */
	uint8_t *piece;
	size_t room; /* of the piece */
	size_t
	    filled; /* of it; what stands before `unsent` is not to be sent */
	size_t unsent;
	uint64_t *sums;
	size_t sum_count;
	size_t sum_size;
	int fault;
};

/* Room for the checksums up to chunks_offset, where their own section is. */
MUST_CHECK int snapemit_init(struct snapemit *emit,
    const struct snapwrite_sink *sink, uint64_t chunks_offset);
void snapemit_done(struct snapemit *emit);

void snapemit_put(struct snapemit *emit, const void *bytes, size_t len);
/* Zeros up to an offset that is not behind us. */
void snapemit_pad(struct snapemit *emit, uint64_t offset);
/* Ends the last chunk, and puts the checksums out: theirs is in ret_sum. */
MUST_CHECK int snapemit_end(struct snapemit *emit, uint64_t *ret_sum);
