/*
 * members.c - the list of members: records in the order in which they came,
 * and indexes over them.
 *
 * A record's number in the list stays while the list lives.  Adding, replacing
 * and assigning take constant time; the index by mail is made when it is first
 * asked for, which takes time linear in the list.
 * Knows nothing of files, services or the clock.
 */
#include "rules/members.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/finder.h"
#include "rules/keyhash.h"
#include "rules/memberrecord.h"
#include "rules/memberterms.h"

struct members {
	struct member_record **records;
	size_t count;
	size_t size;
	struct memberterms_pool *pool;
	struct finder by_id;
	struct finder by_user;
	struct finder by_uid;
	struct finder by_mail;
	bool mail_known;   /* by_mail holds everybody */
	unsigned int refs; /* its owner's, and the holds */
	struct member_record **retired;
	size_t retired_count;
};

/* What a search by mail found so far. */
struct mail_search {
	const char *mail;
	size_t count;
	uint32_t entry;
};

static const struct member_record *
record_of(const void *owner, uint32_t entry)
{
	return ((const struct members *)owner)->records[entry];
}

static const char *
user_of(const struct member_record *record)
{
	return record->text + record->user;
}

static const char *
mail_of(const struct member_record *record)
{
	return record->text + record->mail;
}

static bool
same_id(const void *owner, uint32_t entry, const void *key)
{
	return strcmp(record_of(owner, entry)->text, key) == 0;
}

static uint64_t
hash_id(const void *owner, uint32_t entry)
{
	return keyhash_text(owner, record_of(owner, entry)->text);
}

static bool
same_user(const void *owner, uint32_t entry, const void *key)
{
	return strcmp(user_of(record_of(owner, entry)), key) == 0;
}

static uint64_t
hash_user(const void *owner, uint32_t entry)
{
	return keyhash_text(owner, user_of(record_of(owner, entry)));
}

static bool
same_uid(const void *owner, uint32_t entry, const void *key)
{
	return record_of(owner, entry)->uid == *(const uint32_t *)key;
}

static uint64_t
hash_uid(const void *owner, uint32_t entry)
{
	return keyhash_number(owner, record_of(owner, entry)->uid);
}

static bool
same_folded(const char *a, const char *b)
{
	for (;; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a | 0x20) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b | 0x20) : *b;

		if (x != y)
			return false;
		if (x == '\0')
			return true;
	}
}

/* One is not enough: the search goes on until a second is found. */
static bool
count_mail(const void *owner, uint32_t entry, const void *key)
{
	struct mail_search *search = *(struct mail_search *const *)key;

	if (!same_folded(mail_of(record_of(owner, entry)), search->mail))
		return false;
	search->entry = entry;
	return ++search->count > 1;
}

static uint64_t
hash_mail(const void *owner, uint32_t entry)
{
	return keyhash_folded(owner, mail_of(record_of(owner, entry)));
}

int
members_new(struct members **ret_members)
{
	struct members *members = calloc(1, sizeof(*members));
	int err = members == NULL ? ERR_NO_MEMORY
				  : memberterms_pool_new(&members->pool);

	if (err != 0) {
		free(members);
		return err;
	}
	finder_init(&members->by_id, members, same_id, hash_id);
	finder_init(&members->by_user, members, same_user, hash_user);
	finder_init(&members->by_uid, members, same_uid, hash_uid);
	finder_init(&members->by_mail, members, count_mail, hash_mail);
	members->refs = 1;
	*ret_members = members;
	return 0;
}

static void
forget_retired(struct members *members)
{
	for (size_t i = 0; i < members->retired_count; i++)
		memberrecord_unref(members->retired[i]);
	members->retired_count = 0;
	free(members->retired);
	members->retired = NULL;
}

void
members_hold(struct members *members)
{
	members->refs++;
}

void
members_release(struct members *members)
{
	if (members->refs == 2)
		forget_retired(members);
	members_free(members);
}

void
members_free(struct members *members)
{
	if (members == NULL || --members->refs > 0)
		return;
	forget_retired(members);
	for (size_t i = 0; i < members->count; i++)
		memberrecord_unref(members->records[i]);
	finder_done(&members->by_id);
	finder_done(&members->by_user);
	finder_done(&members->by_uid);
	finder_done(&members->by_mail);
	memberterms_pool_unref(members->pool);
	free(members->records);
	free(members);
}

/* ERR_EXISTS: somebody else has the name or the number. */
static int
check_assigned(const struct members *members, const char *user, uint32_t uid,
    uint32_t entry)
{
	uint32_t named = user[0] == '\0'
	    ? FINDER_NONE
	    : finder_get(&members->by_user, keyhash_text(members, user), user);
	uint32_t numbered = uid == 0
	    ? FINDER_NONE
	    : finder_get(&members->by_uid, keyhash_number(members, uid), &uid);

	return (named != FINDER_NONE && named != entry) ||
		(numbered != FINDER_NONE && numbered != entry)
	    ? ERR_EXISTS
	    : 0;
}

static int
index_assigned(struct members *members, uint32_t entry)
{
	const struct member_record *record = members->records[entry];
	int err = 0;

	if (user_of(record)[0] != '\0')
		err = finder_put(
		    &members->by_user, hash_user(members, entry), entry);
	if (err == 0 && record->uid != 0)
		err = finder_put(
		    &members->by_uid, hash_uid(members, entry), entry);
	return err;
}

static void
unindex_assigned(struct members *members, uint32_t entry)
{
	finder_remove(&members->by_user, hash_user(members, entry), entry);
	finder_remove(&members->by_uid, hash_uid(members, entry), entry);
}

static struct mail_search
search_mail(const struct members *members, const char *mail)
{
	struct mail_search search = {.mail = mail};
	struct mail_search *key = &search;

	(void)finder_get(
	    &members->by_mail, keyhash_folded(members, mail), &key);
	return search;
}

/* More than two of one mail say no more than two. */
static int
index_mail(struct members *members, uint32_t entry)
{
	const char *mail = mail_of(members->records[entry]);

	if (mail[0] == '\0' || search_mail(members, mail).count > 1)
		return 0;
	return finder_put(&members->by_mail, hash_mail(members, entry), entry);
}

static void
forget_mails(struct members *members)
{
	finder_done(&members->by_mail);
	members->mail_known = false;
}

/* Nearly all will have a name and a number. */
static int
make_room(struct members *members, size_t size)
{
	struct member_record **records = NULL;
	int err = 0;

	err = finder_reserve(&members->by_id, size);
	if (err == 0)
		err = finder_reserve(&members->by_user, size);
	if (err == 0)
		err = finder_reserve(&members->by_uid, size);
	if (err != 0)
		return err;
	records = reallocarray(
	    members->records, size, sizeof(struct member_record *));
	if (records == NULL)
		return ERR_NO_MEMORY;
	members->records = records;
	members->size = size;
	return 0;
}

int
members_reserve(struct members *members, size_t count)
{
	if (count > MEMBERS_MAX)
		return ERR_TOO_LARGE;
	return count > members->size ? make_room(members, count) : 0;
}

static int
grow(struct members *members)
{
	return members->count >= MEMBERS_MAX
	    ? ERR_TOO_LARGE
	    : make_room(members, members->size + members->size / 4 + 16);
}

/* Takes over one reference, also where it fails; the hash is that of the id. */
static int
append(struct members *members, struct member_record *record, uint64_t hash)
{
	uint32_t entry = (uint32_t)members->count;
	int err =
	    check_assigned(members, user_of(record), record->uid, FINDER_NONE);

	if (err == 0 && members->count == members->size)
		err = grow(members);
	if (err != 0) {
		memberrecord_unref(record);
		return err;
	}
	members->records[members->count++] = record;
	err = finder_put(&members->by_id, hash, entry);
	if (err == 0)
		err = index_assigned(members, entry);
	if (err == 0 && members->mail_known)
		err = index_mail(members, entry);
	return err;
}

static uint32_t
find_id(const struct members *members, const char *id)
{
	return finder_get(&members->by_id, keyhash_text(members, id), id);
}

int
members_add(struct members *members, const struct member *member)
{
	struct member_record *record = NULL;
	uint64_t hash = 0;
	int err = memberrecord_new(members->pool, member, &record);

	if (err != 0)
		return err;
	hash = keyhash_text(members, record->text);
	if (finder_get(&members->by_id, hash, record->text) != FINDER_NONE) {
		memberrecord_unref(record);
		return ERR_EXISTS;
	}
	return append(members, record, hash);
}

/* A list that follows another one keeps its terms where that one does. */
static void
follow(struct members *members, const struct members *former)
{
	if (members->count > 0 || members->pool == former->pool)
		return;
	memberterms_pool_unref(members->pool);
	members->pool = memberterms_pool_ref(former->pool);
	memberterms_sweep(members->pool);
}

int
members_add_shared(struct members *members, struct members *former,
    const struct member *member)
{
	uint32_t entry =
	    former == NULL ? FINDER_NONE : find_id(former, member->id);
	struct member known;
	uint64_t hash = 0;

	if (former != NULL)
		follow(members, former);
	if (entry == FINDER_NONE || !members_get(former, entry, &known) ||
	    !member_same(&known, member))
		return members_add(members, member);
	hash = keyhash_text(members, member->id);
	if (finder_get(&members->by_id, hash, member->id) != FINDER_NONE)
		return ERR_EXISTS;
	former->records[entry]->refs++;
	return append(members, former->records[entry], hash);
}

/* The last reference of a held list stays until it is released. */
static int
drop(struct members *members, struct member_record *record)
{
	struct member_record **retired = NULL;

	if (members->refs == 1) {
		memberrecord_unref(record);
		return 0;
	}
	retired = reallocarray(members->retired, members->retired_count + 1,
	    sizeof(struct member_record *));
	if (retired == NULL)
		return ERR_NO_MEMORY;
	members->retired = retired;
	retired[members->retired_count++] = record;
	return 0;
}

/* Puts another record of the same id in the place; takes it over. */
static int
put_in_place(
    struct members *members, uint32_t entry, struct member_record *record)
{
	struct member_record *before = members->records[entry];
	int err = check_assigned(members, user_of(record), record->uid, entry);
	int dropped = 0;

	if (err != 0) {
		memberrecord_unref(record);
		return err;
	}
	unindex_assigned(members, entry);
	if (strcmp(mail_of(before), mail_of(record)) != 0)
		forget_mails(members);
	members->records[entry] = record;
	err = index_assigned(members, entry);
	dropped = drop(members, before);
	return err == 0 ? dropped : err;
}

int
members_replace(struct members *members, const struct member *member)
{
	uint32_t entry = find_id(members, member->id);
	struct member_record *record = NULL;
	int err = 0;

	if (entry == FINDER_NONE)
		return members_add(members, member);
	err = memberrecord_new(members->pool, member, &record);
	return err == 0 ? put_in_place(members, entry, record) : err;
}

static bool
give(struct members *members, uint32_t entry, struct member *ret_member)
{
	if (entry == FINDER_NONE)
		return false;
	member_read(members->records[entry], ret_member);
	return true;
}

/* In a copy, where somebody else may be reading or the name has no room. */
static int
assign(struct members *members, uint32_t entry, const struct member *now)
{
	struct member_record *record = members->records[entry];
	struct member_record *copy = NULL;
	int err = check_assigned(members, now->user, now->uid, entry);

	if (err != 0)
		return err;
	if (members->refs == 1 && record->refs == 1 &&
	    strlen(now->user) < record->user_size) {
		unindex_assigned(members, entry);
		(void)memberrecord_assign(record, now);
		return index_assigned(members, entry);
	}
	err = memberrecord_new(members->pool, now, &copy);
	return err == 0 ? put_in_place(members, entry, copy) : err;
}

int
members_assign(struct members *members, size_t index, const char *user,
    uint32_t uid, bool at_home, int excluded)
{
	struct member now;

	if (!members_get(members, index, &now) ||
	    (user[0] != '\0' && !name_user_valid(user)))
		return ERR_INVALID_ARGUMENT;
	if (strcmp(now.user, user) == 0 && now.uid == uid &&
	    now.at_home == at_home && now.excluded == excluded)
		return 0;
	now.user = user;
	now.uid = uid;
	now.at_home = at_home;
	now.excluded = excluded;
	return assign(members, (uint32_t)index, &now);
}

int
members_exclude(struct members *members, const char *id, int reason)
{
	uint32_t entry = find_id(members, id);

	return entry == FINDER_NONE
	    ? 0
	    : members_assign(members, entry, "", 0, false, reason);
}

const struct member_record *
members_record(struct members *members, size_t index)
{
	return members->records[index];
}

size_t
members_count(const struct members *members)
{
	return members->count;
}

bool
members_get(struct members *members, size_t index, struct member *ret_member)
{
	return give(members,
	    index < members->count ? (uint32_t)index : FINDER_NONE, ret_member);
}

bool
members_get_id(
    struct members *members, const char *id, struct member *ret_member)
{
	return give(members, find_id(members, id), ret_member);
}

bool
members_find(const struct members *members, const char *id, size_t *ret_index)
{
	uint32_t entry = find_id(members, id);

	if (entry != FINDER_NONE)
		*ret_index = entry;
	return entry != FINDER_NONE;
}

bool
members_get_user(
    struct members *members, const char *user, struct member *ret_member)
{
	return user[0] != '\0' &&
	    give(members,
		finder_get(
		    &members->by_user, keyhash_text(members, user), user),
		ret_member);
}

bool
members_get_uid(
    struct members *members, uint32_t uid, struct member *ret_member)
{
	return uid != 0 &&
	    give(members,
		finder_get(
		    &members->by_uid, keyhash_number(members, uid), &uid),
		ret_member);
}

/* False: no memory for the index. */
static bool
know_mails(struct members *members)
{
	int err = 0;

	if (members->mail_known)
		return true;
	err = finder_reserve(&members->by_mail, members->count);
	for (uint32_t i = 0; i < members->count && err == 0; i++)
		err = index_mail(members, i);
	members->mail_known = err == 0;
	if (err != 0)
		forget_mails(members);
	return err == 0;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_one)
{
	struct mail_search search = {0};

	if (mail[0] != '\0' && know_mails(members))
		search = search_mail(members, mail);
	if (search.count > 0)
		(void)give(members, search.entry, ret_one);
	return search.count;
}
