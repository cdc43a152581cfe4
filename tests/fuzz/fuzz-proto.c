/*
 * fuzz-proto.c - a frame is refused, or it is the one frame of what it says:
 * encoding the message again gives the same bytes.
 */
#include "common/proto.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* A buffer of exactly the size of the message, so that a sanitizer sees each
 * byte that is written behind its end. */
static void
decode_body(enum proto_type type, const uint8_t *frame, size_t len)
{
	size_t size = proto_size(type);
	uint8_t *message = malloc(size + 1);
	BUF_AUTO struct buf again = {.limit = PROTO_FRAME_MAX};
	int fault;

	require(message != NULL);
	memset(message, 0x5a, size + 1);
	fault = proto_decode(type, frame + PROTO_HEADER_BYTES,
	    len - PROTO_HEADER_BYTES, message, size);
	require(fault == 0 || fault == ERR_MALFORMED);
	require(message[size] == 0x5a);
	if (fault == 0) {
		require(proto_encode(&again, type, message) == 0);
		require(again.len == len);
		require(memcmp(again.bytes, frame, len) == 0);
	} else {
		for (size_t i = 0; i < size; i++)
			require(message[i] == 0x5a);
	}
	free(message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct proto_header header;

	if (len < PROTO_HEADER_BYTES ||
	    proto_decode_header(bytes, &header) != 0)
		return 0;
	require(header.body_len <= PROTO_FRAME_MAX - PROTO_HEADER_BYTES);
	if (header.body_len != len - PROTO_HEADER_BYTES)
		return 0;
	decode_body(header.type, bytes, len);
	return 0;
}
