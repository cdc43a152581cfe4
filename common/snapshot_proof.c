/*
 * snapshot_proof.c - that bytes of a snapshot are as the writer left them.
 *
 * Owns the checksums behind the header.  Promises that a proof covers every
 * byte its answer rests on, and that what cannot be proven is not.  Must not
 * know what follows from a proof.
 */
#include "common/snapshot_proof.h"

#include <sys/mman.h>

#include "common/snapshot_read.h"
#include "common/snapshot_search.h"

/*
 * Steps between two times that pages are let go of.  A step may touch a page
 * far away, and with it the kernel maps those around it, or a large page.
 * Records are more often let go of than indexes, of which each step touches
 * some: most records far away are touched once.
 */
#define PASS_STEPS 4096
#define PASS_RECORD_STEPS 256
/* Where a kernel has large pages of the file, they begin at its multiples. */
#define PASS_PAGE ((size_t)2 << 20)

void
snapshot_pass(const struct snapshot *snap, uint64_t step)
{
	const struct snapshot_range users = snapshot_range(snap, &snap->users);
	const uintptr_t start = (uintptr_t)snap->bytes;
	const uintptr_t first = (uintptr_t)users.bytes & -(uintptr_t)PASS_PAGE;

	if (!snap->passing)
		return;
	if (step % PASS_STEPS == PASS_STEPS - 1)
		(void)madvise((void *)start, snap->size, MADV_DONTNEED);
	else if (step % PASS_RECORD_STEPS == PASS_RECORD_STEPS - 1 &&
	    first > start)
		(void)madvise((void *)first,
		    (uintptr_t)users.bytes + users.length - first,
		    MADV_DONTNEED);
}

/* The bytes that the chunks cover. */
static struct snapshot_range
get_content(const struct snapshot *snap)
{
	uint64_t end = (uint64_t)snap->chunks.start * SNAPSHOT_ALIGN;

	return (struct snapshot_range){
	    .bytes = snap->bytes + sizeof(struct snapshot_header),
	    .length = end - sizeof(struct snapshot_header),
	};
}

static bool
is_table_whole(const struct snapshot *snap)
{
	struct snapshot_range table = snapshot_range(snap, &snap->chunks);

	return snapshot_checksum(table.bytes, table.length) ==
	    snap->content_checksum;
}

static bool
is_chunk_whole(const struct snapshot *snap, uint64_t i)
{
	struct snapshot_range table = snapshot_range(snap, &snap->chunks);
	struct snapshot_range content = get_content(snap);
	uint64_t start = i * SNAPSHOT_CHUNK;
	uint64_t left = content.length - start;
	uint64_t sum;

	memcpy(&sum, table.bytes + i * sizeof(sum), sizeof(sum));
	return sum ==
	    snapshot_checksum(content.bytes + start,
		left < SNAPSHOT_CHUNK ? left : SNAPSHOT_CHUNK);
}

/* The stretch lies within the content. */
static bool
is_stretch_whole(
    const struct snapshot *snap, const uint8_t *start, uint64_t length)
{
	uint64_t offset = (uint64_t)(start - get_content(snap).bytes);
	uint64_t last = (offset + length - 1) / SNAPSHOT_CHUNK;

	for (uint64_t i = offset / SNAPSHOT_CHUNK; i <= last; i++)
		if (!is_chunk_whole(snap, i))
			return false;
	return true;
}

/* The fixed part of a record, or all that make_user() looks at. */
static bool
is_record_whole(const struct snapshot *snap, uint32_t ref)
{
	struct snapshot_range users = snapshot_range(snap, &snap->users);
	struct snapshot_head head;

	if (!snapshot_load_head(&users, ref, true, &head) ||
	    !is_stretch_whole(
		snap, head.record, sizeof(struct snapshot_user_record)))
		return false;
	/* Lengths of one byte each, so that no record has more text. */
	uint64_t text = (uint64_t)head.name_at + 4 * UINT8_MAX + 6;

	return is_stretch_whole(
	    snap, head.record, text < head.room ? text : head.room);
}

/* The bucket, and the records that its entries of the key lead to. */
static bool
is_bucket_whole(const struct snapshot *snap,
    const struct snapshot_bucket *bucket, uint8_t tag)
{
	uint32_t found;

	if (!is_stretch_whole(snap, (const void *)bucket, sizeof(*bucket)))
		return false;
	found = snapshot_find_tag(bucket, tag, snapshot_bucket_count(bucket));
	for (; found; found &= found - 1)
		if (!is_record_whole(snap, snapshot_found_ref(bucket, found)))
			return false;
	return true;
}

/* All that snapshot_search() may read for the key. */
static bool
is_path_whole(const struct snapshot *snap, const struct snapshot_key *key)
{
	struct snapshot_range index =
	    snapshot_range(snap, &snap->index[SNAPSHOT_USERS_BY_NAME]);
	const struct snapshot_bucket *buckets = (const void *)index.bytes;
	uint32_t total = (uint32_t)(index.length / sizeof(*buckets));
	uint32_t at = snapshot_hash_bucket(key->hash, total);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < total; i++) {
		if (!is_bucket_whole(snap, &buckets[at], (uint8_t)key->hash))
			return false;
		if (snapshot_bucket_count(&buckets[at]) <
		    SNAPSHOT_BUCKET_ENTRIES)
			break;
		at = at + 1 < total ? at + 1 : 0;
	}
	return true;
}

bool
snapshot_is_whole(const struct snapshot *snap)
{
	const uint64_t chunks =
	    snapshot_range(snap, &snap->chunks).length / sizeof(uint64_t);

	if (snap->version == SNAPSHOT_VERSION_1)
		return snap->content_checksum ==
		    snapshot_checksum(
			snap->bytes + sizeof(struct snapshot_header_1),
			snap->size - sizeof(struct snapshot_header_1));
	for (uint64_t i = 0; i < chunks; i++) {
		if (!is_chunk_whole(snap, i))
			return false;
		/* Sixteen records and more are read with each. */
		snapshot_pass(snap, i * 16 + 15);
	}
	return is_table_whole(snap);
}

bool
snapshot_search_is_whole(const struct snapshot *snap, const char *name)
{
	struct snapshot_key key;

	if (snap->version == SNAPSHOT_VERSION_1)
		return snapshot_is_whole(snap);
	return is_table_whole(snap) &&
	    (!snapshot_name_key(snap, name, &key) || is_path_whole(snap, &key));
}
