/*
 * members.c - the list of members: an array in a fixed order, and four hash
 * tables over it.
 *
 * Every member is one allocation: the struct, its arrays of roles and scopes,
 * then all its text.  Adding takes constant time, replacing and indexing time
 * linear in what is stored.
 * Knows nothing of files, services or the clock.
 */
#include "rules/members.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/table.h"

#define TEXT_MAX 255 /* bytes of a text without a grammar of its own */

/* The member comes first: the tables hold items and give out members. */
struct item {
	struct member member;
	size_t mail_count;
};

struct members {
	struct item **items;
	size_t count;
	size_t size;
	bool sorted;
	struct table by_id;
	struct table by_mail;
	struct table by_user;
	struct table by_uid;
};

const char *
member_state_name(enum member_state state)
{
	switch (state) {
	case MEMBER_UNKNOWN:
		return "Unknown";
	case MEMBER_ACTIVE:
		return "Active";
	case MEMBER_PENDING:
		return "Pending";
	case MEMBER_DEACTIVATED:
		return "Deactivated";
	case MEMBER_SUSPENDED:
		return "Suspended";
	}
	return "Unknown";
}

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

static bool
list_same(
    const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

bool
member_same(const struct member *a, const struct member *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->mail, b->mail) == 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->username, b->username) == 0 &&
	    strcmp(a->shell, b->shell) == 0 &&
	    strcmp(a->issuer, b->issuer) == 0 &&
	    strcmp(a->subject, b->subject) == 0 &&
	    list_same(a->roles, a->role_count, b->roles, b->role_count) &&
	    list_same(a->scopes, a->scope_count, b->scopes, b->scope_count) &&
	    a->state == b->state && a->given_uid == b->given_uid &&
	    a->created_s == b->created_s;
}

static bool
text_valid(const char *text)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++)
		if (len == TEXT_MAX || text[len] < 0x20 || text[len] > 0x7e)
			return false;
	return true;
}

static bool
list_valid(const char *const *list, size_t count)
{
	if (count > MEMBERS_ROLES_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!name_role_valid(list[i]))
			return false;
	return true;
}

static bool
member_valid(const struct member *m)
{
	return name_id_valid(m->id) &&
	    (m->mail[0] == '\0' || name_mail_valid(m->mail)) &&
	    (m->name[0] == '\0' || name_gecos_valid(m->name)) &&
	    text_valid(m->username) &&
	    (m->shell[0] == '\0' || name_path_valid(m->shell)) &&
	    text_valid(m->issuer) && text_valid(m->subject) &&
	    (m->issuer[0] == '\0') == (m->subject[0] == '\0') &&
	    list_valid(m->roles, m->role_count) &&
	    list_valid(m->scopes, m->scope_count) &&
	    (m->user[0] == '\0' || name_user_valid(m->user));
}

static size_t
list_bytes(const char *const *list, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += sizeof(char *) + strlen(list[i]) + 1;
	return bytes;
}

static const char *
copy_text(char **cursor, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memcpy(*cursor, text, size);

	*cursor += size;
	return copy;
}

static const char *const *
copy_list(
    const char **pointers, char **text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pointers[i] = copy_text(text, list[i]);
	return pointers;
}

/* Bounded by the grammar that member_valid() holds. */
static struct item *
item_copy(const struct member *m)
{
	const char *texts[] = {m->id, m->mail, m->name, m->username, m->shell,
	    m->issuer, m->subject};
	size_t bytes = sizeof(struct item) +
	    list_bytes(m->roles, m->role_count) +
	    list_bytes(m->scopes, m->scope_count);
	struct item *item = NULL;
	struct member *copy = NULL;
	const char **pointers = NULL;
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bytes += strlen(texts[i]) + 1;
	item = malloc(bytes);
	if (item == NULL)
		return NULL;
	copy = &item->member;
	*copy = *m;
	pointers = (const char **)(item + 1);
	text = (char *)(pointers + m->role_count + m->scope_count);
	copy->id = copy_text(&text, m->id);
	copy->mail = copy_text(&text, m->mail);
	copy->name = copy_text(&text, m->name);
	copy->username = copy_text(&text, m->username);
	copy->shell = copy_text(&text, m->shell);
	copy->issuer = copy_text(&text, m->issuer);
	copy->subject = copy_text(&text, m->subject);
	copy->roles = copy_list(pointers, &text, m->roles, m->role_count);
	copy->scopes = copy_list(
	    pointers + m->role_count, &text, m->scopes, m->scope_count);
	return item;
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
	const struct member *a = &(*(struct item *const *)left)->member;
	const struct member *b = &(*(struct item *const *)right)->member;

	if (a->created_s != b->created_s)
		return a->created_s < b->created_s ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* The item that stands for its mail counts how many have it. */
static int
put_mail(struct members *members, struct item *item)
{
	const char *mail = item->member.mail;
	uint64_t hash = table_hash_folded(&members->by_mail, mail);
	struct item **at = NULL;

	item->mail_count = 1;
	if (mail[0] == '\0')
		return 0;
	at = (struct item **)table_at(&members->by_mail, hash, same_mail, mail);
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
put_answer(struct members *members, struct item *item)
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
	struct item **items = NULL;
	int err = 0;

	if (members->count >= MEMBERS_MAX)
		return ERR_TOO_LARGE;
	err = table_reserve(&members->by_id, size);
	if (err == 0)
		err = table_reserve(&members->by_mail, size);
	if (err != 0)
		return err;
	items = reallocarray(members->items, size, sizeof(struct item *));
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
	*ret_members = members;
	return 0;
}

void
members_free(struct members *members)
{
	if (members == NULL)
		return;
	for (size_t i = 0; i < members->count; i++)
		free(members->items[i]);
	table_done(&members->by_id);
	table_done(&members->by_mail);
	table_done(&members->by_user);
	table_done(&members->by_uid);
	free(members->items);
	free(members);
}

int
members_add(struct members *members, const struct member *member)
{
	struct item *item = NULL;

	if (!member_valid(member))
		return ERR_NAME_INVALID;
	if (members_by_id(members, member->id) != NULL)
		return ERR_EXISTS;
	if (members->count == members->size) {
		int err = grow(members);

		if (err != 0)
			return err;
	}
	item = item_copy(member);
	if (item == NULL)
		return ERR_NO_MEMORY;
	members->items[members->count++] = item;
	members->sorted = false;
	return put_answer(members, item);
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
	struct item *copy = NULL;
	size_t at = 0;
	int err = 0;

	if (!member_valid(member))
		return ERR_NAME_INVALID;
	if (members_by_id(members, member->id) == NULL)
		return members_add(members, member);
	copy = item_copy(member);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	while (strcmp(members->items[at]->member.id, member->id) != 0)
		at++;
	free(members->items[at]);
	members->items[at] = copy;
	members->sorted = false;
	err = index_answers(members);
	if (err != 0)
		return err;
	return members_index(members);
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
		qsort(members->items, members->count, sizeof(struct item *),
		    compare);
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
	struct item *item = table_get(&members->by_mail,
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
