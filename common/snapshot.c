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
#include "common/snapshot_hash.h"

/* Bytes of a record's text beside its strings: their NULs, and "*" NUL. */
#define USER_TEXT_EXTRA 6
#define GROUP_TEXT_EXTRA 3
#define PASSWORD_LENGTH 2 /* "*" and its NUL */

/* A list's next names are fetched while this many before them are copied. */
#define MEMBERS_AHEAD 16

/* The search is compiled for each kind of key: what does not depend on the
 * file is then settled at compile time. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

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

static bool
is_within(const struct snapshot_section *section, uint64_t size)
{
	return section->offset % SNAPSHOT_ALIGN == 0 &&
	    section->offset >= sizeof(struct snapshot_header_1) &&
	    section->offset <= size &&
	    section->length <= size - section->offset;
}

static const struct snapshot_header_1 *
get_header(const struct snapshot *snap)
{
	return (const struct snapshot_header_1 *)(const void *)snap->bytes;
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
are_sections_sound(const struct snapshot_header_1 *h)
{
	const struct snapshot_section *all[] = {&h->start.users,
	    &h->start.groups, &h->start.user_refs, &h->start.group_refs,
	    &h->start.members, &h->start.index[0], &h->start.index[1],
	    &h->start.index[2], &h->start.index[3]};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!is_within(all[i], h->start.size) ||
		    all[i]->length % SNAPSHOT_UNIT != 0 ||
		    all[i]->length / SNAPSHOT_UNIT > UINT32_MAX)
			return false;
	for (size_t i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		if (h->start.index[i].length % sizeof(struct snapshot_bucket) !=
		    0)
			return false;
	return h->start.user_refs.length == (uint64_t)h->start.user_count * 4 &&
	    h->start.group_refs.length == (uint64_t)h->start.group_count * 4;
}

int
snapshot_init(const void *bytes, size_t size, struct snapshot *ret_snap)
{
	struct snapshot_header_1 h;

	if ((uintptr_t)bytes % _Alignof(struct snapshot_header_1) != 0 ||
	    size < sizeof(h))
		return ERR_SNAPSHOT_INVALID;
	memcpy(&h, bytes, sizeof(h));
	if (memcmp(h.start.magic, SNAPSHOT_MAGIC, sizeof(h.start.magic)) != 0)
		return ERR_SNAPSHOT_INVALID;
	if (h.start.version != SNAPSHOT_VERSION_1)
		return ERR_SNAPSHOT_VERSION;
	if (h.start.header_size != sizeof(h) || h.start.size != size ||
	    h.header_checksum !=
		snapshot_checksum(
		    &h, offsetof(struct snapshot_header_1, header_checksum)) ||
	    h.start.organization[SNAPSHOT_ORGANIZATION_MAX - 1] != '\0' ||
	    !are_sections_sound(&h))
		return ERR_SNAPSHOT_INVALID;
	*ret_snap = (struct snapshot){
	    .bytes = bytes,
	    .size = size,
	    .generation = h.start.generation,
	    .created = {h.start.created_s},
	    .soft_age_s = h.start.soft_age_s,
	    .hard_age_s = h.start.hard_age_s,
	    .user_count = h.start.user_count,
	    .group_count = h.start.group_count,
	};
	return 0;
}

const char *
snapshot_organization(const struct snapshot *snap)
{
	return get_header(snap)->start.organization;
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

/* The fixed part of the record at a reference; NULL outside the section. */
static const uint8_t *
find_record(const struct range *section, uint32_t ref, size_t fixed)
{
	uint64_t offset = (uint64_t)ref * SNAPSHOT_UNIT;

	if (section->length < fixed || offset > section->length - fixed)
		return NULL;
	return section->bytes + offset;
}

/* Bytes of the section from there on. */
static uint64_t
bytes_behind(const struct range *section, const uint8_t *place)
{
	return section->length - (uint64_t)(place - section->bytes);
}

static int
read_user(const struct range *users, uint32_t ref, struct snapshot_user *ret)
{
	const size_t fixed = sizeof(struct snapshot_user_record);
	const uint8_t *record = find_record(users, ref, fixed);

	if (!record)
		return ERR_SNAPSHOT_INVALID;

	uint32_t uid = load_u32(record);
	uint32_t counts = load_u32(record + 4);
	uint32_t lengths = load_u32(record + 8);
	uint32_t gid_count = (counts & 0xffff) + (counts >> 16);
	size_t name_length = lengths & 0xff;
	size_t gecos_length = lengths >> 8 & 0xff;
	size_t home_length = lengths >> 16 & 0xff;
	size_t shell_length = lengths >> 24;
	size_t text_length = name_length + gecos_length + home_length +
	    shell_length + USER_TEXT_EXTRA;
	size_t gids_size = (size_t)gid_count * sizeof(uint32_t);

	if (fixed + gids_size + text_length > bytes_behind(users, record))
		return ERR_SNAPSHOT_INVALID;

	const char *name = (const char *)record + fixed + gids_size;
	const char *gecos = name + name_length + 1 + PASSWORD_LENGTH;
	const char *home = gecos + gecos_length + 1;
	const char *shell = home + home_length + 1;

	if (name_number_reserved(uid) ||
	    !is_name_plausible(name, name_length) ||
	    !is_ended(gecos, gecos_length) || !is_ended(home, home_length) ||
	    !is_ended(shell, shell_length))
		return ERR_SNAPSHOT_INVALID;
	*ret = (struct snapshot_user){
	    .uid = uid,
	    .gid_count = gid_count,
	    .local_gid_count = counts >> 16,
	    .gids = (const uint32_t *)(const void *)(record + fixed),
	    .name = name,
	    .gecos = gecos,
	    .home = home,
	    .shell = shell,
	    .name_length = name_length,
	    .text_length = text_length,
	};
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
	const size_t fixed = sizeof(struct snapshot_group_record);
	struct range groups = get_range(snap, &get_header(snap)->start.groups);
	struct range members =
	    get_range(snap, &get_header(snap)->start.members);
	const uint8_t *record = find_record(&groups, ref, fixed);

	if (!record)
		return ERR_SNAPSHOT_INVALID;

	uint32_t gid = load_u32(record);
	uint32_t count = load_u32(record + 4);
	uint64_t first = load_u32(record + 8);
	uint32_t tail = load_u32(record + 12);
	uint32_t flags = tail >> 8 & 0xff;
	size_t name_length = tail & 0xff;
	const char *name = (const char *)record + fixed;
	bool local = (flags & SNAPSHOT_GROUP_LOCAL) != 0;

	if (fixed + name_length + GROUP_TEXT_EXTRA >
		bytes_behind(&groups, record) ||
	    first + count > members.length / sizeof(uint32_t) ||
	    !is_gid_grantable(gid, local) ||
	    !is_name_plausible(name, name_length))
		return ERR_SNAPSHOT_INVALID;
	*ret = (struct snapshot_group){
	    .gid = gid,
	    .member_count = count,
	    .members = (const uint32_t *)(const void *)members.bytes + first,
	    .name = name,
	    .name_length = name_length,
	    .local = local,
	    .unlisted = (flags & SNAPSHOT_GROUP_UNLISTED) != 0,
	};
	return 0;
}

/* What a search looks for: a name, or an id where name is NULL. */
struct key {
	const char *name;
	size_t length;
	uint32_t id;
};

/*
 * Whether the record at a reference answers to the key.  One that lies outside
 * its section does: reading it then tells the damage.  Records of both kinds
 * begin with their id.
 */
static ALWAYS_INLINE bool
is_match(const struct range *section, uint32_t ref, const struct key *key,
    bool is_user)
{
	const size_t fixed = is_user ? sizeof(struct snapshot_user_record)
				     : sizeof(struct snapshot_group_record);
	const uint8_t *record = find_record(section, ref, fixed);

	if (!record)
		return true;
	if (!key->name)
		return load_u32(record) == key->id;

	uint32_t counts = is_user ? load_u32(record + 4) : 0;
	uint64_t gids = (uint64_t)(counts & 0xffff) + (counts >> 16);
	uint64_t start = fixed + gids * sizeof(uint32_t);

	if (record[is_user ? 8 : 12] != key->length)
		return false;
	if (start + key->length > bytes_behind(section, record))
		return true;
	return memcmp(record + start, key->name, key->length) == 0;
}

/* Bit i for each of eight bytes that is zero. */
static ALWAYS_INLINE uint32_t
find_zero_bytes(uint64_t bytes)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f;
	uint64_t high_bits = ~(((bytes & low) + low) | bytes | low);

	/* Gathers the bits, eight apart, in the top byte. */
	return (uint32_t)((high_bits >> 7) * 0x0102040810204080 >> 56);
}

/* Bit i for each entry of the bucket that has the tag. */
static ALWAYS_INLINE uint32_t
find_tag(const struct snapshot_bucket *bucket, uint8_t tag, uint32_t count)
{
	const uint64_t pattern = 0x0101010101010101u * tag;
	uint64_t words[2];

	memcpy(words, bucket->tag, sizeof(words));
	return (find_zero_bytes(words[0] ^ pattern) |
		   find_zero_bytes(words[1] ^ pattern) << 8) &
	    ((1u << count) - 1);
}

/* The reference of the record that a key names, in at most SNAPSHOT_PROBE_MAX
 * buckets. */
static ALWAYS_INLINE int
search(const struct range *index, const struct range *section,
    const struct key *key, uint64_t hash, bool is_user, uint32_t *ret_ref)
{
	const struct snapshot_bucket *buckets =
	    (const struct snapshot_bucket *)(const void *)index->bytes;
	uint32_t total = (uint32_t)(index->length / sizeof(*buckets));
	uint32_t at = snapshot_hash_bucket(hash, total);

	for (uint32_t i = 0; i < SNAPSHOT_PROBE_MAX && i < total; i++) {
		const struct snapshot_bucket *bucket = &buckets[at];
		uint32_t count =
		    __atomic_load_n(&bucket->count, __ATOMIC_RELAXED);

		if (count > SNAPSHOT_BUCKET_ENTRIES)
			count = SNAPSHOT_BUCKET_ENTRIES;
		for (uint32_t found = find_tag(bucket, (uint8_t)hash, count);
		     found; found &= found - 1) {
			uint32_t ref =
			    __atomic_load_n(&bucket->ref[__builtin_ctz(found)],
				__ATOMIC_RELAXED);

			if (is_match(section, ref, key, is_user)) {
				*ret_ref = ref;
				return 0;
			}
		}
		if (count < SNAPSHOT_BUCKET_ENTRIES)
			return ERR_NOT_FOUND;
		at = at + 1 < total ? at + 1 : 0;
	}
	return ERR_NOT_FOUND;
}

static uint64_t
get_seed(const struct snapshot *snap)
{
	return __atomic_load_n(
	    &get_header(snap)->start.hash_seed, __ATOMIC_RELAXED);
}

static bool
make_name_key(const char *name, struct key *ret_key)
{
	size_t length = strnlen(name, NAME_USER_MAX + 1);

	*ret_key = (struct key){.name = name, .length = length};
	return length > 0 && length <= NAME_USER_MAX;
}

static int
find_user(const struct snapshot *snap, enum snapshot_index_id id,
    const struct key *key, uint64_t hash, struct snapshot_user *ret)
{
	struct range users = get_range(snap, &get_header(snap)->start.users);
	struct range index =
	    get_range(snap, &get_header(snap)->start.index[id]);
	uint32_t ref;
	int err = search(&index, &users, key, hash, true, &ref);

	return err ? err : read_user(&users, ref, ret);
}

static int
find_group(const struct snapshot *snap, enum snapshot_index_id id,
    const struct key *key, uint64_t hash, struct snapshot_group *ret)
{
	struct range groups = get_range(snap, &get_header(snap)->start.groups);
	struct range index =
	    get_range(snap, &get_header(snap)->start.index[id]);
	uint32_t ref;
	int err = search(&index, &groups, key, hash, false, &ref);

	return err ? err : read_group(snap, ref, ret);
}

int
snapshot_user_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_user *ret)
{
	struct key key;

	if (!make_name_key(name, &key))
		return ERR_NOT_FOUND;
	return find_user(snap, SNAPSHOT_USERS_BY_NAME, &key,
	    snapshot_hash_name(get_seed(snap), name, key.length), ret);
}

int
snapshot_user_by_id(
    const struct snapshot *snap, uint32_t uid, struct snapshot_user *ret)
{
	struct key key = {.id = uid};

	if (name_number_reserved(uid))
		return ERR_NOT_FOUND;
	return find_user(snap, SNAPSHOT_USERS_BY_ID, &key,
	    snapshot_hash_id(get_seed(snap), uid), ret);
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

/* A group, or else the private group of a user of that name or id. */
static int
find_any_group(const struct snapshot *snap, const struct key *key,
    uint64_t hash, struct snapshot_group *ret)
{
	bool by_name = key->name != NULL;
	struct snapshot_user user;
	int err = find_group(snap,
	    by_name ? SNAPSHOT_GROUPS_BY_NAME : SNAPSHOT_GROUPS_BY_ID, key,
	    hash, ret);

	if (err != ERR_NOT_FOUND)
		return err;
	err = find_user(snap,
	    by_name ? SNAPSHOT_USERS_BY_NAME : SNAPSHOT_USERS_BY_ID, key, hash,
	    &user);
	if (!err)
		snapshot_private_group(&user, ret);
	return err;
}

int
snapshot_group_by_name(
    const struct snapshot *snap, const char *name, struct snapshot_group *ret)
{
	struct key key;

	if (!make_name_key(name, &key))
		return ERR_NOT_FOUND;
	return find_any_group(snap, &key,
	    snapshot_hash_name(get_seed(snap), name, key.length), ret);
}

int
snapshot_group_by_id(
    const struct snapshot *snap, uint32_t gid, struct snapshot_group *ret)
{
	struct key key = {.id = gid};

	return find_any_group(
	    snap, &key, snapshot_hash_id(get_seed(snap), gid), ret);
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
	struct range users = get_range(snap, &get_header(snap)->start.users);
	uint32_t ref;

	if (i >= snap->user_count)
		return ERR_NOT_FOUND;

	int err = read_ref(snap, &get_header(snap)->start.user_refs, i, &ref);

	return err ? err : read_user(&users, ref, ret);
}

int
snapshot_group_at(
    const struct snapshot *snap, uint32_t i, struct snapshot_group *ret)
{
	uint32_t ref;

	if (i >= snap->group_count)
		return ERR_NOT_FOUND;

	int err = read_ref(snap, &get_header(snap)->start.group_refs, i, &ref);

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

/* Has the processor fetch a user's record: members lie all over the file. */
static void
prefetch_user(const struct snapshot *snap, uint32_t number)
{
	struct range users = get_range(snap, &get_header(snap)->start.users);
	uint32_t ref = 0;

	if (read_ref(snap, &get_header(snap)->start.user_refs, number, &ref) ==
		0 &&
	    (uint64_t)ref * SNAPSHOT_UNIT < users.length)
		__builtin_prefetch(users.bytes + (uint64_t)ref * SNAPSHOT_UNIT);
}

int
snapshot_member(const struct snapshot *snap, const struct snapshot_group *group,
    uint32_t i, struct snapshot_user *ret)
{
	if (i >= group->member_count)
		return ERR_NOT_FOUND;

	if (i + MEMBERS_AHEAD < group->member_count)
		prefetch_user(snap,
		    __atomic_load_n(
			&group->members[i + MEMBERS_AHEAD], __ATOMIC_RELAXED));

	uint32_t number = __atomic_load_n(&group->members[i], __ATOMIC_RELAXED);
	int err = snapshot_user_at(snap, number, ret);

	/* The list names somebody who is not there. */
	return err == ERR_NOT_FOUND ? ERR_SNAPSHOT_INVALID : err;
}
