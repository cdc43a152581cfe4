/*
 * test-snapemit.c - bytes come to the sink in order, each chunk with its
 * checksum, and a fault of the sink is not lost.
 */
#include "rules/snapemit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/snapshot_format.h"
#include "common/snapshot_hash.h"

#define ROOM ((size_t)8 << 20)
#define LARGE_PAGE ((size_t)2 << 20)
#define SEVERAL 5000000 /* bytes, of which the sink gets three pieces */

struct sink {
	uint8_t bytes[ROOM];
	size_t end;
	size_t ends[8]; /* after each call */
	int calls;
	int fails_at;
};

static int
write_sink(void *context, uint64_t offset, const void *bytes, size_t len)
{
	struct sink *sink = context;

	if (++sink->calls == sink->fails_at)
		return ERR_NO_SPACE;
	assert_int_equal(offset, sink->end);
	assert_true(sink->end + len <= ROOM);
	memcpy(sink->bytes + sink->end, bytes, len);
	sink->end += len;
	if ((size_t)sink->calls <= ARRAY_SIZE(sink->ends))
		sink->ends[sink->calls - 1] = sink->end;
	return 0;
}

static struct sink *
new_sink(void)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	assert_non_null(sink);
	sink->end = sizeof(struct snapshot_header);
	return sink;
}

/* len bytes behind the header, put in parts; the fault. */
static int
emit(struct sink *sink, size_t len, size_t part, uint64_t *ret_sum)
{
	const struct snapwrite_sink to = {.write = write_sink, .context = sink};
	struct snapemit emit CLEANUP(snapemit_done) = {0};
	uint64_t end = sizeof(struct snapshot_header) + len;
	uint8_t bytes[100];

	memset(bytes, 0xa5, sizeof(bytes));
	assert_int_equal(snapemit_init(&emit, &to, end), 0);
	while (emit.offset + part <= end && emit.fault == 0)
		snapemit_put(&emit, bytes, part);
	snapemit_pad(&emit, end);
	return snapemit_end(&emit, ret_sum);
}

static void
each_chunk_has_its_checksum(void **state)
{
	static const size_t start = sizeof(struct snapshot_header);
	static const size_t lengths[] = {0, 1, SNAPSHOT_CHUNK - 1,
	    SNAPSHOT_CHUNK, SNAPSHOT_CHUNK + 1, LARGE_PAGE - start - 1,
	    LARGE_PAGE - start, LARGE_PAGE - start + 1, LARGE_PAGE - 1,
	    LARGE_PAGE, LARGE_PAGE + 1, SEVERAL};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct sink *sink = new_sink();
		size_t chunks =
		    (lengths[i] + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK;
		uint8_t *table = sink->bytes + start + lengths[i];
		uint64_t sum = 0;

		assert_int_equal(emit(sink, lengths[i], 100, &sum), 0);
		assert_int_equal(
		    sink->end, start + lengths[i] + chunks * sizeof(uint64_t));
		for (size_t c = 0; c < chunks; c++) {
			size_t at = c * SNAPSHOT_CHUNK;
			size_t left = lengths[i] - at;
			uint64_t there;

			memcpy(
			    &there, table + c * sizeof(there), sizeof(there));
			assert_true(there ==
			    snapshot_checksum(sink->bytes + start + at,
				left < SNAPSHOT_CHUNK ? left : SNAPSHOT_CHUNK));
		}
		assert_true(
		    sum == snapshot_checksum(table, chunks * sizeof(uint64_t)));
		free(sink);
	}
}

/* So that the kernel keeps each in one large page. */
static void
pieces_end_where_large_pages_do(void **state)
{
	struct sink *sink = new_sink();
	uint64_t sum = 0;

	assert_int_equal(emit(sink, SEVERAL, 100, &sum), 0);
	assert_int_equal(sink->calls, 4);
	assert_int_equal(sink->ends[0], LARGE_PAGE);
	assert_int_equal(sink->ends[1], 2 * LARGE_PAGE);
	assert_int_equal(
	    sink->ends[2], sizeof(struct snapshot_header) + SEVERAL);
	free(sink);
}

static void
more_than_was_told_is_a_fault(void **state)
{
	struct sink *sink = new_sink();
	const struct snapwrite_sink to = {.write = write_sink, .context = sink};

	for (size_t told = 1000; told <= SEVERAL; told += SEVERAL - 1000) {
		struct snapemit emit CLEANUP(snapemit_done) = {0};
		uint64_t sum = 77;

		sink->end = sizeof(struct snapshot_header);
		assert_int_equal(snapemit_init(&emit, &to, told), 0);
		snapemit_pad(&emit, told + SNAPSHOT_CHUNK);
		assert_int_equal(snapemit_end(&emit, &sum), ERR_INTERNAL);
		assert_int_equal(sum, 77);
	}
	free(sink);
}

static void
a_fault_of_the_sink_stays(void **state)
{
	for (int at = 1; at <= 4; at++) {
		struct sink *sink = new_sink();
		uint64_t sum = 77;

		sink->fails_at = at;
		assert_int_equal(emit(sink, SEVERAL, 64, &sum), ERR_NO_SPACE);
		assert_int_equal(sink->calls, at);
		assert_int_equal(sum, 77);
		free(sink);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_chunk_has_its_checksum),
	    cmocka_unit_test(pieces_end_where_large_pages_do),
	    cmocka_unit_test(more_than_was_told_is_a_fault),
	    cmocka_unit_test(a_fault_of_the_sink_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
