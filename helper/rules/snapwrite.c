/*
 * snapwrite.c - members and groups to the bytes of members.snapshot.
 *
 * Owns the order of things in the file.  Promises the same bytes for the same
 * set, and that what it writes passes snapshot_validate().  Must not know
 * files, hosts or where members come from: what may stand is chosen before.
 *
 * It works in steps over one struct writer: gather the memberships, lay out
 * the sections, fill them, and close with the header.
 */
#include "rules/snapwrite.h"

#include <stdlib.h>
#include <string.h>

#include "common/name.h"
#include "common/snapshot.h"
#include "common/snapshot_hash.h"
#include "rules/snapselect.h"

/* Indexes are filled to three quarters, so that few buckets overflow. */
#define BUCKET_FILL 9
/* An index that does not fit with one seed fits with another, unless all
 * names were chosen against all of these. */
#define SEEDS_MAX 64

struct writer {
	const struct snapwrite_input *in;
	struct snapselect chosen;
	/* The group indexes of the user of rank i are memberships[starts[i]]
	 * up to memberships[starts[i + 1]], host groups last, by gid. */
	uint32_t *memberships;
	uint64_t *starts;
	/* By group rank: members to list, and the place of the next one. */
	uint32_t *member_counts;
	uint32_t *next_members;
	struct snapshot_header_1 header;
	uint8_t *bytes;
};

static void
writer_done(struct writer *w)
{
	snapselect_done(&w->chosen);
	free(w->memberships);
	free(w->starts);
	free(w->member_counts);
	free(w->next_members);
	free(w->bytes);
}

static const struct snapwrite_user *
get_user(const struct writer *w, uint32_t rank)
{
	return &w->in->users[w->chosen.users[rank]];
}

static const struct snapwrite_group *
get_group(const struct writer *w, uint32_t rank)
{
	return &w->in->groups[w->chosen.groups[rank]];
}

/* A display name that could harm a terminal is left out, not its owner. */
static const char *
get_gecos(const struct snapwrite_user *user)
{
	return name_gecos_valid(user->gecos) ? user->gecos : "";
}

static uint64_t
align_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Host groups last, then by gid; by place for the same group twice. */
static int
compare_groups(const void *a, const void *b, void *context)
{
	const struct snapwrite_group *groups = context;
	const struct snapwrite_group *x = &groups[*(const uint32_t *)a];
	const struct snapwrite_group *y = &groups[*(const uint32_t *)b];

	if (x->local != y->local)
		return x->local - y->local;
	return (x->gid > y->gid) - (x->gid < y->gid);
}

/* Copies a user's groups that stand, in order, each once. */
static uint64_t
gather_groups(
    const struct writer *w, const struct snapwrite_user *user, uint32_t *list)
{
	uint64_t given = 0;
	uint64_t count = 0;

	for (uint32_t i = 0; i < user->group_count; i++)
		if (w->chosen.group_ranks[user->groups[i]] != SNAPSELECT_NONE)
			list[given++] = user->groups[i];
	/* qsort_r() only hands the context on. */
	qsort_r(list, given, sizeof(*list), compare_groups,
	    (void *)(uintptr_t)w->in->groups);
	for (uint64_t i = 0; i < given; i++)
		if (count == 0 || list[count - 1] != list[i])
			list[count++] = list[i];
	return count;
}

static void
gather_memberships(struct writer *w)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < w->chosen.user_count; i++) {
		uint32_t *list = w->memberships + total;
		uint64_t count = gather_groups(w, get_user(w, i), list);

		for (uint64_t k = 0; k < count; k++)
			if (!w->in->groups[list[k]].unlisted)
				w->member_counts[w->chosen
						     .group_ranks[list[k]]]++;
		w->starts[i] = total;
		total += count;
	}
	w->starts[w->chosen.user_count] = total;
}

static uint64_t
measure_user(const struct writer *w, uint32_t rank)
{
	const struct snapwrite_user *u = get_user(w, rank);
	uint64_t gids = w->starts[rank + 1] - w->starts[rank];

	return align_up(sizeof(struct snapshot_user_record) +
		gids * sizeof(uint32_t) + strlen(u->name) +
		strlen(get_gecos(u)) + strlen(u->home) + strlen(u->shell) +
		sizeof("*") + 4,
	    SNAPSHOT_UNIT);
}

static uint64_t
measure_group(const struct writer *w, uint32_t rank)
{
	const struct snapwrite_group *g = get_group(w, rank);

	return align_up(sizeof(struct snapshot_group_record) + strlen(g->name) +
		1 + sizeof("*"),
	    SNAPSHOT_UNIT);
}

static uint64_t
measure_index(uint64_t entries)
{
	return (entries + BUCKET_FILL - 1) / BUCKET_FILL *
	    sizeof(struct snapshot_bucket);
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

static int
lay_out(struct writer *w)
{
	struct snapshot_header_1 *h = &w->header;
	uint64_t users = 0;
	uint64_t groups = 0;
	uint64_t members = 0;
	uint64_t end = sizeof(*h);

	for (uint32_t i = 0; i < w->chosen.user_count; i++)
		users += measure_user(w, i);
	for (uint32_t i = 0; i < w->chosen.group_count; i++) {
		groups += measure_group(w, i);
		w->next_members[i] = (uint32_t)members;
		members += w->member_counts[i];
	}
	if (members > UINT32_MAX || users / SNAPSHOT_UNIT > UINT32_MAX)
		return ERR_TOO_LARGE;
	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		h->start.index[i] = place(&end,
		    measure_index(i < SNAPSHOT_GROUPS_BY_NAME
			    ? w->chosen.user_count
			    : w->chosen.group_count));
	h->start.groups = place(&end, groups);
	h->start.group_refs = place(&end, (uint64_t)w->chosen.group_count * 4);
	h->start.members = place(&end, members * 4);
	h->start.user_refs = place(&end, (uint64_t)w->chosen.user_count * 4);
	h->start.users = place(&end, users);
	h->start.size = align_up(end, SNAPSHOT_ALIGN);
	w->bytes = calloc(1, h->start.size);
	return w->bytes ? 0 : ERR_NO_MEMORY;
}

static void *
at(const struct writer *w, const struct snapshot_section *section,
    uint64_t offset)
{
	return w->bytes + section->offset + offset;
}

/* Copies a string with its NUL and returns the place behind. */
static uint8_t *
put_string(uint8_t *to, const char *text)
{
	size_t size = strlen(text) + 1;

	memcpy(to, text, size);
	return to + size;
}

static void
put_user(struct writer *w, uint32_t rank, uint64_t offset)
{
	const struct snapwrite_user *u = get_user(w, rank);
	const uint32_t *groups = w->memberships + w->starts[rank];
	uint64_t count = w->starts[rank + 1] - w->starts[rank];
	struct snapshot_user_record record = {
	    .uid = u->uid,
	    .name_length = (uint8_t)strlen(u->name),
	    .gecos_length = (uint8_t)strlen(get_gecos(u)),
	    .home_length = (uint8_t)strlen(u->home),
	    .shell_length = (uint8_t)strlen(u->shell),
	};
	uint8_t *start = at(w, &w->header.start.users, offset);
	uint8_t *to = start + sizeof(record);

	for (uint64_t i = 0; i < count; i++) {
		const struct snapwrite_group *g = &w->in->groups[groups[i]];

		memcpy(to, &g->gid, sizeof(g->gid));
		to += sizeof(g->gid);
		if (g->local)
			record.local_gid_count++;
		else
			record.gid_count++;
	}
	to = put_string(to, u->name);
	to = put_string(to, "*");
	to = put_string(to, get_gecos(u));
	to = put_string(to, u->home);
	(void)put_string(to, u->shell);
	memcpy(start, &record, sizeof(record));
}

static void
put_group(struct writer *w, uint32_t rank, uint64_t offset)
{
	const struct snapwrite_group *g = get_group(w, rank);
	struct snapshot_group_record record = {
	    .gid = g->gid,
	    .member_count = w->member_counts[rank],
	    .first_member = w->next_members[rank],
	    .name_length = (uint8_t)strlen(g->name),
	    .flags = (uint8_t)((g->local ? SNAPSHOT_GROUP_LOCAL : 0) |
		(g->unlisted ? SNAPSHOT_GROUP_UNLISTED : 0)),
	};
	uint8_t *to = at(w, &w->header.start.groups, offset);

	memcpy(to, &record, sizeof(record));
	to = put_string(to + sizeof(record), g->name);
	(void)put_string(to, "*");
}

/* Users come by rank, so each group's members ascend. */
static void
put_members(struct writer *w)
{
	uint32_t *members = at(w, &w->header.start.members, 0);

	for (uint32_t i = 0; i < w->chosen.user_count; i++)
		for (uint64_t k = w->starts[i]; k < w->starts[i + 1]; k++) {
			uint32_t index = w->memberships[k];

			if (!w->in->groups[index].unlisted)
				members[w->next_members
					    [w->chosen.group_ranks[index]]++] =
				    i;
		}
}

static void
put_records(struct writer *w)
{
	uint32_t *user_refs = at(w, &w->header.start.user_refs, 0);
	uint32_t *group_refs = at(w, &w->header.start.group_refs, 0);
	uint64_t offset = 0;

	for (uint32_t i = 0; i < w->chosen.user_count; i++) {
		user_refs[i] = (uint32_t)(offset / SNAPSHOT_UNIT);
		put_user(w, i, offset);
		offset += measure_user(w, i);
	}
	offset = 0;
	for (uint32_t i = 0; i < w->chosen.group_count; i++) {
		group_refs[i] = (uint32_t)(offset / SNAPSHOT_UNIT);
		put_group(w, i, offset);
		offset += measure_group(w, i);
	}
	put_members(w);
}

static bool
index_put(
    struct writer *w, enum snapshot_index_id id, uint64_t hash, uint32_t ref)
{
	struct snapshot_bucket *buckets = at(w, &w->header.start.index[id], 0);
	uint32_t count =
	    (uint32_t)(w->header.start.index[id].length / sizeof(*buckets));
	uint32_t place = snapshot_hash_bucket(hash, count);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < count; i++) {
		struct snapshot_bucket *b = &buckets[(place + i) % count];

		if (b->count == SNAPSHOT_BUCKET_ENTRIES)
			continue;
		b->ref[b->count] = ref;
		b->tag[b->count++] = (uint8_t)hash;
		return true;
	}
	return false;
}

static bool
index_users(struct writer *w, uint64_t seed)
{
	const uint32_t *refs = at(w, &w->header.start.user_refs, 0);

	for (uint32_t i = 0; i < w->chosen.user_count; i++) {
		const struct snapwrite_user *u = get_user(w, i);
		uint64_t name =
		    snapshot_hash_name(seed, u->name, strlen(u->name));
		uint64_t id = snapshot_hash_id(seed, u->uid);

		if (!index_put(w, SNAPSHOT_USERS_BY_NAME, name, refs[i]) ||
		    !index_put(w, SNAPSHOT_USERS_BY_ID, id, refs[i]))
			return false;
	}
	return true;
}

static bool
index_groups(struct writer *w, uint64_t seed)
{
	const uint32_t *refs = at(w, &w->header.start.group_refs, 0);

	for (uint32_t i = 0; i < w->chosen.group_count; i++) {
		const struct snapwrite_group *g = get_group(w, i);
		uint64_t name =
		    snapshot_hash_name(seed, g->name, strlen(g->name));
		uint64_t id = snapshot_hash_id(seed, g->gid);

		if (!index_put(w, SNAPSHOT_GROUPS_BY_NAME, name, refs[i]) ||
		    !index_put(w, SNAPSHOT_GROUPS_BY_ID, id, refs[i]))
			return false;
	}
	return true;
}

static int
put_indexes(struct writer *w)
{
	struct snapshot_header_1 *h = &w->header;

	for (h->start.hash_seed = 0; h->start.hash_seed < SEEDS_MAX;
	     h->start.hash_seed++) {
		if (index_users(w, h->start.hash_seed) &&
		    index_groups(w, h->start.hash_seed))
			return 0;
		for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
			memset(at(w, &h->start.index[i], 0), 0,
			    h->start.index[i].length);
	}
	return ERR_TOO_LARGE;
}

/* The organisation's name, cut between characters. */
static void
put_organization(struct snapshot_header_1 *h, const char *name)
{
	size_t len = strnlen(name, SNAPSHOT_ORGANIZATION_MAX);

	if (len == SNAPSHOT_ORGANIZATION_MAX)
		for (len--; len > 0 && ((uint8_t)name[len] & 0xc0) == 0x80;)
			len--;
	memcpy(h->start.organization, name, len);
}

static void
put_header(struct writer *w)
{
	struct snapshot_header_1 *h = &w->header;

	memcpy(h->start.magic, SNAPSHOT_MAGIC, sizeof(h->start.magic));
	h->start.version = SNAPSHOT_VERSION_1;
	h->start.header_size = sizeof(*h);
	h->start.generation = w->in->generation;
	h->start.created_s = w->in->created.s;
	h->start.soft_age_s = w->in->soft_age_s;
	h->start.hard_age_s = w->in->hard_age_s;
	h->start.user_count = w->chosen.user_count;
	h->start.group_count = w->chosen.group_count;
	put_organization(h, w->in->organization);
	h->content_checksum = snapshot_checksum(
	    w->bytes + sizeof(*h), h->start.size - sizeof(*h));
	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header_1, header_checksum));
	memcpy(w->bytes, h, sizeof(*h));
}

/* calloc() of nothing may be NULL, which would look like a lack of memory. */
static void *
new_array(uint64_t count, size_t size)
{
	return calloc(count + 1, size);
}

static int
allocate(struct writer *w)
{
	uint64_t memberships = 0;

	for (uint32_t i = 0; i < w->chosen.user_count; i++)
		memberships += get_user(w, i)->group_count;
	if (memberships > UINT32_MAX)
		return ERR_TOO_LARGE;
	w->memberships = new_array(memberships, sizeof(*w->memberships));
	w->starts =
	    new_array((uint64_t)w->chosen.user_count + 1, sizeof(*w->starts));
	w->member_counts =
	    new_array(w->chosen.group_count, sizeof(*w->member_counts));
	w->next_members =
	    new_array(w->chosen.group_count, sizeof(*w->next_members));
	return w->memberships && w->starts && w->member_counts &&
		w->next_members
	    ? 0
	    : ERR_NO_MEMORY;
}

static int
gather(struct writer *w)
{
	int err = snapselect(w->in, &w->chosen);

	if (!err)
		err = allocate(w);
	if (!err)
		gather_memberships(w);
	return err;
}

int
snapwrite(
    const struct snapwrite_input *input, uint8_t **ret_bytes, size_t *ret_size)
{
	CLEANUP(writer_done) struct writer w = {.in = input};
	int err = gather(&w);

	if (!err)
		err = lay_out(&w);
	if (err)
		return err;
	put_records(&w);
	err = put_indexes(&w);
	if (err)
		return err;
	put_header(&w);
	*ret_size = (size_t)w.header.start.size;
	*ret_bytes = TAKE(w.bytes);
	return 0;
}
