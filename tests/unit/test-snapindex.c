/*
 * test-snapindex.c - what is put is found where the reader looks, or refused.
 */
#include "rules/snapindex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/snapshot_hash.h"

/* The reader's search. */
static bool
finds(const struct snapindex *index, uint64_t hash, uint32_t ref)
{
	uint32_t place = snapshot_hash_bucket(hash, index->count);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < index->count; i++) {
		const struct snapshot_bucket *b =
		    &index->buckets[(place + i) % index->count];

		for (uint32_t k = 0; k < b->count; k++)
			if (b->ref[k] == ref && b->tag[k] == (uint8_t)hash)
				return true;
		if (b->count < SNAPSHOT_BUCKET_ENTRIES)
			return false;
	}
	return false;
}

static void
all_that_is_put_is_found(void **state)
{
	enum { ENTRIES = 20000 };
	struct snapindex index CLEANUP(snapindex_done) = {0};

	assert_int_equal(snapindex_init(&index, ENTRIES), 0);
	for (uint32_t i = 0; i < ENTRIES; i++)
		assert_true(snapindex_put(&index, snapshot_hash_id(3, i), i));
	for (uint32_t i = 0; i < ENTRIES; i++)
		assert_true(finds(&index, snapshot_hash_id(3, i), i));
	snapindex_clear(&index);
	assert_false(finds(&index, snapshot_hash_id(3, 1), 1));
}

static void
t59_more_than_the_reader_would_find_is_refused(void **state)
{
	struct snapindex index CLEANUP(snapindex_done) = {0};
	uint32_t most = SNAPSHOT_PROBE_MAX * SNAPSHOT_BUCKET_ENTRIES;

	assert_int_equal(snapindex_init(&index, 100000), 0);
	for (uint32_t i = 0; i < most; i++)
		assert_true(snapindex_put(&index, 7, i));
	assert_false(snapindex_put(&index, 7, most));
}

static void
an_index_of_nothing_has_no_bytes(void **state)
{
	struct snapindex index CLEANUP(snapindex_done) = {0};

	assert_int_equal(snapindex_init(&index, 0), 0);
	assert_int_equal(snapindex_bytes(&index), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_that_is_put_is_found),
	    cmocka_unit_test(t59_more_than_the_reader_would_find_is_refused),
	    cmocka_unit_test(an_index_of_nothing_has_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
