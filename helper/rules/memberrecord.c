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
static struct member_record *
copy_member(const struct member *m)
{
	const char *texts[] = {m->id, m->mail, m->name, m->username, m->shell,
	    m->issuer, m->subject};
	size_t bytes = sizeof(struct member_record) +
	    list_bytes(m->roles, m->role_count) +
	    list_bytes(m->scopes, m->scope_count);
	struct member_record *item = NULL;
	struct member *copy = NULL;
	const char **pointers = NULL;
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bytes += strlen(texts[i]) + 1;
	item = malloc(bytes);
	if (item == NULL)
		return NULL;
	item->refs = 1;
	copy = &item->member;
	*copy = *m;
	copy->user =
	    memcpy(item->user, m->user, strnlen(m->user, NAME_USER_MAX) + 1);
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

int
memberrecord_new(const struct member *member, struct member_record **ret_record)
{
	struct member_record *record = NULL;

	if (!member_valid(member))
		return ERR_NAME_INVALID;
	record = copy_member(member);
	if (record == NULL)
		return ERR_NO_MEMORY;
	*ret_record = record;
	return 0;
}

void
memberrecord_unref(struct member_record *record)
{
	if (--record->refs == 0)
		free(record);
}
