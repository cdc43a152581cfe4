/*
 * snapshot_validate.c - the whole of a snapshot, checked once.
 *
 * Owns what holds between the parts of the file: records stand one behind the
 * other in the order of names, each is found by its name and its number and
 * nothing else is, gid lists and member lists tell the same memberships.
 * Promises linear time and no allocation.  Must not know who wrote the file,
 * nor, for an overlay, its base.
 */
#include "common/snapshot.h"

#include <string.h>

#include "common/err.h"
#include "common/snapshot_hash.h"
#include "common/snapshot_proof.h"
#include "common/snapshot_read.h"

/*
 * Memberships as one side tells them.  Two sides that tell the same ones have
 * the same sum, whatever the order; two that do not have not, but by an
 * accident of one in 2^64.  Looking each up instead costs a wait for memory.
 */
struct tally {
	uint64_t count;
	uint64_t sum;
};

static void
count_membership(struct tally *tally, uint32_t user, uint32_t gid, bool local)
{
	tally->count++;
	tally->sum +=
	    snapshot_fold(((uint64_t)user << 32 | gid) ^ SNAPSHOT_HASH_KEY_2,
		SNAPSHOT_HASH_KEY_1 - 2 * local);
}

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

/* Entry i of a table that has one. */
static uint32_t
get_ref(
    const struct snapshot *snap, const struct snapshot_part *refs, uint32_t i)
{
	uint32_t ref = 0;

	(void)snapshot_entry(snap, refs, i, &ref);
	return ref;
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

/* The gid is that of a group of its kind; an overlay cannot tell. */
static bool
is_gid_valid(
    const struct snapshot *snap, uint32_t gid, bool local, bool *ret_listed)
{
	struct snapshot_group group;

	*ret_listed = false;
	if (snap->number > 0)
		return true;
	if (snapshot_group_by_id(snap, gid, &group) || group.local != local)
		return false;
	*ret_listed = !group.unlisted;
	return true;
}

/* Each gid names a group of its kind, in ascending order. */
static bool
are_gids_valid(const struct snapshot *snap, uint32_t number,
    const struct snapshot_user *user, struct tally *listed)
{
	uint32_t first_local = user->gid_count - user->local_gid_count;
	uint32_t last = 0;

	for (uint32_t i = 0; i < user->gid_count; i++) {
		uint32_t gid = snapshot_user_gid(user, i);
		bool is_listed;

		if (i == first_local)
			last = 0;
		if (gid <= last ||
		    !is_gid_valid(snap, gid, i >= first_local, &is_listed))
			return false;
		if (is_listed)
			count_membership(listed, number, gid, i >= first_local);
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
validate_users(const struct snapshot *snap, struct tally *ret_listed)
{
	struct sequence seq = {0};
	struct tally listed = {0};

	for (uint32_t i = 0; i < snap->user_count; i++) {
		struct snapshot_user user;
		int err = snapshot_user_at(snap, i, &user);

		if (err)
			return err;

		uint64_t bytes = sizeof(struct snapshot_user_record) +
		    (uint64_t)user.gid_count * sizeof(uint32_t) +
		    user.text_length;

		if (!advance(&seq, get_ref(snap, &snap->user_refs, i),
			user.name, bytes) ||
		    !is_user_valid(snap, &user) ||
		    !are_gids_valid(snap, i, &user, &listed))
			return ERR_SNAPSHOT_INVALID;
		snapshot_pass(snap, i);
	}
	if (seq.end != snap->users.length)
		return ERR_SNAPSHOT_INVALID;
	*ret_listed = listed;
	return 0;
}

/* Members ascend and exist. */
static bool
are_members_valid(const struct snapshot *snap,
    const struct snapshot_group *group, struct tally *members)
{
	for (uint32_t i = 0; i < group->member_count; i++) {
		uint32_t user = group->members[i];

		if ((i > 0 && user <= group->members[i - 1]) ||
		    user >= snap->user_count)
			return false;
		count_membership(members, user, group->gid, group->local);
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
validate_groups(const struct snapshot *snap, struct tally *ret_members)
{
	const uint8_t *members = snapshot_range(snap, &snap->members).bytes;
	struct sequence seq = {0};
	struct tally total = {0};

	for (uint32_t i = 0; i < snap->group_count; i++) {
		struct snapshot_group group;
		int err = snapshot_group_at(snap, i, &group);

		if (err)
			return err;

		uint64_t bytes = sizeof(struct snapshot_group_record) +
		    group.name_length + 3;

		if (!advance(&seq, get_ref(snap, &snap->group_refs, i),
			group.name, bytes) ||
		    (const uint8_t *)group.members !=
			members + total.count * 4 ||
		    !is_group_valid(snap, &group) ||
		    !are_members_valid(snap, &group, &total))
			return ERR_SNAPSHOT_INVALID;
		snapshot_pass(snap, i);
	}
	if (seq.end != snap->groups.length ||
	    total.count != snap->members.length)
		return ERR_SNAPSHOT_INVALID;
	*ret_members = total;
	return 0;
}

static uint64_t
count_entries(const struct snapshot *snap, enum snapshot_index_id id)
{
	struct snapshot_range index = snapshot_range(snap, &snap->index[id]);
	const struct snapshot_bucket *bucket = (const void *)index.bytes;
	uint64_t total = 0;

	for (uint64_t i = 0; i < index.length / sizeof(*bucket); i++)
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

static bool
are_hidden_valid(const struct snapshot *snap)
{
	for (uint32_t i = 1; i < snap->hidden.length; i++)
		if (get_ref(snap, &snap->hidden, i) <=
		    get_ref(snap, &snap->hidden, i - 1))
			return false;
	return true;
}

int
snapshot_validate(const struct snapshot *snap)
{
	struct tally listed = {0};
	struct tally members = {0};

	if (!snapshot_is_whole(snap))
		return ERR_SNAPSHOT_INVALID;

	int err = validate_users(snap, &listed);

	if (!err)
		err = validate_groups(snap, &members);
	if (err)
		return err;
	return listed.count == members.count && listed.sum == members.sum &&
		are_indexes_exact(snap) && are_hidden_valid(snap)
	    ? 0
	    : ERR_SNAPSHOT_INVALID;
}
