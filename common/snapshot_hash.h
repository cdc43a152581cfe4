/*
 * snapshot_hash.h - the hashes in members.snapshot, for its reader and writer.
 *
 * Part of the format: a change makes a new version.  They spread names, and
 * tell damage from accident; they keep nobody out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Odd, with evenly spread bits. */
#define SNAPSHOT_HASH_KEY_1 0x9e3779b97f4a7c15u
#define SNAPSHOT_HASH_KEY_2 0xd1b54a32d192ed03u

static inline uint64_t
snapshot_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to eight bytes as a number; nothing behind them is read. */
static inline uint64_t
snapshot_load(const char *bytes, size_t length)
{
	uint64_t value = 0;

	if (length == 8) {
		memcpy(&value, bytes, 8);
	} else if (length >= 4) {
		uint32_t first;
		uint32_t last;

		memcpy(&first, bytes, 4);
		memcpy(&last, bytes + length - 4, 4);
		value = (uint64_t)first << 32 | last;
	} else if (length > 0) {
		value = (uint64_t)(uint8_t)bytes[0] << 16 |
		    (uint64_t)(uint8_t)bytes[length / 2] << 8 |
		    (uint8_t)bytes[length - 1];
	}
	return value;
}

static inline uint64_t
snapshot_hash_name(uint64_t seed, const char *name, size_t length)
{
	uint64_t hash = seed ^ (length * SNAPSHOT_HASH_KEY_1);

	for (; length > 8; name += 8, length -= 8)
		hash = snapshot_fold(
		    hash ^ snapshot_load(name, 8), SNAPSHOT_HASH_KEY_2);
	return snapshot_fold(
	    hash ^ snapshot_load(name, length), SNAPSHOT_HASH_KEY_1);
}

static inline uint64_t
snapshot_hash_id(uint64_t seed, uint32_t id)
{
	return snapshot_fold(
	    seed ^ id ^ SNAPSHOT_HASH_KEY_2, SNAPSHOT_HASH_KEY_1);
}

/* The bucket, of bucket_count > 0, where a search begins. */
static inline uint32_t
snapshot_hash_bucket(uint64_t hash, uint32_t bucket_count)
{
	return (uint32_t)((hash >> 32) * bucket_count >> 32);
}

/* The checksum of header and content. */
static inline uint64_t
snapshot_checksum(const void *bytes, size_t size)
{
	const char *at = bytes;
	uint64_t sum = size ^ SNAPSHOT_HASH_KEY_2;

	for (; size > 8; at += 8, size -= 8)
		sum = snapshot_fold(
			  sum ^ snapshot_load(at, 8), SNAPSHOT_HASH_KEY_1) +
		    SNAPSHOT_HASH_KEY_2;
	return snapshot_fold(
	    sum ^ snapshot_load(at, size), SNAPSHOT_HASH_KEY_1);
}
