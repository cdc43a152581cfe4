/*
 * snapshot_read.h - places and records; for the readers of snapshot.h only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/snapshot.h"

#define SNAPSHOT_INLINE static inline __attribute__((always_inline))
#define SNAPSHOT_LINE 64 /* bytes that the processor fetches at once */

/* A part of the mapped file. */
struct snapshot_range {
	const uint8_t *bytes;
	uint64_t length;
};

/* The fixed part of a record, each word loaded once. */
struct snapshot_head {
	const uint8_t *record;
	uint64_t room; /* bytes of the section from there on */
	uint32_t id;
	uint32_t words[3]; /* of a user two */
	uint32_t name_at;
	uint32_t name_length;
};

SNAPSHOT_INLINE uint32_t
snapshot_load_u32(const uint8_t *bytes)
{
	return __atomic_load_n(
	    (const uint32_t *)(const void *)bytes, __ATOMIC_RELAXED);
}

SNAPSHOT_INLINE struct snapshot_range
snapshot_range(const struct snapshot *snap, const struct snapshot_part *part)
{
	return (struct snapshot_range){
	    .bytes = snap->bytes + (uint64_t)part->start * SNAPSHOT_ALIGN,
	    .length = (uint64_t)part->length * SNAPSHOT_UNIT,
	};
}

/* Entry i of a part that is a table of numbers; false past its end. */
SNAPSHOT_INLINE bool
snapshot_entry(const struct snapshot *snap, const struct snapshot_part *part,
    uint64_t i, uint32_t *ret_entry)
{
	if (i >= part->length)
		return false;
	*ret_entry = snapshot_load_u32(
	    snapshot_range(snap, part).bytes + i * sizeof(uint32_t));
	return true;
}

/* Has the processor fetch the start of a record while others are looked at. */
SNAPSHOT_INLINE void
snapshot_prefetch(const struct snapshot_range *section, uint64_t offset)
{
	if (offset < section->length)
		__builtin_prefetch(section->bytes + offset);
}

/* False: it lies outside the section.  Records of both kinds begin with their
 * id; a user's name stands behind her gids. */
SNAPSHOT_INLINE bool
snapshot_load_head(const struct snapshot_range *section, uint32_t ref,
    bool is_user, struct snapshot_head *head)
{
	const uint32_t fixed = is_user ? sizeof(struct snapshot_user_record)
				       : sizeof(struct snapshot_group_record);
	uint64_t offset = (uint64_t)ref * SNAPSHOT_UNIT;

	if (section->length < fixed || offset > section->length - fixed)
		return false;
	snapshot_prefetch(section, offset + SNAPSHOT_LINE);
	head->record = section->bytes + offset;
	head->room = section->length - offset;
	head->id = snapshot_load_u32(head->record);
	for (uint32_t i = 0; i < fixed / 4 - 1; i++)
		head->words[i] = snapshot_load_u32(head->record + 4 + i * 4);

	uint32_t gids = (head->words[0] & 0xffff) + (head->words[0] >> 16);

	head->name_at = fixed + (is_user ? gids * (uint32_t)sizeof(gids) : 0);
	head->name_length = head->words[is_user ? 1 : 2] & 0xff;
	return true;
}
