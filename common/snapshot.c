/*
 * snapshot.c - lookups in a mapped members.snapshot.
 *
 * Owns every read of that file.  Promises that no content of it can make a
 * lookup crash, loop or leave the mapped bytes: each place is computed in 64
 * bits, compared with the size before it is touched, and each number is loaded
 * from the map once, so that what was checked is what is used.  Must not know
 * how the bytes came to be mapped or who asks.
 */
#include "common/snapshot.h"

#include <string.h>

#include "common/err.h"
#include "common/name.h"

/* Odd, with evenly spread bits. */
#define HASH_KEY_1 0x9e3779b97f4a7c15u
#define HASH_KEY_2 0xd1b54a32d192ed03u

/* Bytes of a record's text beside its strings: their NULs, and "*" NUL. */
#define USER_TEXT_EXTRA 6
#define GROUP_TEXT_EXTRA 3
#define PASSWORD_LENGTH 2 /* "*" and its NUL */

/* A section that was found to lie within the file. */
struct range {
	const uint8_t *bytes;
	uint64_t length;
};

static uint32_t
load_u32(const uint8_t *bytes)
{
	return __atomic_load_n(
	    (const uint32_t *)(const void *)bytes, __ATOMIC_RELAXED);
}

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to eight bytes as a number; nothing behind them is read. */
static uint64_t
load_tail(const char *bytes, size_t length)
{
	uint64_t value = 0;

	if (length == 8) {
		memcpy(&value, bytes, 8);
	} else if (length >= 4) {
		uint32_t first;
		uint32_t last;

		memcpy(&first, bytes, 4);
		memcpy(&last, bytes + length - 4, 4);
		value = (uint64_t)first << 32 | last;
	} else if (length > 0) {
		value = (uint64_t)(uint8_t)bytes[0] << 16 |
		    (uint64_t)(uint8_t)bytes[length / 2] << 8 |
		    (uint8_t)bytes[length - 1];
	}
	return value;
}

uint64_t
snapshot_hash_name(uint64_t seed, const char *name, size_t length)
{
	uint64_t hash = seed ^ (length * HASH_KEY_1);

	for (; length > 8; name += 8, length -= 8)
		hash = fold(hash ^ load_tail(name, 8), HASH_KEY_2);
	return fold(hash ^ load_tail(name, length), HASH_KEY_1);
}

uint64_t
snapshot_hash_id(uint64_t seed, uint32_t id)
{
	return fold(seed ^ id ^ HASH_KEY_2, HASH_KEY_1);
}

uint32_t
snapshot_hash_bucket(uint64_t hash, uint32_t bucket_count)
{
	return (uint32_t)((hash >> 32) * bucket_count >> 32);
}

uint64_t
snapshot_checksum(const void *bytes, size_t size)
{
	const char *at = bytes;
	uint64_t sum = size ^ HASH_KEY_2;

	for (; size > 8; at += 8, size -= 8)
		sum = fold(sum ^ load_tail(at, 8), HASH_KEY_1) + HASH_KEY_2;
	return fold(sum ^ load_tail(at, size), HASH_KEY_1);
}

static bool
is_within(const struct snapshot_section *section, uint64_t size)
{
	return section->offset % SNAPSHOT_ALIGN == 0 &&
	    section->offset >= sizeof(struct snapshot_header) &&
	    section->offset <= size &&
	    section->length <= size - section->offset;
}

static const struct snapshot_header *
get_header(const struct snapshot *snap)
{
	return (const struct snapshot_header *)(const void *)snap->bytes;
}

/* An empty range where the file is damaged. */
static struct range
get_range(const struct snapshot *snap, const struct snapshot_section *in_map)
{
	struct snapshot_section section = {
	    .offset = __atomic_load_n(&in_map->offset, __ATOMIC_RELAXED),
	    .length = __atomic_load_n(&in_map->length, __ATOMIC_RELAXED),
	};

	if (!is_within(&section, snap->size))
		return (struct range){.bytes = snap->bytes, .length = 0};
	return (struct range){
	    .bytes = snap->bytes + section.offset,
	    .length = section.length,
	};
}

static bool
are_sections_sound(const struct snapshot_header *h)
{
	const struct snapshot_section *all[] = {&h->users, &h->groups,
	    &h->user_refs, &h->group_refs, &h->members, &h->index[0],
	    &h->index[1], &h->index[2], &h->index[3]};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!is_within(all[i], h->size) ||
		    all[i]->length % SNAPSHOT_UNIT != 0 ||
		    all[i]->length / SNAPSHOT_UNIT > UINT32_MAX)
			return false;
	for (size_t i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		if (h->index[i].length % sizeof(struct snapshot_bucket) != 0)
			return false;
	return h->user_refs.length == (uint64_t)h->user_count * 4 &&
	    h->group_refs.length == (uint64_t)h->group_count * 4;
}

int
snapshot_init(const void *bytes, size_t size, struct snapshot *ret_snap)
{
	struct snapshot_header h;

	if ((uintptr_t)bytes % _Alignof(struct snapshot_header) != 0 ||
	    size < sizeof(h))
		return ERR_SNAPSHOT_INVALID;
	memcpy(&h, bytes, sizeof(h));
	if (memcmp(h.magic, SNAPSHOT_MAGIC, sizeof(h.magic)) != 0)
		return ERR_SNAPSHOT_INVALID;
	if (h.version != SNAPSHOT_VERSION)
		return ERR_SNAPSHOT_VERSION;
	if (h.header_size != sizeof(h) || h.size != size ||
	    h.header_checksum !=
		snapshot_checksum(
		    &h, offsetof(struct snapshot_header, header_checksum)) ||
	    h.organization[SNAPSHOT_ORGANIZATION_MAX - 1] != '\0' ||
	    !are_sections_sound(&h))
		return ERR_SNAPSHOT_INVALID;
	*ret_snap = (struct snapshot){
	    .bytes = bytes,
	    .size = size,
	    .generation = h.generation,
	    .created = {h.created_s},
	    .soft_age_s = h.soft_age_s,
	    .hard_age_s = h.hard_age_s,
	    .user_count = h.user_count,
	    .group_count = h.group_count,
	};
	return 0;
}

const char *
snapshot_organization(const struct snapshot *snap)
{
	return get_header(snap)->organization;
}

bool
snapshot_is_superseded(const struct snapshot *snap)
{
	return __atomic_load_n(
		   &get_header(snap)->superseded, __ATOMIC_ACQUIRE) != 0;
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

/* Whether a string of this length ends where it should. */
static bool
is_ended(const char *text, size_t length)
{
	return text[length] == '\0';
}

/* The first byte tells most damage; snapshot_validate() looks at all. */
static bool
is_name_plausible(const char *name, size_t length)
{
	return length > 0 && length <= NAME_USER_MAX &&
	    is_ended(name, length) &&
	    (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z')) &&
	    name[length + 1] == '*' && is_ended(name, length + 2);
}

static int
read_user(const struct range *users, uint32_t ref, struct snapshot_user *ret)
{
	uint64_t offset = (uint64_t)ref * SNAPSHOT_UNIT;
	const size_t fixed = sizeof(struct snapshot_user_record);

	if (users->length < fixed || offset > users->length - fixed)
		return ERR_SNAPSHOT_INVALID;

	const uint8_t *record = users->bytes + offset;
	uint32_t uid = load_u32(record);
	uint32_t counts = load_u32(record + 4);
	uint32_t lengths = load_u32(record + 8);
	uint32_t gid_count = (counts & 0xffff) + (counts >> 16);
	size_t name = lengths & 0xff;
	size_t gecos = lengths >> 8 & 0xff;
	size_t home = lengths >> 16 & 0xff;
	size_t shell = lengths >> 24;
	size_t text = name + gecos + home + shell + USER_TEXT_EXTRA;
	size_t gids = (size_t)gid_count * sizeof(uint32_t);

	if (gids + text > users->length - fixed - offset)
		return ERR_SNAPSHOT_INVALID;

	struct snapshot_user user = {
	    .uid = uid,
	    .gid_count = gid_count,
	    .local_gid_count = counts >> 16,
	    .gids = (const uint32_t *)(const void *)(record + fixed),
	    .name = (const char *)record + fixed + gids,
	    .name_length = name,
	    .text_length = text,
	};

	user.gecos = user.name + name + 1 + PASSWORD_LENGTH;
	user.home = user.gecos + gecos + 1;
	user.shell = user.home + home + 1;
	if (name_number_reserved(uid) || !is_name_plausible(user.name, name) ||
	    !is_ended(user.gecos, gecos) || !is_ended(user.home, home) ||
	    !is_ended(user.shell, shell))
		return ERR_SNAPSHOT_INVALID;
	*ret = user;
	return 0;
}

/* The gids that a group record may have; a group of the host has its own. */
static bool
is_gid_grantable(uint32_t gid, bool local)
{
	return local ? gid != 0 && gid != UINT32_MAX
		     : !name_number_reserved(gid);
}

static int
read_group(
    const struct snapshot *snap, uint32_t ref, struct snapshot_group *ret)
{
	struct range groups = get_range(snap, &get_header(snap)->groups);
	uint64_t offset = (uint64_t)ref * SNAPSHOT_UNIT;
	const size_t fixed = sizeof(struct snapshot_group_record);

	if (groups.length < fixed || offset > groups.length - fixed)
		return ERR_SNAPSHOT_INVALID;

	struct range members = get_range(snap, &get_header(snap)->members);
	const uint8_t *record = groups.bytes + offset;
	uint64_t count = load_u32(record + 4);
	uint64_t first = load_u32(record + 8);
	uint32_t tail = load_u32(record + 12);
	struct snapshot_group group = {
	    .gid = load_u32(record),
	    .member_count = (uint32_t)count,
	    .name = (const char *)record + fixed,
	    .name_length = tail & 0xff,
	    .local = (tail >> 8 & SNAPSHOT_GROUP_LOCAL) != 0,
	    .unlisted = (tail >> 8 & SNAPSHOT_GROUP_UNLISTED) != 0,
	};

	if (group.name_length + GROUP_TEXT_EXTRA >
		groups.length - fixed - offset ||
	    first + count > members.length / sizeof(uint32_t) ||
	    !is_gid_grantable(group.gid, group.local) ||
	    !is_name_plausible(group.name, group.name_length))
		return ERR_SNAPSHOT_INVALID;
	group.members =
	    (const uint32_t *)(const void *)(members.bytes + first * 4);
	*ret = group;
	return 0;
}

/* A walk over the entries of an index whose tags equal a hash's. */
struct search {
	const struct snapshot_bucket *buckets;
	uint32_t bucket_count;
	uint32_t at;
	uint32_t buckets_left;
	uint32_t entry;
	uint8_t tag;
};

static struct search
begin_search(
    const struct snapshot *snap, enum snapshot_index_id id, uint64_t hash)
{
	struct range index = get_range(snap, &get_header(snap)->index[id]);
	uint64_t count = index.length / sizeof(struct snapshot_bucket);

	if (count > UINT32_MAX)
		count = 0;
	return (struct search){
	    .buckets =
		(const struct snapshot_bucket *)(const void *)index.bytes,
	    .bucket_count = (uint32_t)count,
	    .at = snapshot_hash_bucket(hash, (uint32_t)count),
	    .buckets_left = count < SNAPSHOT_PROBE_MAX ? (uint32_t)count
						       : SNAPSHOT_PROBE_MAX,
	    .tag = (uint8_t)hash,
	};
}

static bool
next_in_search(struct search *s, uint32_t *ret_ref)
{
	while (s->buckets_left > 0) {
		const struct snapshot_bucket *bucket = &s->buckets[s->at];
		uint32_t count =
		    __atomic_load_n(&bucket->count, __ATOMIC_RELAXED);

		if (count > SNAPSHOT_BUCKET_ENTRIES)
			count = SNAPSHOT_BUCKET_ENTRIES;
		while (s->entry < count) {
			uint32_t i = s->entry++;

			if (bucket->tag[i] == s->tag) {
				*ret_ref = __atomic_load_n(
				    &bucket->ref[i], __ATOMIC_RELAXED);
				return true;
			}
		}
		if (count < SNAPSHOT_BUCKET_ENTRIES)
			return false;
		s->buckets_left--;
		s->at = s->at + 1 < s->bucket_count ? s->at + 1 : 0;
		s->entry = 0;
	}
	return false;
}

static uint64_t
get_seed(const struct snapshot *snap)
{
	return __atomic_load_n(&get_header(snap)->hash_seed, __ATOMIC_RELAXED);
}

int
snapshot_user_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_user *ret)
{
	struct range users = get_range(snap, &get_header(snap)->users);
	size_t length = strnlen(name, NAME_USER_MAX + 1);
	uint32_t ref;

	if (length == 0 || length > NAME_USER_MAX)
		return ERR_NOT_FOUND;

	uint64_t hash = snapshot_hash_name(get_seed(snap), name, length);
	struct search s = begin_search(snap, SNAPSHOT_USERS_BY_NAME, hash);

	while (next_in_search(&s, &ref)) {
		struct snapshot_user user;
		int err = read_user(&users, ref, &user);

		if (err)
			return err;
		if (user.name_length == length &&
		    memcmp(user.name, name, length) == 0) {
			*ret = user;
			return 0;
		}
	}
	return ERR_NOT_FOUND;
}

int
snapshot_user_by_id(
    const struct snapshot *snap, uint32_t uid, struct snapshot_user *ret)
{
	struct range users = get_range(snap, &get_header(snap)->users);
	uint64_t hash = snapshot_hash_id(get_seed(snap), uid);
	struct search s = begin_search(snap, SNAPSHOT_USERS_BY_ID, hash);
	uint32_t ref;

	if (name_number_reserved(uid))
		return ERR_NOT_FOUND;
	while (next_in_search(&s, &ref)) {
		struct snapshot_user user;
		int err = read_user(&users, ref, &user);

		if (err)
			return err;
		if (user.uid == uid) {
			*ret = user;
			return 0;
		}
	}
	return ERR_NOT_FOUND;
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
snapshot_group_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_group *ret)
{
	size_t length = strnlen(name, NAME_USER_MAX + 1);
	struct snapshot_user user;
	uint32_t ref;

	if (length == 0 || length > NAME_USER_MAX)
		return ERR_NOT_FOUND;

	uint64_t hash = snapshot_hash_name(get_seed(snap), name, length);
	struct search s = begin_search(snap, SNAPSHOT_GROUPS_BY_NAME, hash);

	while (next_in_search(&s, &ref)) {
		struct snapshot_group group;
		int err = read_group(snap, ref, &group);

		if (err)
			return err;
		if (group.name_length == length &&
		    memcmp(group.name, name, length) == 0) {
			*ret = group;
			return 0;
		}
	}

	int err = snapshot_user_by_name(snap, name, &user);

	if (!err)
		snapshot_private_group(&user, ret);
	return err;
}

int
snapshot_group_by_id(
    const struct snapshot *snap, uint32_t gid, struct snapshot_group *ret)
{
	uint64_t hash = snapshot_hash_id(get_seed(snap), gid);
	struct search s = begin_search(snap, SNAPSHOT_GROUPS_BY_ID, hash);
	struct snapshot_user user;
	uint32_t ref;

	while (next_in_search(&s, &ref)) {
		struct snapshot_group group;
		int err = read_group(snap, ref, &group);

		if (err)
			return err;
		if (group.gid == gid) {
			*ret = group;
			return 0;
		}
	}

	int err = snapshot_user_by_id(snap, gid, &user);

	if (!err)
		snapshot_private_group(&user, ret);
	return err;
}

/* Entry i of a table of references. */
static int
read_ref(const struct snapshot *snap, const struct snapshot_section *section,
    uint32_t i, uint32_t *ret_ref)
{
	struct range refs = get_range(snap, section);

	if (i >= refs.length / sizeof(uint32_t))
		return ERR_SNAPSHOT_INVALID;
	*ret_ref = load_u32(refs.bytes + (uint64_t)i * sizeof(uint32_t));
	return 0;
}

int
snapshot_user_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_user *ret)
{
	struct range users = get_range(snap, &get_header(snap)->users);
	uint32_t ref;

	if (i >= snap->user_count)
		return ERR_NOT_FOUND;

	int err = read_ref(snap, &get_header(snap)->user_refs, i, &ref);

	return err ? err : read_user(&users, ref, ret);
}

int
snapshot_group_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_group *ret)
{
	uint32_t ref;

	if (i >= snap->group_count)
		return ERR_NOT_FOUND;

	int err = read_ref(snap, &get_header(snap)->group_refs, i, &ref);

	return err ? err : read_group(snap, ref, ret);
}

uint32_t
snapshot_user_gid(const struct snapshot_user *user, uint32_t i)
{
	if (i >= user->gid_count)
		return 0;

	uint32_t gid = __atomic_load_n(&user->gids[i], __ATOMIC_RELAXED);
	bool local = i >= user->gid_count - user->local_gid_count;

	return is_gid_grantable(gid, local) ? gid : 0;
}

int
snapshot_member(const struct snapshot *snap, const struct snapshot_group *group,
    uint32_t i, struct snapshot_user *ret)
{
	if (i >= group->member_count)
		return ERR_NOT_FOUND;

	uint32_t number = __atomic_load_n(&group->members[i], __ATOMIC_RELAXED);
	int err = snapshot_user_at(snap, number, ret);

	/* The list names somebody who is not there. */
	return err == ERR_NOT_FOUND ? ERR_SNAPSHOT_INVALID : err;
}
