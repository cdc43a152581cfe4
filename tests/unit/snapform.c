/*
 * snapform.c - lists of members in every form a file may have.
 *
 * Takes apart what the writer made and puts it together again, so that the
 * reader is held to the format and not to the writer.  Any failure here ends
 * the test program.
 */
#include "tests/unit/snapform.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/roster.h"
#include "common/snapshot_hidden.h"
#include "tests/unit/snapseal.h"

/* Both headers, filled up to a section, end at the same place. */
#define CONTENT sizeof(struct snapshot_header)

static struct snapshot_header *
header_of(const struct snapset *set)
{
	return (struct snapshot_header *)(void *)set->bytes;
}

static struct snapset
new_set(size_t size)
{
	struct snapset set = {calloc(1, size), size};

	if (!set.bytes)
		err(1, "calloc");
	return set;
}

static size_t
align_up(size_t size)
{
	return (size + SNAPSHOT_ALIGN - 1) / SNAPSHOT_ALIGN * SNAPSHOT_ALIGN;
}

/* Where the sections end. */
static size_t
content_end(const struct snapset *set)
{
	const struct snapshot_header *h = header_of(set);

	return h->start.version == SNAPSHOT_VERSION_1 ? set->size
						      : h->chunks.offset;
}

void
snapform_seal(struct snapset *set)
{
	snapseal(set->bytes, set->size);
}

/* A header of version 2 over these bytes of content, its chunks behind. */
static struct snapset
wrap(const struct snapshot_header *header, const uint8_t *content, size_t end)
{
	size_t table = align_up(end);
	size_t chunks = (table - CONTENT + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK;
	struct snapset set = new_set(table + chunks * sizeof(uint64_t));
	struct snapshot_header *h = header_of(&set);

	memcpy(set.bytes + CONTENT, content, end - CONTENT);
	*h = *header;
	h->start.version = SNAPSHOT_VERSION_2;
	h->start.header_size = CONTENT;
	h->start.size = set.size;
	h->chunks.offset = table;
	h->chunks.length = chunks * sizeof(uint64_t);
	if (h->hidden.offset == 0)
		h->hidden.offset = table;
	snapform_seal(&set);
	return set;
}

static struct snapset
make_1(const struct snapset *base)
{
	struct snapset set = new_set(content_end(base));
	struct snapshot_header_1 *h = (void *)set.bytes;

	memcpy(set.bytes + CONTENT, base->bytes + CONTENT, set.size - CONTENT);
	h->start = header_of(base)->start;
	h->start.version = SNAPSHOT_VERSION_1;
	h->start.header_size = sizeof(*h);
	h->start.size = set.size;
	snapform_seal(&set);
	return set;
}

struct snapset
snapform_version(const struct snapset *base, uint32_t version)
{
	struct snapshot_header header = {.start = header_of(base)->start};

	return version == SNAPSHOT_VERSION_1
	    ? make_1(base)
	    : wrap(&header, base->bytes + CONTENT, content_end(base));
}

static int
compare_refs(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* The base's references of these names, ascending. */
static size_t
find_refs(const struct snapset *base, const char *const *names, uint32_t *refs)
{
	struct snapshot snap;
	size_t count = 0;

	if (snapshot_init(base->bytes, base->size, &snap))
		errx(1, "not a base");
	for (; names[count]; count++) {
		struct snapshot_user user;

		if (snapshot_user_by_name(&snap, names[count], &user))
			errx(1, "%s is not in the base", names[count]);
		refs[count] = snapshot_user_ref(&snap, &user);
	}
	qsort(refs, count, sizeof(*refs), compare_refs);
	return count;
}

struct snapset
snapform_overlay(const struct snapset *base,
    const struct snapwrite_input *users, const char *const *hidden,
    uint32_t number)
{
	struct snapset all = snapset_of(users);
	size_t end = content_end(&all);
	struct snapshot_header header = {
	    .start = header_of(&all)->start,
	    .number = number,
	    .base_checksum = header_of(base)->header_checksum,
	    .hidden.offset = end,
	};
	struct snapshot_start *s = &header.start;
	uint32_t refs[SNAPSHOT_OVERLAY_MAX];
	size_t count = find_refs(base, hidden, refs);
	struct snapset overlay;

	/* The writer knew the groups; the overlay has none. */
	s->group_count = 0;
	s->groups.length = s->group_refs.length = s->members.length = 0;
	s->index[SNAPSHOT_GROUPS_BY_NAME].length = 0;
	s->index[SNAPSHOT_GROUPS_BY_ID].length = 0;
	header.hidden.length = count * sizeof(*refs);
	all.bytes = realloc(all.bytes, end + sizeof(refs));
	if (!all.bytes)
		err(1, "realloc");
	memcpy(all.bytes + end, refs, header.hidden.length);
	overlay =
	    wrap(&header, all.bytes + CONTENT, end + header.hidden.length);
	snapset_done(&all);
	return overlay;
}

static void
put_mark(const char *path, uint32_t number)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 ||
	    pwrite(fd, &number, sizeof(number),
		offsetof(struct snapshot_header, overlay)) != sizeof(number) ||
	    close(fd))
		err(1, "%s", path);
}

void
snapform_publish(const char *base_path, const struct snapset *overlay)
{
	char path[256];
	char temporary[300];
	FILE *file;

	if (roster_overlay_path(base_path, path, sizeof(path)))
		errx(1, "%s", base_path);
	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	file = fopen(temporary, "we");
	if (!file ||
	    fwrite(overlay->bytes, 1, overlay->size, file) != overlay->size ||
	    fclose(file) || chmod(temporary, 0644) || rename(temporary, path))
		err(1, "%s", path);
	put_mark(base_path, header_of(overlay)->number);
}
