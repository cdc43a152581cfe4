/*
 * snapshot_search.h - index searches; for the readers of snapshot.h only.
 *
 * Inline, so that each kind of search is compiled by itself: what does not
 * depend on the file is then settled at compile time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/err.h"
#include "common/snapshot.h"
#include "common/snapshot_hash.h"
#include "common/snapshot_read.h"

/* What a search looks for: a name, or an id where name is NULL. */
struct snapshot_key {
	const char *name;
	size_t length;
	uint32_t id;
	uint64_t hash;
};

/* Whether length > 0 bytes are the same. */
SNAPSHOT_INLINE bool
snapshot_same_bytes(const char *a, const char *b, size_t length)
{
	for (; length > 8; a += 8, b += 8, length -= 8)
		if (snapshot_load(a, 8) != snapshot_load(b, 8))
			return false;
	return snapshot_load(a, length) == snapshot_load(b, length);
}

/* Whether the record answers to the key.  One whose name lies outside its
 * section may: reading it then tells the damage. */
SNAPSHOT_INLINE bool
snapshot_answers(
    const struct snapshot_head *head, const struct snapshot_key *key)
{
	if (!key->name)
		return head->id == key->id;
	if (head->name_length != key->length)
		return false;
	return head->name_at + key->length > head->room ||
	    snapshot_same_bytes((const char *)head->record + head->name_at,
		key->name, key->length);
}

/* Bit i for each of eight bytes that is zero. */
SNAPSHOT_INLINE __attribute__((unused)) uint32_t
snapshot_zero_bytes(uint64_t bytes)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f;
	uint64_t high_bits = ~(((bytes & low) + low) | bytes | low);

	/* Gathers the bits, eight apart, in the top byte. */
	return (uint32_t)((high_bits >> 7) * 0x0102040810204080 >> 56);
}

/* Bit i for each entry of the bucket that has the tag. */
SNAPSHOT_INLINE uint32_t
snapshot_find_tag(
    const struct snapshot_bucket *bucket, uint8_t tag, uint32_t count)
{
	uint32_t found;

#ifdef __SSE2__
	__m128i tags = _mm_loadu_si128((const void *)bucket->tag);

	found = (uint32_t)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag)));
#else
	const uint64_t pattern = 0x0101010101010101u * tag;
	uint64_t words[2];

	memcpy(words, bucket->tag, sizeof(words));
	found = snapshot_zero_bytes(words[0] ^ pattern) |
	    snapshot_zero_bytes(words[1] ^ pattern) << 8;
#endif
	return found & ((1u << count) - 1);
}

/* How many entries of the bucket count. */
SNAPSHOT_INLINE uint32_t
snapshot_bucket_count(const struct snapshot_bucket *bucket)
{
	uint32_t count = __atomic_load_n(&bucket->count, __ATOMIC_RELAXED);

	return count < SNAPSHOT_BUCKET_ENTRIES ? count
					       : SNAPSHOT_BUCKET_ENTRIES;
}

/* Of an entry that snapshot_find_tag() found: the first, if more. */
SNAPSHOT_INLINE uint32_t
snapshot_found_ref(const struct snapshot_bucket *bucket, uint32_t found)
{
	return __atomic_load_n(
	    &bucket->ref[__builtin_ctz(found)], __ATOMIC_RELAXED);
}

/* Where its search begins, in bytes. */
SNAPSHOT_INLINE uint64_t
snapshot_first_bucket(
    const struct snapshot_range *index, const struct snapshot_key *key)
{
	const uint64_t size = sizeof(struct snapshot_bucket);

	return snapshot_hash_bucket(
		   key->hash, (uint32_t)(index->length / size)) *
	    size;
}

/*
 * The record that a key names, in at most SNAPSHOT_PROBE_MAX buckets.
 * ERR_NOT_FOUND; ERR_SNAPSHOT_INVALID where one lies outside its section.
 */
SNAPSHOT_INLINE int
snapshot_search(const struct snapshot_range *index,
    const struct snapshot_range *section, const struct snapshot_key *key,
    bool is_user, struct snapshot_head *head)
{
	const struct snapshot_bucket *buckets = (const void *)index->bytes;
	uint32_t total = (uint32_t)(index->length / sizeof(*buckets));
	uint32_t at = snapshot_hash_bucket(key->hash, total);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < total; i++) {
		const struct snapshot_bucket *bucket = &buckets[at];
		uint32_t count = snapshot_bucket_count(bucket);
		uint32_t found =
		    snapshot_find_tag(bucket, (uint8_t)key->hash, count);

		for (; found; found &= found - 1) {
			uint32_t ref = snapshot_found_ref(bucket, found);

			if (!snapshot_load_head(section, ref, is_user, head))
				return ERR_SNAPSHOT_INVALID;
			if (snapshot_answers(head, key))
				return 0;
		}
		if (count < SNAPSHOT_BUCKET_ENTRIES)
			return ERR_NOT_FOUND;
		at = at + 1 < total ? at + 1 : 0;
	}
	return ERR_NOT_FOUND;
}

/* False: nobody can have that name. */
SNAPSHOT_INLINE bool
snapshot_name_key(
    const struct snapshot *snap, const char *name, struct snapshot_key *ret_key)
{
	size_t length = strnlen(name, NAME_USER_MAX + 1);

	if (length == 0 || length > NAME_USER_MAX)
		return false;
	*ret_key = (struct snapshot_key){
	    .name = name,
	    .length = length,
	    .hash = snapshot_hash_name(snap->hash_seed, name, length),
	};
	return true;
}

SNAPSHOT_INLINE struct snapshot_key
snapshot_id_key(const struct snapshot *snap, uint32_t id)
{
	return (struct snapshot_key){
	    .id = id,
	    .hash = snapshot_hash_id(snap->hash_seed, id),
	};
}
