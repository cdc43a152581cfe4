/*
 * snapshot_find.h - from a key to a user; for readers who want it inline.
 *
 * The same as snapshot_user_by_name() and snapshot_user_by_id(), for where a
 * call and a struct in memory are a part of the cost that counts.
 */
#pragma once

#include "common/snapshot_read.h"
#include "common/snapshot_search.h"

/* Bytes of a record's text beside its strings: their NULs, and "*" NUL. */
#define SNAPSHOT_USER_TEXT_EXTRA 6
#define SNAPSHOT_PASSWORD_LENGTH 2 /* "*" and its NUL */

/* Whether a string of this length ends where it should. */
SNAPSHOT_INLINE bool
snapshot_is_ended(const char *text, size_t length)
{
	return text[length] == '\0';
}

/* The first byte tells most damage; snapshot_validate() looks at all. */
SNAPSHOT_INLINE bool
snapshot_is_plausible(const char *name, size_t length)
{
	return length > 0 && length <= NAME_USER_MAX &&
	    memcmp(name + length, "\0*", 3) == 0 &&
	    (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z'));
}

SNAPSHOT_INLINE int
snapshot_make_user(const struct snapshot_head *head, struct snapshot_user *ret)
{
	uint32_t counts = head->words[0];
	uint32_t lengths = head->words[1];
	size_t name_length = lengths & 0xff;
	size_t gecos_length = lengths >> 8 & 0xff;
	size_t home_length = lengths >> 16 & 0xff;
	size_t shell_length = lengths >> 24;
	size_t text_length = name_length + gecos_length + home_length +
	    shell_length + SNAPSHOT_USER_TEXT_EXTRA;

	if (head->name_at + text_length > head->room)
		return ERR_SNAPSHOT_INVALID;

	const char *name = (const char *)head->record + head->name_at;
	const char *gecos = name + name_length + 1 + SNAPSHOT_PASSWORD_LENGTH;
	const char *home = gecos + gecos_length + 1;
	const char *shell = home + home_length + 1;

	if (name_number_reserved(head->id) ||
	    !snapshot_is_plausible(name, name_length) ||
	    !snapshot_is_ended(gecos, gecos_length) ||
	    !snapshot_is_ended(home, home_length) ||
	    !snapshot_is_ended(shell, shell_length))
		return ERR_SNAPSHOT_INVALID;
	*ret = (struct snapshot_user){
	    .uid = head->id,
	    .gid_count = (counts & 0xffff) + (counts >> 16),
	    .local_gid_count = counts >> 16,
	    .gids = (const uint32_t *)(const void *)(head->record +
		sizeof(struct snapshot_user_record)),
	    .name = name,
	    .gecos = gecos,
	    .home = home,
	    .shell = shell,
	    .name_length = name_length,
	    .text_length = text_length,
	    .text_room = head->room - head->name_at,
	};
	return 0;
}

SNAPSHOT_INLINE int
snapshot_find_ref(
    const struct snapshot *snap, uint32_t ref, struct snapshot_user *ret)
{
	struct snapshot_range users = snapshot_range(snap, &snap->users);
	struct snapshot_head head;

	if (!snapshot_load_head(&users, ref, true, &head))
		return ERR_SNAPSHOT_INVALID;
	return snapshot_make_user(&head, ret);
}

/* Members lie all over the file: a list's next records are fetched while this
 * many before them are read, and the places of these as many before that. */
#define SNAPSHOT_MEMBERS_AHEAD 16

SNAPSHOT_INLINE void
snapshot_prefetch_members(
    const struct snapshot *snap, const struct snapshot_group *group, uint32_t i)
{
	struct snapshot_range users = snapshot_range(snap, &snap->users);
	struct snapshot_range refs = snapshot_range(snap, &snap->user_refs);
	uint64_t record = (uint64_t)i + SNAPSHOT_MEMBERS_AHEAD;
	uint64_t place = record + SNAPSHOT_MEMBERS_AHEAD;
	uint32_t ref;

	if (place < group->member_count)
		snapshot_prefetch(&refs,
		    (uint64_t)__atomic_load_n(
			&group->members[place], __ATOMIC_RELAXED) *
			sizeof(ref));
	if (record < group->member_count &&
	    snapshot_entry(snap, &snap->user_refs,
		__atomic_load_n(&group->members[record], __ATOMIC_RELAXED),
		&ref)) {
		snapshot_prefetch(&users, (uint64_t)ref * SNAPSHOT_UNIT);
		snapshot_prefetch(
		    &users, (uint64_t)ref * SNAPSHOT_UNIT + SNAPSHOT_LINE);
	}
}

/* The same as snapshot_member(). */
SNAPSHOT_INLINE int
snapshot_find_member(const struct snapshot *snap,
    const struct snapshot_group *group, uint32_t i, struct snapshot_user *ret)
{
	uint32_t ref;

	if (i >= group->member_count)
		return ERR_NOT_FOUND;
	snapshot_prefetch_members(snap, group, i);
	/* The list names somebody who is not there. */
	if (!snapshot_entry(snap, &snap->user_refs,
		__atomic_load_n(&group->members[i], __ATOMIC_RELAXED), &ref))
		return ERR_SNAPSHOT_INVALID;
	return snapshot_find_ref(snap, ref, ret);
}

SNAPSHOT_INLINE struct snapshot_range
snapshot_user_index(const struct snapshot *snap, const struct snapshot_key *key)
{
	return snapshot_range(snap,
	    &snap->index[key->name ? SNAPSHOT_USERS_BY_NAME
				   : SNAPSHOT_USERS_BY_ID]);
}

/*
 * What a search for a user begins with, by name or, where that is NULL, by id.
 * Touches nothing of the file, but has the processor fetch what
 * snapshot_find_user() reads first.
 */
SNAPSHOT_INLINE struct snapshot_key
snapshot_aim(const struct snapshot *snap, const char *name, uint32_t id)
{
	struct snapshot_key key = {.name = name, .id = id};

	if (!name)
		key = snapshot_id_key(snap, id);
	else if (!snapshot_name_key(snap, name, &key))
		return key;

	struct snapshot_range index = snapshot_user_index(snap, &key);

	snapshot_prefetch(&index, snapshot_first_bucket(&index, &key));
	return key;
}

/* The key is from snapshot_aim() for the same file. */
SNAPSHOT_INLINE int
snapshot_find_user(const struct snapshot *snap, const struct snapshot_key *key,
    struct snapshot_user *ret)
{
	struct snapshot_range users = snapshot_range(snap, &snap->users);
	struct snapshot_range index = snapshot_user_index(snap, key);
	struct snapshot_head head;
	int err;

	if (key->name ? key->length == 0 : name_number_reserved(key->id))
		return ERR_NOT_FOUND;
	err = snapshot_search(&index, &users, key, true, &head);
	return err ? err : snapshot_make_user(&head, ret);
}
