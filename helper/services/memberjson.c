/*
 * memberjson.c - members between structs and JSON, strictly.
 *
 * The grammar of the fields themselves is held by members_add().  Must not
 * know where a text comes from.
 */
#include "services/memberjson.h"

#include <string.h>

#include "base/json.h"
#include "common/err.h"
#include "rules/stamp.h"

/* Space for what a struct member points to. */
struct draft {
	struct member member;
	const char *roles[MEMBERS_ROLES_MAX];
	const char *scopes[MEMBERS_ROLES_MAX];
};

typedef int field_fn(struct draft *draft, const struct json_node *node);

static int
read_text(const struct json_node *node, const char **ret_text)
{
	const char *text = json_string(node);

	if (text == NULL)
		return ERR_MALFORMED;
	*ret_text = text;
	return 0;
}

static int
read_list(const struct json_node *node, const char **list, size_t *ret_count)
{
	size_t count = 0;

	if (!json_is_array(node) || json_count(node) > MEMBERS_ROLES_MAX)
		return ERR_MALFORMED;
	JSON_ARRAY_FOREACH (item, node) {
		int err = read_text(item, &list[count++]);

		if (err != 0)
			return err;
	}
	*ret_count = count;
	return 0;
}

static int
on_id(struct draft *draft, const struct json_node *node)
{
	return read_text(node, &draft->member.id);
}

static int
on_email(struct draft *draft, const struct json_node *node)
{
	return read_text(node, &draft->member.mail);
}

static int
on_name(struct draft *draft, const struct json_node *node)
{
	return read_text(node, &draft->member.name);
}

static int
on_username(struct draft *draft, const struct json_node *node)
{
	return read_text(node, &draft->member.username);
}

static int
on_shell(struct draft *draft, const struct json_node *node)
{
	return read_text(node, &draft->member.shell);
}

static int
on_roles(struct draft *draft, const struct json_node *node)
{
	return read_list(node, draft->roles, &draft->member.role_count);
}

static int
on_scopes(struct draft *draft, const struct json_node *node)
{
	return read_list(node, draft->scopes, &draft->member.scope_count);
}

/* A word that is none of ours stays UNKNOWN, which lets nobody in. */
static int
on_state(struct draft *draft, const struct json_node *node)
{
	const char *word = NULL;
	int err = read_text(node, &word);

	if (err != 0)
		return err;
	for (enum member_state state = MEMBER_ACTIVE; state <= MEMBER_SUSPENDED;
	     state++)
		if (strcmp(member_state_name(state), word) == 0)
			draft->member.state = state;
	return 0;
}

static int
on_identity(struct draft *draft, const struct json_node *node)
{
	int err = json_count(node) == 2 ? 0 : ERR_MALFORMED;

	if (err == 0)
		err =
		    read_text(json_get(node, "issuer"), &draft->member.issuer);
	if (err == 0)
		err = read_text(
		    json_get(node, "subject"), &draft->member.subject);
	return err;
}

/* Whether the number may be used at all is decided where ids are assigned,
 * for that member alone; -1 and 2^32 are no number of any host. */
static int
on_uid(struct draft *draft, const struct json_node *node)
{
	int64_t number = 0;

	if (!json_integer(node, &number) || number < 1 || number > UINT32_MAX)
		return ERR_MALFORMED;
	draft->member.given_uid = (uint32_t)number;
	return 0;
}

static int
on_created(struct draft *draft, const struct json_node *node)
{
	const char *text = NULL;
	int err = read_text(node, &text);

	if (err != 0)
		return err;
	return stamp_parse(text, &draft->member.created_s);
}

static const struct {
	const char *name;
	field_fn *fn;
	bool required;
} fields[] = {
    {"id", on_id, true},
    {"email", on_email, true},
    {"roles", on_roles, true},
    {"state", on_state, true},
    {"name", on_name, false},
    {"username", on_username, false},
    {"scopes", on_scopes, false},
    {"identity", on_identity, false},
    {"uid", on_uid, false},
    {"shell", on_shell, false},
    {"created", on_created, false},
};

int
memberjson_read(struct members *members, const void *text, size_t len)
{
	struct draft draft = {0};
	struct member *m = &draft.member;
	struct json *json JSON_AUTO = NULL;
	size_t seen = 0;
	int err = json_parse(text, len, MEMBERJSON_LINE_MAX, &json);

	m->id = m->mail = m->name = m->username = m->shell = "";
	m->issuer = m->subject = m->user = "";
	m->roles = draft.roles;
	m->scopes = draft.scopes;
	if (err == 0 && !json_is_object(json_root(json)))
		err = ERR_MALFORMED;
	for (size_t i = 0; i < ARRAY_SIZE(fields) && err == 0; i++) {
		const struct json_node *node =
		    json_get(json_root(json), fields[i].name);

		if (node == NULL && fields[i].required)
			err = ERR_MALFORMED;
		if (node != NULL && err == 0)
			err = fields[i].fn(&draft, node);
		seen += node != NULL;
	}
	if (err == 0 && seen != json_count(json_root(json)))
		err = ERR_MALFORMED;
	return err != 0 ? err : members_add(members, m);
}

static void
put_name(struct buf *out, const char *name)
{
	buf_put_text(out, ",\"");
	buf_put_text(out, name);
	buf_put_text(out, "\":");
}

static void
put_text(struct buf *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	put_name(out, name);
	json_put_string(out, text);
}

static void
put_list(
    struct buf *out, const char *name, const char *const *list, size_t count)
{
	put_name(out, name);
	buf_put_text(out, "[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_text(out, ",");
		json_put_string(out, list[i]);
	}
	buf_put_text(out, "]");
}

void
memberjson_write(struct buf *out, const struct member *m)
{
	char created[STAMP_SIZE];

	buf_put_text(out, "{\"id\":");
	json_put_string(out, m->id);
	buf_put_text(out, ",\"email\":");
	json_put_string(out, m->mail);
	put_text(out, "name", m->name);
	put_text(out, "username", m->username);
	put_list(out, "roles", m->roles, m->role_count);
	put_list(out, "scopes", m->scopes, m->scope_count);
	put_text(out, "state", member_state_name(m->state));
	if (m->issuer[0] != '\0') {
		buf_put_text(out, ",\"identity\":{\"issuer\":");
		json_put_string(out, m->issuer);
		put_text(out, "subject", m->subject);
		buf_put_text(out, "}");
	}
	if (m->given_uid != 0)
		buf_put_format(out, ",\"uid\":%u", m->given_uid);
	put_text(out, "shell", m->shell);
	if (m->created_s != 0) {
		stamp_format(m->created_s, created);
		put_text(out, "created", created);
	}
	buf_put_text(out, "}");
}
