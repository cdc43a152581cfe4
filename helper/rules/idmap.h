/*
 * idmap.h - which number a member or an organisation group gets.
 *
 * Every host of an organisation must come to the same numbers, so they follow
 * from a digest of the immutable id and from the fixed order in which ids are
 * asked for (rules/memberorder); what is already taken is stepped over.  Pure:
 * the caller digests, remembers and persists (services/ids).
 *
 * The digest is the first 8 bytes, little endian, of SHA-256 over
 *     "orglogin id 1" LF organisation LF kind LF key
 * where kind is "user" or "group" and key the member's id or the group's name.
 * Candidate i is first + mix(digest + i * 0x9e3779b97f4a7c15) mod the range's
 * size, where mix is the output step of splitmix64; after IDMAP_PROBES of them,
 * the numbers that follow the last one, wrapping at the end of the range.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"

#define IDMAP_PROBES 64

struct idmap_range {
	uint32_t first;
	uint32_t last;
};

/* Whether anybody else, now or ever, has this number. */
typedef bool idmap_taken_fn(void *arg, uint32_t number);

/*
 * May a number that the source gives be used?  ERR_ID_OUT_OF_RANGE (outside
 * the range, or reserved for good), ERR_ID_TAKEN.
 */
MUST_CHECK int idmap_given(const struct idmap_range *range, uint32_t number,
    idmap_taken_fn *taken, void *arg);

/* The first free candidate. ERR_ID_EXHAUSTED. */
MUST_CHECK int idmap_pick(const struct idmap_range *range, uint64_t digest,
    idmap_taken_fn *taken, void *arg, uint32_t *ret_number);
