/*
 * snapshot_header.c - the headers of members.snapshot and members.overlay.
 *
 * Owns what a header must be to be believed, and the turning of both versions
 * into one struct snapshot.  Promises that every part of that lies within the
 * file, so that no lookup has to ask again.  Must not know records.
 */
#include "common/snapshot.h"

#include <string.h>

#include "common/err.h"
#include "common/snapshot_hash.h"

_Static_assert(
    sizeof(struct snapshot) % sizeof(uint64_t) == 0, "copied by words");
_Static_assert(offsetof(struct snapshot_header, superseded) ==
	sizeof(struct snapshot_header) - SNAPSHOT_MARKS_SIZE,
    "the last eight bytes");
_Static_assert(offsetof(struct snapshot_header_1, superseded) ==
	sizeof(struct snapshot_header_1) - SNAPSHOT_MARKS_SIZE,
    "the last eight bytes");

/* A header, and where the sections it tells of may lie. */
struct outline {
	struct snapshot_header header; /* of version 1: what it has of this */
	uint64_t header_size;
	uint64_t end;
};

/* False: it does not lie there, or in the wrong units. */
static bool
take_part(const struct outline *outline, const struct snapshot_section *section,
    uint64_t unit, struct snapshot_part *part)
{
	if (section->offset % SNAPSHOT_ALIGN != 0 ||
	    section->offset < outline->header_size ||
	    section->offset > outline->end ||
	    section->length > outline->end - section->offset ||
	    section->length % unit != 0 ||
	    section->offset / SNAPSHOT_ALIGN > UINT32_MAX ||
	    section->length / SNAPSHOT_UNIT > UINT32_MAX)
		return false;
	part->start = (uint32_t)(section->offset / SNAPSHOT_ALIGN);
	part->length = (uint32_t)(section->length / SNAPSHOT_UNIT);
	return true;
}

static bool
take_parts(const struct outline *outline, struct snapshot *snap)
{
	const struct snapshot_start *s = &outline->header.start;

	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		if (!take_part(outline, &s->index[i],
			sizeof(struct snapshot_bucket), &snap->index[i]))
			return false;
	return take_part(outline, &s->users, SNAPSHOT_UNIT, &snap->users) &&
	    take_part(outline, &s->groups, SNAPSHOT_UNIT, &snap->groups) &&
	    take_part(outline, &s->members, SNAPSHOT_UNIT, &snap->members) &&
	    take_part(
		outline, &s->user_refs, SNAPSHOT_UNIT, &snap->user_refs) &&
	    take_part(
		outline, &s->group_refs, SNAPSHOT_UNIT, &snap->group_refs) &&
	    snap->user_refs.length == s->user_count &&
	    snap->group_refs.length == s->group_count;
}

static bool
is_base_sound(const struct snapshot_header *h)
{
	return h->base_checksum == 0 && h->hidden.length == 0;
}

/* Few enough for any answer to be found at once. */
static bool
is_overlay_sound(const struct snapshot_header *h)
{
	return h->start.user_count <= SNAPSHOT_OVERLAY_MAX &&
	    h->hidden.length / sizeof(uint32_t) <= SNAPSHOT_OVERLAY_MAX &&
	    h->start.group_count == 0 && h->start.groups.length == 0 &&
	    h->start.members.length == 0;
}

/* The chunks are what stands from the end of the sections to that of the file,
 * one for each begun SNAPSHOT_CHUNK. */
static bool
take_chunks(struct outline *outline, struct snapshot *snap)
{
	const struct snapshot_section *chunks = &outline->header.chunks;
	uint64_t covered;

	if (!take_part(outline, chunks, sizeof(uint64_t), &snap->chunks))
		return false;
	covered = chunks->offset - outline->header_size;
	outline->end = chunks->offset;
	return chunks->offset + chunks->length == snap->size &&
	    chunks->length / sizeof(uint64_t) ==
	    (covered + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK;
}

static bool
take_version_2(struct outline *outline, struct snapshot *snap)
{
	const struct snapshot_header *h = &outline->header;

	if (!take_chunks(outline, snap) ||
	    !take_part(outline, &h->hidden, SNAPSHOT_UNIT, &snap->hidden) ||
	    !(h->number == 0 ? is_base_sound(h) : is_overlay_sound(h)))
		return false;
	snap->number = h->number;
	snap->base_checksum = h->base_checksum;
	return true;
}

/* The header, with the two checksums of version 1 in their new places. */
static bool
take_header(const uint8_t *bytes, size_t size, uint32_t version,
    struct outline *outline)
{
	struct snapshot_header *h = &outline->header;
	uint64_t checked;

	outline->header_size = version == SNAPSHOT_VERSION_1
	    ? sizeof(struct snapshot_header_1)
	    : sizeof(*h);
	outline->end = size;
	if (size < outline->header_size)
		return false;
	if (version == SNAPSHOT_VERSION_1) {
		struct snapshot_header_1 old;

		memcpy(&old, bytes, sizeof(old));
		*h = (struct snapshot_header){
		    .start = old.start,
		    .content_checksum = old.content_checksum,
		    .header_checksum = old.header_checksum,
		};
		checked = snapshot_checksum(
		    &old, offsetof(struct snapshot_header_1, header_checksum));
	} else {
		memcpy(h, bytes, sizeof(*h));
		checked = snapshot_checksum(
		    h, offsetof(struct snapshot_header, header_checksum));
	}
	return h->header_checksum == checked &&
	    h->start.header_size == outline->header_size &&
	    h->start.size == size &&
	    h->start.organization[SNAPSHOT_ORGANIZATION_MAX - 1] == '\0';
}

static int
find_version(const void *bytes, size_t size, uint32_t *ret_version)
{
	struct snapshot_start start;

	if ((uintptr_t)bytes % _Alignof(struct snapshot_header) != 0 ||
	    size < sizeof(start))
		return ERR_SNAPSHOT_INVALID;
	memcpy(&start, bytes, sizeof(start));
	if (memcmp(start.magic, SNAPSHOT_MAGIC, sizeof(start.magic)) != 0)
		return ERR_SNAPSHOT_INVALID;
	*ret_version = start.version;
	return start.version == SNAPSHOT_VERSION_1 ||
		start.version == SNAPSHOT_VERSION_2
	    ? 0
	    : ERR_SNAPSHOT_VERSION;
}

int
snapshot_init(const void *bytes, size_t size, struct snapshot *ret_snap)
{
	struct outline outline;
	struct snapshot snap = {.bytes = bytes, .size = size};
	const struct snapshot_header *h = &outline.header;
	int err = find_version(bytes, size, &snap.version);

	if (err)
		return err;
	if (!take_header(bytes, size, snap.version, &outline) ||
	    (snap.version == SNAPSHOT_VERSION_2 &&
		!take_version_2(&outline, &snap)) ||
	    !take_parts(&outline, &snap))
		return ERR_SNAPSHOT_INVALID;
	snap.hash_seed = h->start.hash_seed;
	snap.user_count = h->start.user_count;
	snap.group_count = h->start.group_count;
	snap.checksum = h->header_checksum;
	snap.content_checksum = h->content_checksum;
	snap.generation = h->start.generation;
	snap.created.s = h->start.created_s;
	snap.soft_age_s = h->start.soft_age_s;
	snap.hard_age_s = h->start.hard_age_s;
	*ret_snap = snap;
	return 0;
}

const char *
snapshot_organization(const struct snapshot *snap)
{
	return (const char *)snap->bytes +
	    offsetof(struct snapshot_start, organization);
}

enum snapshot_age
snapshot_age(const struct snapshot *snap, struct wall_time now)
{
	int64_t age_s;

	if (now.s < snap->created.s)
		return SNAPSHOT_AGE_SOFT;
	if (__builtin_sub_overflow(now.s, snap->created.s, &age_s) ||
	    age_s > (int64_t)snap->hard_age_s)
		return SNAPSHOT_AGE_HARD;
	return age_s > (int64_t)snap->soft_age_s ? SNAPSHOT_AGE_SOFT
						 : SNAPSHOT_AGE_FRESH;
}
