/*
 * snapshot_validate.c - the whole of a snapshot, checked once.
 *
 * Owns what holds between the parts of the file: records stand one behind the
 * other in the order of names, each is found by its name and its number and
 * nothing else is, gid lists and member lists tell the same memberships.
 * Promises linear time and no allocation.  Must not know who wrote the file.
 */
#include "common/snapshot.h"

#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "common/snapshot_hash.h"

/* The record at unit `end` comes next; `name` is the last one seen. */
struct sequence {
	uint64_t end;
	const char *name;
};

/* A record must begin where the last one ended, behind it by name. */
static bool
advance(struct sequence *seq, uint32_t ref, const char *name, uint64_t bytes)
{
	if (ref != seq->end || (seq->name && strcmp(seq->name, name) >= 0))
		return false;
	seq->end += (bytes + SNAPSHOT_UNIT - 1) / SNAPSHOT_UNIT;
	seq->name = name;
	return true;
}

static const struct snapshot_header_1 *
get_header(const struct snapshot *snap)
{
	return (const struct snapshot_header_1 *)(const void *)snap->bytes;
}

static uint32_t
get_ref(const struct snapshot *snap, const struct snapshot_section *refs,
    uint32_t i)
{
	const uint8_t *table = snap->bytes + refs->offset;

	return ((const uint32_t *)(const void *)table)[i];
}

static bool
are_user_strings_valid(const struct snapshot_user *user)
{
	size_t strings = strlen(user->name) + strlen(user->gecos) +
	    strlen(user->home) + strlen(user->shell);

	/* A NUL inside a string would make the sum fall short. */
	return strings + 6 == user->text_length &&
	    name_user_valid(user->name) && name_gecos_valid(user->gecos) &&
	    name_path_valid(user->home) && name_path_valid(user->shell);
}

/* Each gid names a group of its kind, in ascending order. */
static bool
are_gids_valid(const struct snapshot *snap, const struct snapshot_user *user,
    uint64_t *listed)
{
	uint32_t first_local = user->gid_count - user->local_gid_count;
	uint32_t last = 0;

	for (uint32_t i = 0; i < user->gid_count; i++) {
		uint32_t gid = snapshot_user_gid(user, i);
		struct snapshot_group group;

		if (i == first_local)
			last = 0;
		if (gid <= last || snapshot_group_by_id(snap, gid, &group) ||
		    group.private_group || group.local != (i >= first_local))
			return false;
		if (!group.unlisted)
			++*listed;
		last = gid;
	}
	return true;
}

static bool
is_user_valid(const struct snapshot *snap, const struct snapshot_user *user)
{
	struct snapshot_user named;
	struct snapshot_user numbered;

	return are_user_strings_valid(user) &&
	    snapshot_user_by_name(snap, user->name, &named) == 0 &&
	    snapshot_user_by_id(snap, user->uid, &numbered) == 0 &&
	    named.name == user->name && numbered.name == user->name;
}

static int
validate_users(const struct snapshot *snap, uint64_t *ret_listed)
{
	const struct snapshot_header_1 *h = get_header(snap);
	struct sequence seq = {0};
	uint64_t listed = 0;

	for (uint32_t i = 0; i < snap->user_count; i++) {
		struct snapshot_user user;
		int err = snapshot_user_at(snap, i, &user);

		if (err)
			return err;

		uint64_t bytes = sizeof(struct snapshot_user_record) +
		    (uint64_t)user.gid_count * sizeof(uint32_t) +
		    user.text_length;

		if (!advance(&seq, get_ref(snap, &h->start.user_refs, i),
			user.name, bytes) ||
		    !is_user_valid(snap, &user) ||
		    !are_gids_valid(snap, &user, &listed))
			return ERR_SNAPSHOT_INVALID;
	}
	if (seq.end * SNAPSHOT_UNIT != h->start.users.length)
		return ERR_SNAPSHOT_INVALID;
	*ret_listed = listed;
	return 0;
}

static bool
holds_gid(const struct snapshot_user *user, uint32_t gid, bool local)
{
	uint32_t organization = user->gid_count - user->local_gid_count;
	uint32_t low = local ? organization : 0;
	uint32_t high = local ? user->gid_count : organization;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t there = snapshot_user_gid(user, middle);

		if (there == gid)
			return true;
		if (there < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Members ascend, exist, and carry the gid. */
static bool
are_members_valid(
    const struct snapshot *snap, const struct snapshot_group *group)
{
	for (uint32_t i = 0; i < group->member_count; i++) {
		struct snapshot_user user;

		if (i > 0 && group->members[i] <= group->members[i - 1])
			return false;
		if (snapshot_member(snap, group, i, &user) ||
		    !holds_gid(&user, group->gid, group->local))
			return false;
	}
	return !group->unlisted || group->member_count == 0;
}

static bool
is_group_valid(const struct snapshot *snap, const struct snapshot_group *group)
{
	struct snapshot_group named;
	struct snapshot_group numbered;
	struct snapshot_user user;

	return strlen(group->name) == group->name_length &&
	    name_user_valid(group->name) &&
	    snapshot_group_by_name(snap, group->name, &named) == 0 &&
	    snapshot_group_by_id(snap, group->gid, &numbered) == 0 &&
	    named.name == group->name && numbered.name == group->name &&
	    snapshot_user_by_name(snap, group->name, &user) == ERR_NOT_FOUND &&
	    snapshot_user_by_id(snap, group->gid, &user) == ERR_NOT_FOUND;
}

static int
validate_groups(const struct snapshot *snap, uint64_t *ret_members)
{
	const struct snapshot_header_1 *h = get_header(snap);
	const uint8_t *members = snap->bytes + h->start.members.offset;
	struct sequence seq = {0};
	uint64_t total = 0;

	for (uint32_t i = 0; i < snap->group_count; i++) {
		struct snapshot_group group;
		int err = snapshot_group_at(snap, i, &group);

		if (err)
			return err;

		uint64_t bytes = sizeof(struct snapshot_group_record) +
		    group.name_length + 3;

		if (!advance(&seq, get_ref(snap, &h->start.group_refs, i),
			group.name, bytes) ||
		    (const uint8_t *)group.members != members + total * 4 ||
		    !is_group_valid(snap, &group) ||
		    !are_members_valid(snap, &group))
			return ERR_SNAPSHOT_INVALID;
		total += group.member_count;
	}
	if (seq.end * SNAPSHOT_UNIT != h->start.groups.length ||
	    total * 4 != h->start.members.length)
		return ERR_SNAPSHOT_INVALID;
	*ret_members = total;
	return 0;
}

static uint64_t
count_entries(const struct snapshot *snap, enum snapshot_index_id id)
{
	const struct snapshot_section *index =
	    &get_header(snap)->start.index[id];
	const struct snapshot_bucket *bucket =
	    (const void *)(snap->bytes + index->offset);
	uint64_t total = 0;

	for (uint64_t i = 0; i < index->length / sizeof(*bucket); i++)
		total += bucket[i].count;
	return total;
}

/* Every record is found, so as many entries as records means no others. */
static bool
are_indexes_exact(const struct snapshot *snap)
{
	return count_entries(snap, SNAPSHOT_USERS_BY_NAME) ==
	    snap->user_count &&
	    count_entries(snap, SNAPSHOT_USERS_BY_ID) == snap->user_count &&
	    count_entries(snap, SNAPSHOT_GROUPS_BY_NAME) == snap->group_count &&
	    count_entries(snap, SNAPSHOT_GROUPS_BY_ID) == snap->group_count;
}

bool
snapshot_is_whole(const struct snapshot *snap)
{
	const struct snapshot_header_1 *h = get_header(snap);

	return h->content_checksum ==
	    snapshot_checksum(h + 1, snap->size - sizeof(*h));
}

int
snapshot_validate(const struct snapshot *snap)
{
	uint64_t listed = 0;
	uint64_t members = 0;

	if (!snapshot_is_whole(snap))
		return ERR_SNAPSHOT_INVALID;

	int err = validate_users(snap, &listed);

	if (!err)
		err = validate_groups(snap, &members);
	if (err)
		return err;
	return listed == members && are_indexes_exact(snap)
	    ? 0
	    : ERR_SNAPSHOT_INVALID;
}
