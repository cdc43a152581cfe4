/*
 * members.c - the list of members: an array in a fixed order, and four hash
 * tables over it.
 *
 * Adding takes constant time, replacing and indexing time
 * linear in what is stored.
 * Knows nothing of files, services or the clock.
 */
#include "rules/members.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/memberrecord.h"
#include "rules/table.h"

struct members {
	struct member_record **items;
	size_t count;
	size_t size;
	bool sorted;
	unsigned int refs; /* its owner's, and the holds */
	struct member_record **retired;
	size_t retired_count;
	struct table by_id;
	struct table by_mail;
	struct table by_user;
	struct table by_uid;
};

static bool
list_holds(const char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

bool
member_has_role(const struct member *member, const char *role)
{
	return list_holds(member->roles, member->role_count, role);
}

bool
member_has_scope(const struct member *member, const char *scope)
{
	return list_holds(member->scopes, member->scope_count, scope);
}

/* What two records share is not read. */
static bool
text_same(const char *a, const char *b)
{
	return a == b || strcmp(a, b) == 0;
}

static bool
list_same(
    const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	if (a == b)
		return true;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

bool
member_same(const struct member *a, const struct member *b)
{
	return text_same(a->id, b->id) && text_same(a->mail, b->mail) &&
	    text_same(a->name, b->name) &&
	    text_same(a->username, b->username) &&
	    text_same(a->shell, b->shell) && text_same(a->issuer, b->issuer) &&
	    text_same(a->subject, b->subject) &&
	    list_same(a->roles, a->role_count, b->roles, b->role_count) &&
	    list_same(a->scopes, a->scope_count, b->scopes, b->scope_count) &&
	    a->state == b->state && a->given_uid == b->given_uid &&
	    a->created_s == b->created_s;
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

static bool
same_id(const void *entry, const void *key)
{
	return strcmp(((const struct member *)entry)->id, key) == 0;
}

static bool
same_mail(const void *entry, const void *key)
{
	return same_folded(((const struct member *)entry)->mail, key);
}

static bool
same_user(const void *entry, const void *key)
{
	return strcmp(((const struct member *)entry)->user, key) == 0;
}

static bool
same_uid(const void *entry, const void *key)
{
	return ((const struct member *)entry)->uid == *(const uint32_t *)key;
}

static int
compare(const void *left, const void *right)
{
	const struct member *a =
	    &(*(struct member_record *const *)left)->member;
	const struct member *b =
	    &(*(struct member_record *const *)right)->member;

	if (a->created_s != b->created_s)
		return a->created_s < b->created_s ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* The item that stands for its mail counts how many have it. */
static int
put_mail(struct members *members, struct member_record *item)
{
	const char *mail = item->member.mail;
	uint64_t hash = table_hash_folded(&members->by_mail, mail);
	struct member_record **at = NULL;

	item->mail_count = 1;
	if (mail[0] == '\0')
		return 0;
	at = (struct member_record **)table_at(
	    &members->by_mail, hash, same_mail, mail);
	if (at == NULL)
		return table_put(&members->by_mail, hash, item);
	if (compare(&item, at) < 0) {
		item->mail_count = (*at)->mail_count;
		*at = item;
	}
	(*at)->mail_count++;
	return 0;
}

static int
put_answer(struct members *members, struct member_record *item)
{
	int err = put_mail(members, item);

	if (err != 0)
		return err;
	return table_put(&members->by_id,
	    table_hash_text(&members->by_id, item->member.id), item);
}

/* Up to MEMBERS_MAX items. */
static int
grow(struct members *members)
{
	size_t size = members->size == 0 ? 8 : members->size * 2;
	struct member_record **items = NULL;
	int err = 0;

	if (members->count >= MEMBERS_MAX)
		return ERR_TOO_LARGE;
	err = table_reserve(&members->by_id, size);
	if (err == 0)
		err = table_reserve(&members->by_mail, size);
	if (err != 0)
		return err;
	items =
	    reallocarray(members->items, size, sizeof(struct member_record *));
	if (items == NULL)
		return ERR_NO_MEMORY;
	members->items = items;
	members->size = size;
	return 0;
}

int
members_new(struct members **ret_members)
{
	struct members *members = calloc(1, sizeof(*members));

	if (members == NULL)
		return ERR_NO_MEMORY;
	members->sorted = true;
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
		memberrecord_unref(members->items[i]);
	table_done(&members->by_id);
	table_done(&members->by_mail);
	table_done(&members->by_user);
	table_done(&members->by_uid);
	free(members->items);
	free(members);
}

/* Takes over one reference, also where it fails. */
static int
append(struct members *members, struct member_record *record)
{
	int err = members->count == members->size ? grow(members) : 0;

	if (err != 0) {
		memberrecord_unref(record);
		return err;
	}
	members->items[members->count++] = record;
	members->sorted = false;
	return put_answer(members, record);
}

int
members_add(struct members *members, const struct member *member)
{
	struct member_record *record = NULL;
	int err = memberrecord_new(member, &record);

	if (err == 0 && members_by_id(members, member->id) != NULL) {
		memberrecord_unref(record);
		err = ERR_EXISTS;
	}
	return err == 0 ? append(members, record) : err;
}

static int
share(struct members *members, struct member_record *record)
{
	if (members_by_id(members, record->member.id) != NULL)
		return ERR_EXISTS;
	record->refs++;
	return append(members, record);
}

int
members_add_shared(struct members *members, struct members *former,
    const struct member *member)
{
	struct member *known =
	    former == NULL ? NULL : members_by_id(former, member->id);

	if (known == NULL || !member_same(known, member))
		return members_add(members, member);
	return share(members, (struct member_record *)(void *)known);
}

int
members_add_rest(struct members *members, struct members *former)
{
	int err = 0;

	for (size_t i = 0; i < former->count && err == 0; i++) {
		struct member_record *record = former->items[i];

		if (members_by_id(members, record->member.id) == NULL)
			err = share(members, record);
	}
	return err;
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
	if (retired != NULL) {
		members->retired = retired;
		retired[members->retired_count++] = record;
	}
	return retired != NULL ? 0 : ERR_NO_MEMORY;
}

static int
index_answers(struct members *members)
{
	table_clear(&members->by_id);
	table_clear(&members->by_mail);
	for (size_t i = 0; i < members->count; i++) {
		int err = put_answer(members, members->items[i]);

		if (err != 0)
			return err;
	}
	return 0;
}

int
members_replace(struct members *members, const struct member *member)
{
	struct member_record *copy = NULL;
	size_t at = 0;
	int err = 0;

	if (members_by_id(members, member->id) == NULL)
		return members_add(members, member);
	err = memberrecord_new(member, &copy);
	if (err != 0)
		return err;
	while (strcmp(members->items[at]->member.id, member->id) != 0)
		at++;
	err = drop(members, members->items[at]);
	if (err != 0) {
		memberrecord_unref(copy);
		return err;
	}
	members->items[at] = copy;
	members->sorted = false;
	err = index_answers(members);
	if (err != 0)
		return err;
	return members_index(members);
}

int
members_assign(struct members *members, size_t index, const char *user,
    uint32_t uid, int excluded)
{
	struct member *member = members_at(members, index);
	struct member_record *record = (struct member_record *)(void *)member;
	struct member_record *copy = NULL;

	if (member == NULL || (user[0] != '\0' && !name_user_valid(user)))
		return ERR_INVALID_ARGUMENT;
	if (strcmp(member->user, user) == 0 && member->uid == uid &&
	    member->excluded == excluded)
		return 0;
	if (members->refs > 1 || record->refs > 1) {
		int err = memberrecord_new(member, &copy);

		if (err == 0)
			err = drop(members, record);
		if (err != 0) {
			free(copy);
			return err;
		}
		members->items[index] = record = copy;
	}
	record->member.user = memcpy(record->user, user, strlen(user) + 1);
	record->member.uid = uid;
	record->member.excluded = excluded;
	if (copy == NULL)
		return 0;
	table_clear(&members->by_user);
	table_clear(&members->by_uid);
	return index_answers(members);
}

int
members_exclude(struct members *members, const char *id, int reason)
{
	const struct member *member = members_by_id(members, id);
	size_t index = 0;

	if (member == NULL)
		return 0;
	while (members_at(members, index) != member)
		index++;
	return members_assign(members, index, "", 0, reason);
}

const struct member_record *
members_record(struct members *members, size_t index)
{
	return (const struct member_record *)(const void *)members_at(
	    members, index);
}

void
member_read(const struct member_record *record, struct member *ret_member)
{
	*ret_member = record->member;
}

static bool
give(const struct member *member, struct member *ret_member)
{
	if (member == NULL)
		return false;
	*ret_member = *member;
	return true;
}

bool
members_get(struct members *members, size_t index, struct member *ret_member)
{
	return give(members_at(members, index), ret_member);
}

bool
members_get_id(
    struct members *members, const char *id, struct member *ret_member)
{
	return give(members_by_id(members, id), ret_member);
}

bool
members_get_user(
    struct members *members, const char *user, struct member *ret_member)
{
	return give(members_by_user(members, user), ret_member);
}

bool
members_get_uid(
    struct members *members, uint32_t uid, struct member *ret_member)
{
	return give(members_by_uid(members, uid), ret_member);
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_first)
{
	struct member *first = NULL;
	size_t count = members_by_mail(members, mail, &first);

	if (count > 0)
		*ret_first = *first;
	return count;
}

size_t
members_count(const struct members *members)
{
	return members->count;
}

struct member *
members_at(struct members *members, size_t index)
{
	if (index >= members->count)
		return NULL;
	if (!members->sorted)
		qsort(members->items, members->count,
		    sizeof(struct member_record *), compare);
	members->sorted = true;
	return &members->items[index]->member;
}

struct member *
members_by_id(struct members *members, const char *id)
{
	return table_get(
	    &members->by_id, table_hash_text(&members->by_id, id), same_id, id);
}

struct member *
members_by_user(struct members *members, const char *user)
{
	return table_get(&members->by_user,
	    table_hash_text(&members->by_user, user), same_user, user);
}

struct member *
members_by_uid(struct members *members, uint32_t uid)
{
	return table_get(&members->by_uid,
	    table_hash_number(&members->by_uid, uid), same_uid, &uid);
}

size_t
members_by_mail(
    struct members *members, const char *mail, struct member **ret_first)
{
	struct member_record *item = table_get(&members->by_mail,
	    table_hash_folded(&members->by_mail, mail), same_mail, mail);

	if (item == NULL)
		return 0;
	*ret_first = &item->member;
	return item->mail_count;
}

static int
put_assigned(struct members *members, struct member *member)
{
	int err = 0;

	if (members_by_user(members, member->user) != NULL ||
	    members_by_uid(members, member->uid) != NULL)
		return ERR_EXISTS;
	if (member->user[0] != '\0')
		err = table_put(&members->by_user,
		    table_hash_text(&members->by_user, member->user), member);
	if (err == 0 && member->uid != 0)
		err = table_put(&members->by_uid,
		    table_hash_number(&members->by_uid, member->uid), member);
	return err;
}

int
members_index(struct members *members)
{
	int err = 0;

	table_clear(&members->by_user);
	table_clear(&members->by_uid);
	for (size_t i = 0; i < members->count && err == 0; i++)
		err = put_assigned(members, &members->items[i]->member);
	return err;
}

size_t
members_lost(struct members *before, struct members *after)
{
	size_t lost = 0;

	for (size_t i = 0; i < before->count; i++)
		if (members_by_id(after, before->items[i]->member.id) == NULL)
			lost++;
	return lost;
}

struct members_difference
members_compare(struct members *before, struct members *after)
{
	struct members_difference difference = {
	    .lost = members_lost(before, after),
	    .joined = members_lost(after, before)};

	for (size_t i = 0; i < after->count; i++) {
		const struct member *now = &after->items[i]->member;
		const struct member *old = members_by_id(before, now->id);

		difference.changed += old != NULL && !member_same(old, now);
	}
	return difference;
}
