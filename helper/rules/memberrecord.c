/*
 * memberrecord.c - the words and the grammar of a member's fields, and the one
 * allocation that keeps them: the struct, its arrays of roles and scopes, then
 * all text.
 *
 * Knows nothing of lists.
 */
#include "rules/memberrecord.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

#define TEXT_MAX 255 /* bytes of a text without a grammar of its own */

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

bool
member_text_valid(const char *text)
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

/* A source has no word for it. */
static const char *
user_of(const struct member *m)
{
	return m->user == NULL ? "" : m->user;
}

static bool
member_valid(const struct member *m)
{
	return name_id_valid(m->id) &&
	    (m->mail[0] == '\0' || name_mail_valid(m->mail)) &&
	    (m->name[0] == '\0' || name_gecos_valid(m->name)) &&
	    member_text_valid(m->username) &&
	    (m->shell[0] == '\0' || name_path_valid(m->shell)) &&
	    member_text_valid(m->issuer) && member_text_valid(m->subject) &&
	    (m->issuer[0] == '\0') == (m->subject[0] == '\0') &&
	    list_valid(m->roles, m->role_count) &&
	    list_valid(m->scopes, m->scope_count) &&
	    (user_of(m)[0] == '\0' || name_user_valid(user_of(m)));
}

/* The name that a host most likely gives, and not less than there is. */
static size_t
user_size(const struct member *m)
{
	size_t local = strcspn(m->mail, "@");
	size_t given = strlen(m->username);
	size_t likely = local > given ? local : given;
	size_t now = strlen(user_of(m));

	if (likely > NAME_USER_MAX)
		likely = NAME_USER_MAX;
	return (likely > now ? likely : now) + 1;
}

/* An empty text is the end of the id. */
static size_t
text_size(const char *text)
{
	return text[0] == '\0' ? 0 : strlen(text) + 1;
}

static uint16_t
put_text(struct member_record *record, size_t *used, const char *text)
{
	size_t at = *used;

	if (text[0] == '\0')
		return (uint16_t)strlen(record->text);
	memcpy(record->text + at, text, strlen(text) + 1);
	*used += strlen(text) + 1;
	return (uint16_t)at;
}

/* Bounded by the grammar that member_valid() holds: less than 64 KiB. */
static struct member_record *
copy_member(const struct member *m)
{
	size_t used = strlen(m->id) + 1;
	size_t bytes = offsetof(struct member_record, text) + used +
	    text_size(m->mail) + text_size(m->name) + text_size(m->username) +
	    text_size(m->subject) + user_size(m);
	struct member_record *record =
	    malloc(bytes > sizeof(*record) ? bytes : sizeof(*record));

	if (record == NULL)
		return NULL;
	record->created_s = m->created_s;
	record->uid = m->uid;
	record->given_uid = m->given_uid;
	record->refs = 1;
	record->excluded = (int16_t)m->excluded;
	record->state = (uint8_t)m->state & 0x7f;
	record->at_home = m->at_home;
	record->user_size = (uint8_t)user_size(m);
	memcpy(record->text, m->id, used);
	record->mail = put_text(record, &used, m->mail);
	record->name = put_text(record, &used, m->name);
	record->username = put_text(record, &used, m->username);
	record->subject = put_text(record, &used, m->subject);
	record->user = (uint16_t)used;
	memcpy(record->text + used, user_of(m), strlen(user_of(m)) + 1);
	return record;
}

int
memberrecord_new(struct memberterms_pool *pool, const struct member *member,
    struct member_record **ret_record)
{
	struct memberterms *terms = NULL;
	struct member_record *record = NULL;
	int err = member_valid(member) ? 0 : ERR_NAME_INVALID;

	if (err == 0)
		err = memberterms_get(pool, member, &terms);
	if (err != 0)
		return err;
	record = copy_member(member);
	if (record == NULL) {
		memberterms_unref(terms);
		return ERR_NO_MEMORY;
	}
	record->terms = terms;
	*ret_record = record;
	return 0;
}

void
memberrecord_unref(struct member_record *record)
{
	if (--record->refs > 0)
		return;
	memberterms_unref(record->terms);
	free(record);
}

bool
memberrecord_assign(struct member_record *record, const struct member *member)
{
	size_t size = strlen(member->user) + 1;

	if (size > record->user_size)
		return false;
	memmove(record->text + record->user, member->user, size);
	record->uid = member->uid;
	record->at_home = member->at_home;
	record->excluded = (int16_t)member->excluded;
	return true;
}

void
member_read(const struct member_record *record, struct member *ret_member)
{
	const struct memberterms *terms = record->terms;

	*ret_member = (struct member){.id = record->text,
	    .mail = record->text + record->mail,
	    .name = record->text + record->name,
	    .username = record->text + record->username,
	    .shell = terms->shell,
	    .issuer = terms->issuer,
	    .subject = record->text + record->subject,
	    .roles = terms->texts,
	    .role_count = terms->role_count,
	    .scopes = terms->texts + terms->role_count,
	    .scope_count = terms->scope_count,
	    .state = (enum member_state)record->state,
	    .given_uid = record->given_uid,
	    .created_s = record->created_s,
	    .user = record->text + record->user,
	    .uid = record->uid,
	    .at_home = record->at_home,
	    .excluded = record->excluded};
}
