/*
 * snapwrite.c - members and groups to the bytes of members.snapshot.
 *
 * Owns the order of things in the file.  Promises the same bytes for the same
 * set, and that what it writes passes snapshot_validate().  Must not know
 * files, hosts or where members come from: what may stand is chosen before.
 *
 * It works in steps over one struct writer: measure the records and the member
 * lists, fill the indexes, lay out the sections, emit them one after the other
 * and close with the header.
 */
#include "rules/snapwrite.h"

#include <stdlib.h>
#include <string.h>

#include "common/snapshot.h"
#include "common/snapshot_hash.h"
#include "rules/snapemit.h"
#include "rules/snapindex.h"
#include "rules/snapselect.h"

/* An index that does not fit with one seed fits with another, unless all
 * names were chosen against all of these. */
#define SEEDS_MAX 64

struct writer {
	const struct snapwrite_input *in;
	struct snapselect chosen;
	/* By group rank: who holds it, and the place of the next to list. */
	uint32_t *member_counts;
	uint32_t *next_members;
	bool *unlisted;
	uint32_t *user_refs; /* by rank */
	uint32_t *group_refs;
	uint32_t *members; /* user ranks, group by group */
	uint64_t member_count;
	uint64_t user_units;
	uint64_t group_units;
	struct snapindex index[SNAPSHOT_INDEX_COUNT];
	struct snapshot_header header;
	struct snapemit emit;
};

static void
writer_done(struct writer *w)
{
	snapselect_done(&w->chosen);
	free(w->member_counts);
	free(w->next_members);
	free(w->unlisted);
	free(w->user_refs);
	free(w->group_refs);
	free(w->members);
	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		snapindex_done(&w->index[i]);
	snapemit_done(&w->emit);
}

/* calloc() of nothing may be NULL, which would look like a lack of memory. */
static void *
new_array(uint64_t count, size_t size)
{
	return calloc(count + 1, size);
}

static uint64_t
align_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* An overlay holds gid lists, the groups stand in its base. */
static uint32_t
group_count(const struct writer *w)
{
	return w->in->overlay ? 0 : w->chosen.group_count;
}

static const struct snapwrite_group *
get_group(const struct writer *w, uint32_t rank)
{
	return &w->in->groups[w->chosen.groups[rank]];
}

/* The next place in the gid list of a user, from *at on, whose group stands;
 * false at the end of the list. */
static bool
next_place(
    const struct writer *w, uint32_t index, uint32_t *at, uint32_t *ret_place)
{
	const struct snapselect *c = &w->chosen;

	while (*at < c->list_starts[index + 1]) {
		uint32_t place = c->lists[(*at)++];

		if (c->place_ranks[place] != SNAPSELECT_NONE) {
			*ret_place = place;
			return true;
		}
	}
	return false;
}

/* Counts the groups of a user, and the user for each of them. */
static uint32_t
count_groups(struct writer *w, uint32_t index)
{
	uint32_t at = w->chosen.list_starts[index];
	uint32_t count = 0;
	uint32_t place = 0;

	while (next_place(w, index, &at, &place)) {
		w->member_counts[w->chosen.place_ranks[place]]++;
		count++;
	}
	return count;
}

static void
measure_users(struct writer *w)
{
	for (uint32_t i = 0; i < w->chosen.user_count; i++) {
		uint32_t index = w->chosen.users[i];
		uint64_t bytes = sizeof(struct snapshot_user_record) +
		    count_groups(w, index) * sizeof(uint32_t) +
		    w->chosen.text_lengths[index];

		w->user_refs[i] = (uint32_t)w->user_units;
		w->user_units += (bytes + SNAPSHOT_UNIT - 1) / SNAPSHOT_UNIT;
	}
}

static bool
is_unlisted(const struct writer *w, uint32_t rank)
{
	uint32_t most = w->in->group_members_max;

	return get_group(w, rank)->unlisted ||
	    (most != 0 && w->member_counts[rank] > most);
}

static void
measure_groups(struct writer *w)
{
	for (uint32_t i = 0; i < group_count(w); i++) {
		uint64_t bytes = sizeof(struct snapshot_group_record) +
		    strlen(get_group(w, i)->name) + 1 + sizeof("*");

		w->unlisted[i] = is_unlisted(w, i);
		if (w->unlisted[i])
			w->member_counts[i] = 0;
		w->next_members[i] = (uint32_t)w->member_count;
		w->member_count += w->member_counts[i];
		w->group_refs[i] = (uint32_t)w->group_units;
		w->group_units += (bytes + SNAPSHOT_UNIT - 1) / SNAPSHOT_UNIT;
	}
}

static int
measure(struct writer *w)
{
	uint32_t users = w->chosen.user_count;
	uint32_t groups = w->chosen.group_count;

	w->member_counts = new_array(groups, sizeof(*w->member_counts));
	w->next_members = new_array(groups, sizeof(*w->next_members));
	w->unlisted = new_array(groups, sizeof(*w->unlisted));
	w->user_refs = new_array(users, sizeof(*w->user_refs));
	w->group_refs = new_array(groups, sizeof(*w->group_refs));
	if (!w->member_counts || !w->next_members || !w->unlisted ||
	    !w->user_refs || !w->group_refs)
		return ERR_NO_MEMORY;
	measure_users(w);
	measure_groups(w);
	return w->member_count > UINT32_MAX || w->user_units > UINT32_MAX
	    ? ERR_TOO_LARGE
	    : 0;
}

/* Users come by rank, so each group's members ascend. */
static int
list_members(struct writer *w)
{
	w->members = new_array(w->member_count, sizeof(*w->members));
	if (!w->members)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < w->chosen.user_count && w->member_count > 0;
	     i++) {
		uint32_t index = w->chosen.users[i];
		uint32_t at = w->chosen.list_starts[index];
		uint32_t place = 0;

		while (next_place(w, index, &at, &place)) {
			uint32_t rank = w->chosen.place_ranks[place];

			if (!w->unlisted[rank])
				w->members[w->next_members[rank]++] = i;
		}
	}
	return 0;
}

static bool
index_users(struct writer *w, uint64_t seed)
{
	const struct snapselect *c = &w->chosen;

	for (uint32_t i = 0; i < c->user_count; i++) {
		const char *name = c->names + c->name_starts[c->users[i]];
		uint64_t by_name = snapshot_hash_name(seed, name, strlen(name));
		uint64_t by_id = snapshot_hash_id(seed, c->uids[c->users[i]]);

		if (!snapindex_put(&w->index[SNAPSHOT_USERS_BY_NAME], by_name,
			w->user_refs[i]) ||
		    !snapindex_put(&w->index[SNAPSHOT_USERS_BY_ID], by_id,
			w->user_refs[i]))
			return false;
	}
	return true;
}

static bool
index_groups(struct writer *w, uint64_t seed)
{
	for (uint32_t i = 0; i < group_count(w); i++) {
		const struct snapwrite_group *g = get_group(w, i);
		uint64_t by_name =
		    snapshot_hash_name(seed, g->name, strlen(g->name));
		uint64_t by_id = snapshot_hash_id(seed, g->gid);

		if (!snapindex_put(&w->index[SNAPSHOT_GROUPS_BY_NAME], by_name,
			w->group_refs[i]) ||
		    !snapindex_put(&w->index[SNAPSHOT_GROUPS_BY_ID], by_id,
			w->group_refs[i]))
			return false;
	}
	return true;
}

static int
fill_indexes(struct writer *w)
{
	uint64_t *seed = &w->header.start.hash_seed;

	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++) {
		int err = snapindex_init(&w->index[i],
		    i < SNAPSHOT_GROUPS_BY_NAME ? w->chosen.user_count
						: group_count(w));

		if (err)
			return err;
	}
	for (*seed = 0; *seed < SEEDS_MAX; ++*seed) {
		if (index_users(w, *seed) && index_groups(w, *seed))
			return 0;
		for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
			snapindex_clear(&w->index[i]);
	}
	return ERR_TOO_LARGE;
}

/* Places the next section behind *end. */
static struct snapshot_section
place(uint64_t *end, uint64_t length)
{
	struct snapshot_section section = {
	    .offset = align_up(*end, SNAPSHOT_ALIGN),
	    .length = length,
	};

	*end = section.offset + length;
	return section;
}

static void
lay_out(struct writer *w)
{
	struct snapshot_start *s = &w->header.start;
	uint64_t hidden = w->in->overlay ? w->in->overlay->hidden_count : 0;
	uint64_t end = sizeof(w->header);
	uint64_t covered = 0;

	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		s->index[i] = place(&end, snapindex_bytes(&w->index[i]));
	s->groups = place(&end, w->group_units * SNAPSHOT_UNIT);
	s->group_refs = place(&end, (uint64_t)group_count(w) * 4);
	s->members = place(&end, w->member_count * 4);
	s->user_refs = place(&end, (uint64_t)w->chosen.user_count * 4);
	s->users = place(&end, w->user_units * SNAPSHOT_UNIT);
	w->header.hidden = place(&end, hidden * 4);
	covered = align_up(end, SNAPSHOT_ALIGN) - sizeof(w->header);
	w->header.chunks = place(&end,
	    (covered + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK * sizeof(uint64_t));
	s->size = end;
}

static void
emit_section(
    struct writer *w, const struct snapshot_section *section, const void *bytes)
{
	snapemit_pad(&w->emit, section->offset);
	snapemit_put(&w->emit, bytes, section->length);
}

static void
emit_text(struct writer *w, const char *text)
{
	snapemit_put(&w->emit, text, strlen(text) + 1);
}

static void
emit_groups(struct writer *w)
{
	snapemit_pad(&w->emit, w->header.start.groups.offset);
	for (uint32_t i = 0; i < group_count(w); i++) {
		const struct snapwrite_group *g = get_group(w, i);
		struct snapshot_group_record record = {
		    .gid = g->gid,
		    .member_count = w->member_counts[i],
		    /* The lists are filled: the next is one behind the last. */
		    .first_member = w->next_members[i] - w->member_counts[i],
		    .name_length = (uint8_t)strlen(g->name),
		    .flags = (uint8_t)((g->local ? SNAPSHOT_GROUP_LOCAL : 0) |
			(w->unlisted[i] ? SNAPSHOT_GROUP_UNLISTED : 0)),
		};

		snapemit_put(&w->emit, &record, sizeof(record));
		emit_text(w, g->name);
		emit_text(w, "*");
		snapemit_pad(&w->emit, align_up(w->emit.offset, SNAPSHOT_UNIT));
	}
}

static void
emit_gids(struct writer *w, uint32_t index)
{
	uint32_t at = w->chosen.list_starts[index];
	uint32_t place = 0;

	while (next_place(w, index, &at, &place))
		snapemit_put(&w->emit, &w->chosen.place_gids[place],
		    sizeof(w->chosen.place_gids[place]));
}

static void
count_gids(
    const struct writer *w, uint32_t index, struct snapshot_user_record *record)
{
	uint32_t at = w->chosen.list_starts[index];
	uint32_t place = 0;

	while (next_place(w, index, &at, &place)) {
		if (place >= w->chosen.first_local)
			record->local_gid_count++;
		else
			record->gid_count++;
	}
}

static void
emit_user(struct writer *w, uint32_t index)
{
	struct snapwrite_user u = {0};
	struct snapshot_user_record record = {0};
	const char *gecos = NULL;

	if (w->in->users)
		u = w->in->users[index];
	else
		w->in->user_at(w->in->context, index, &u);
	gecos = snapselect_gecos(&u);
	record = (struct snapshot_user_record){
	    .uid = u.uid,
	    .name_length = (uint8_t)strlen(u.name),
	    .gecos_length = (uint8_t)strlen(gecos),
	    .home_length = (uint8_t)strlen(u.home),
	    .shell_length = (uint8_t)strlen(u.shell),
	};
	count_gids(w, index, &record);
	snapemit_put(&w->emit, &record, sizeof(record));
	emit_gids(w, index);
	snapemit_put(&w->emit, u.name, record.name_length + 1u);
	snapemit_put(&w->emit, "*", sizeof("*"));
	snapemit_put(&w->emit, gecos, record.gecos_length + 1u);
	snapemit_put(&w->emit, u.home, record.home_length + 1u);
	snapemit_put(&w->emit, u.shell, record.shell_length + 1u);
	snapemit_pad(&w->emit, align_up(w->emit.offset, SNAPSHOT_UNIT));
}

static void
emit_users(struct writer *w)
{
	const struct snapshot_section *users = &w->header.start.users;

	snapemit_pad(&w->emit, users->offset);
	for (uint32_t i = 0; i < w->chosen.user_count; i++) {
		/* A user who is told otherwise the second time. */
		if (w->emit.offset !=
		    users->offset + (uint64_t)w->user_refs[i] * SNAPSHOT_UNIT)
			w->emit.fault = ERR_INTERNAL;
		emit_user(w, w->chosen.users[i]);
	}
}

/* What is emitted is needed no more. */
static int
emit_all(struct writer *w, const struct snapwrite_sink *sink)
{
	const struct snapshot_start *s = &w->header.start;
	int err = snapemit_init(&w->emit, sink, w->header.chunks.offset);

	if (err)
		return err;
	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++) {
		emit_section(w, &s->index[i], w->index[i].buckets);
		snapindex_done(&w->index[i]);
	}
	emit_groups(w);
	emit_section(w, &s->group_refs, w->group_refs);
	emit_section(w, &s->members, w->members);
	free(TAKE(w->members));
	emit_section(w, &s->user_refs, w->user_refs);
	emit_users(w);
	if (w->in->overlay)
		emit_section(w, &w->header.hidden, w->in->overlay->hidden);
	snapemit_pad(&w->emit, w->header.chunks.offset);
	return snapemit_end(&w->emit, &w->header.content_checksum);
}

/* The organisation's name, cut between characters. */
static void
put_organization(struct snapshot_start *s, const char *name)
{
	size_t len = strnlen(name, SNAPSHOT_ORGANIZATION_MAX);

	if (len == SNAPSHOT_ORGANIZATION_MAX)
		for (len--; len > 0 && ((uint8_t)name[len] & 0xc0) == 0x80;)
			len--;
	memcpy(s->organization, name, len);
}

static int
emit_header(struct writer *w, const struct snapwrite_sink *sink)
{
	struct snapshot_header *h = &w->header;
	struct snapshot_start *s = &h->start;

	memcpy(s->magic, SNAPSHOT_MAGIC, sizeof(s->magic));
	s->version = SNAPSHOT_VERSION_2;
	s->header_size = sizeof(*h);
	s->generation = w->in->generation;
	s->created_s = w->in->created.s;
	s->soft_age_s = w->in->soft_age_s;
	s->hard_age_s = w->in->hard_age_s;
	s->user_count = w->chosen.user_count;
	s->group_count = group_count(w);
	put_organization(s, w->in->organization);
	if (w->in->overlay) {
		h->base_checksum = w->in->overlay->base_checksum;
		h->number = w->in->overlay->number;
	}
	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header, header_checksum));
	return sink->write(sink->context, 0, h, sizeof(*h));
}

int
snapwrite_stream(
    const struct snapwrite_input *input, const struct snapwrite_sink *sink)
{
	CLEANUP(writer_done) struct writer w = {.in = input};
	int err = snapselect(w.in, &w.chosen);

	if (!err)
		err = measure(&w);
	if (!err)
		err = list_members(&w);
	if (!err)
		err = fill_indexes(&w);
	if (err)
		return err;
	lay_out(&w);
	err = emit_all(&w, sink);
	return err ? err : emit_header(&w, sink);
}

/* A file in memory, and how far it is filled. */
struct memory {
	uint8_t *bytes;
	size_t size;
	size_t room;
};

static void
memory_done(struct memory *memory)
{
	free(memory->bytes);
}

static int
put_memory(void *context, uint64_t offset, const void *bytes, size_t len)
{
	struct memory *m = context;
	size_t end = (size_t)offset + len;

	if (end > m->room) {
		size_t room = 2 * end;
		uint8_t *moved = realloc(m->bytes, room);

		if (moved == NULL)
			return ERR_NO_MEMORY;
		m->bytes = moved;
		m->room = room;
	}
	memcpy(m->bytes + offset, bytes, len);
	m->size = end > m->size ? end : m->size;
	return 0;
}

int
snapwrite(
    const struct snapwrite_input *input, uint8_t **ret_bytes, size_t *ret_size)
{
	CLEANUP(memory_done) struct memory memory = {0};
	const struct snapwrite_sink sink = {
	    .write = put_memory, .context = &memory};
	int err = snapwrite_stream(input, &sink);

	if (err)
		return err;
	*ret_size = memory.size;
	*ret_bytes = TAKE(memory.bytes);
	return 0;
}
