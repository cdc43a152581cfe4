/*
 * snapshot.c - lookups in a mapped members.snapshot or members.overlay.
 *
 * Owns every read of records.  Promises that no content of the file can make a
 * lookup crash, loop or leave the mapped bytes: each place is computed in 64
 * bits, compared with its section before it is touched, and each number is
 * loaded from the map once, so that what was checked is what is used.  Must not
 * know how the bytes came to be mapped or who asks.
 */
#include "common/snapshot.h"

#include "common/snapshot_find.h"
#include "common/snapshot_hidden.h"
#include "common/snapshot_read.h"
#include "common/snapshot_search.h"

#define GROUP_TEXT_EXTRA 3

/* The gids that a group record may have; a group of the host has its own. */
static bool
is_gid_grantable(uint32_t gid, bool local)
{
	return local ? gid != 0 && gid != UINT32_MAX
		     : !name_number_reserved(gid);
}

SNAPSHOT_INLINE int
make_group(const struct snapshot *snap, const struct snapshot_head *head,
    struct snapshot_group *ret)
{
	struct snapshot_range members = snapshot_range(snap, &snap->members);
	uint32_t count = head->words[0];
	uint64_t first = head->words[1];
	uint32_t flags = head->words[2] >> 8 & 0xff;
	bool local = (flags & SNAPSHOT_GROUP_LOCAL) != 0;
	const char *name = (const char *)head->record + head->name_at;

	if (head->name_at + head->name_length + GROUP_TEXT_EXTRA > head->room ||
	    first + count > snap->members.length ||
	    !is_gid_grantable(head->id, local) ||
	    !snapshot_is_plausible(name, head->name_length))
		return ERR_SNAPSHOT_INVALID;
	*ret = (struct snapshot_group){
	    .gid = head->id,
	    .member_count = count,
	    .members = (const uint32_t *)(const void *)members.bytes + first,
	    .name = name,
	    .name_length = head->name_length,
	    .local = local,
	    .unlisted = (flags & SNAPSHOT_GROUP_UNLISTED) != 0,
	};
	return 0;
}

SNAPSHOT_INLINE int
find_group(const struct snapshot *snap, enum snapshot_index_id id,
    const struct snapshot_key *key, struct snapshot_group *ret)
{
	struct snapshot_range groups = snapshot_range(snap, &snap->groups);
	struct snapshot_range index = snapshot_range(snap, &snap->index[id]);
	struct snapshot_head head;
	int err = snapshot_search(&index, &groups, key, false, &head);

	return err ? err : make_group(snap, &head, ret);
}

int
snapshot_user_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_user *ret)
{
	struct snapshot_key key = snapshot_aim(snap, name, 0);

	return snapshot_find_user(snap, &key, ret);
}

int
snapshot_user_by_id(
    const struct snapshot *snap, uint32_t uid, struct snapshot_user *ret)
{
	struct snapshot_key key = snapshot_aim(snap, NULL, uid);

	return snapshot_find_user(snap, &key, ret);
}

int
snapshot_group_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_group *ret)
{
	struct snapshot_key key;

	if (!snapshot_name_key(snap, name, &key))
		return ERR_NOT_FOUND;
	return find_group(snap, SNAPSHOT_GROUPS_BY_NAME, &key, ret);
}

int
snapshot_group_by_id(
    const struct snapshot *snap, uint32_t gid, struct snapshot_group *ret)
{
	struct snapshot_key key = snapshot_id_key(snap, gid);

	return find_group(snap, SNAPSHOT_GROUPS_BY_ID, &key, ret);
}

void
snapshot_private_group(
    const struct snapshot_user *user, struct snapshot_group *ret)
{
	*ret = (struct snapshot_group){
	    .gid = user->uid,
	    .name = user->name,
	    .name_length = user->name_length,
	    .private_group = true,
	};
}

int
snapshot_user_of_ref(
    const struct snapshot *snap, uint32_t ref, struct snapshot_user *ret)
{
	return snapshot_find_ref(snap, ref, ret);
}

int
snapshot_user_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_user *ret)
{
	uint32_t ref;

	if (!snapshot_entry(snap, &snap->user_refs, i, &ref))
		return ERR_NOT_FOUND;
	return snapshot_user_of_ref(snap, ref, ret);
}

int
snapshot_group_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_group *ret)
{
	struct snapshot_range groups = snapshot_range(snap, &snap->groups);
	struct snapshot_head head;
	uint32_t ref;

	if (!snapshot_entry(snap, &snap->group_refs, i, &ref))
		return ERR_NOT_FOUND;
	if (!snapshot_load_head(&groups, ref, false, &head))
		return ERR_SNAPSHOT_INVALID;
	return make_group(snap, &head, ret);
}

bool
snapshot_user_has_gid(
    const struct snapshot_user *user, uint32_t gid, bool local)
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

uint32_t
snapshot_user_ref(const struct snapshot *snap, const struct snapshot_user *user)
{
	const uint8_t *users = snapshot_range(snap, &snap->users).bytes;
	const uint8_t *record =
	    (const uint8_t *)user->gids - sizeof(struct snapshot_user_record);

	return (uint32_t)((uint64_t)(record - users) / SNAPSHOT_UNIT);
}

uint32_t
snapshot_hidden(const struct snapshot *overlay, uint32_t i)
{
	uint32_t ref = UINT32_MAX;

	(void)snapshot_entry(overlay, &overlay->hidden, i, &ref);
	return ref;
}

bool
snapshot_hides(const struct snapshot *overlay, uint32_t ref)
{
	uint32_t low = 0;
	uint32_t high = overlay->hidden.length;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t there = snapshot_hidden(overlay, middle);

		if (there == ref)
			return true;
		if (there < ref)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int
snapshot_member(const struct snapshot *snap, const struct snapshot_group *group,
    uint32_t i, struct snapshot_user *ret)
{
	return snapshot_find_member(snap, group, i, ret);
}
