/*
 * scimread.c - reads SCIM list answers.
 *
 * Owns the rule for odd resources: an id that cannot be used, or an attribute
 * that stands twice, makes the whole answer bad, because removals are told by
 * absence; every other odd attribute only takes something away from that one
 * member.  No URL of an answer is looked at ($ref, location).
 */
#include "services/scimread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/name.h"
#include "rules/rolebook.h"
#include "rules/stamp.h"

#define LIST_SCHEMA "urn:ietf:params:scim:api:messages:2.0:ListResponse"

struct progress {
	bool begun;
	uint32_t received;
	uint32_t total;
};

struct scimread {
	struct scimread_options options;
	struct rolebook *book;
	struct members *members;
	struct progress progress[SCIMREAD_USERS + 1];
	int64_t newest_s;
	bool odd;         /* an attribute stood twice */
	bool user_groups; /* a user named a group */
	bool told;        /* and none left one out */
	uint32_t cut;
	/* of the member under way; borrowed from the answer and the book */
	const char **roles;
	size_t role_count;
	size_t role_size;
	char name[NAME_GECOS_MAX + 1];
};

int
scimread_new(const struct scimread_options *options, struct scimread **ret_read)
{
	struct scimread *s SCIMREAD_AUTO = calloc(1, sizeof(*s));
	int r = s == NULL ? ERR_NO_MEMORY : rolebook_new(&s->book);

	if (r == 0)
		r = members_new(&s->members);
	if (r != 0)
		return r;
	s->options = *options;
	s->told = true;
	*ret_read = TAKE(s);
	return ERR_OK;
}

void
scimread_free(struct scimread *read)
{
	if (read == NULL)
		return;
	rolebook_free(read->book);
	members_free(read->members);
	free(read->roles);
	free(read);
}

/* NULL when it is absent or null, which is the same (RFC 7643 2.5). */
static const struct json_node *
attribute(const struct json_node *node, const char *name, bool *odd)
{
	const struct json_node *found = NULL;

	if (!json_is_object(node))
		return NULL;
	JSON_ARRAY_FOREACH (child, node) {
		if (strcasecmp(json_name(child), name) != 0)
			continue;
		*odd = *odd || found != NULL;
		found = child;
	}
	return json_is_null(found) ? NULL : found;
}

/* "" when it is absent or no string. */
static const char *
text_of(struct scimread *s, const struct json_node *node, const char *name)
{
	const char *text = json_string(attribute(node, name, &s->odd));

	return text == NULL ? "" : text;
}

/* The resource's own times; of changes, one that is older shows that the
 * filter was not held to. */
static int
read_meta(struct scimread *s, const struct json_node *item, int64_t *ret_made_s)
{
	const struct json_node *meta = attribute(item, "meta", &s->odd);
	int64_t changed_s = 0;

	if (stamp_parse(text_of(s, meta, "created"), ret_made_s) != 0)
		*ret_made_s = 0;
	if (stamp_parse(text_of(s, meta, "lastModified"), &changed_s) != 0)
		changed_s = 0;
	if (s->options.changes && changed_s < s->options.since_s)
		return ERR_UNSUPPORTED;
	if (changed_s > s->newest_s)
		s->newest_s = changed_s;
	return ERR_OK;
}

/* A group inside a group is no holder: who is meant by it, the server says in
 * the members' own groups. */
static int
read_holder(struct scimread *s, const struct json_node *item)
{
	const char *id = json_string(attribute(item, "value", &s->odd));

	if (strcasecmp(text_of(s, item, "type"), "Group") == 0)
		return ERR_OK;
	if (id == NULL)
		return ERR_SERVICE_MALFORMED;
	return name_id_valid(id) ? rolebook_holder(s->book, id) : ERR_OK;
}

static int
read_group(struct scimread *s, const struct json_node *item)
{
	const char *id = text_of(s, item, "id");
	const struct json_node *holders = attribute(item, "members", &s->odd);
	int64_t made_s = 0;
	int r = read_meta(s, item, &made_s);

	if (r == 0 &&
	    (id[0] == '\0' || (holders != NULL && !json_is_array(holders))))
		r = ERR_SERVICE_MALFORMED;
	/* What is no role id can stand in no configuration either. */
	if (r != 0 || !name_role_valid(id))
		return r;
	r = rolebook_role(s->book, id);
	JSON_ARRAY_FOREACH (holder, holders) {
		if (r == 0)
			r = read_holder(s, holder);
	}
	return r;
}

static int
add_role(struct scimread *s, const char *role)
{
	if (s->role_count == s->role_size) {
		size_t size = s->role_size == 0 ? 64 : s->role_size * 2;
		const char **grown = NULL;

		if (size > 2 * ROLEBOOK_ROLES_MAX)
			return ERR_TOO_LARGE;
		grown = reallocarray(s->roles, size, sizeof(*grown));
		if (grown == NULL)
			return ERR_NO_MEMORY;
		s->roles = grown;
		s->role_size = size;
	}
	s->roles[s->role_count++] = role;
	return ERR_OK;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each role once, in one order, so that the same set reads the same. */
static void
tidy_roles(struct scimread *s)
{
	size_t kept = 0;

	if (s->role_count == 0)
		return;
	qsort(s->roles, s->role_count, sizeof(*s->roles), by_bytes);
	for (size_t i = 1; i < s->role_count; i++) {
		if (strcmp(s->roles[kept], s->roles[i]) != 0)
			s->roles[++kept] = s->roles[i];
	}
	s->role_count = kept + 1;
}

static bool
named(const struct access_policy *policy, const char *role)
{
	for (size_t i = 0; i < policy->allow_role_count; i++) {
		if (strcmp(policy->allow_roles[i], role) == 0)
			return true;
	}
	return access_maps(policy, false, role);
}

/* Too many: those that the configuration names come first. */
static void
cut_roles(struct scimread *s)
{
	size_t kept = 0;

	if (s->role_count <= MEMBERS_ROLES_MAX)
		return;
	for (size_t i = 0; s->options.policy != NULL && i < s->role_count;
	     i++) {
		const char *role = s->roles[i];

		if (!named(s->options.policy, role))
			continue;
		memmove(&s->roles[kept + 1], &s->roles[kept],
		    (i - kept) * sizeof(*s->roles));
		s->roles[kept++] = role;
	}
	s->cut += (uint32_t)(s->role_count - MEMBERS_ROLES_MAX);
	s->role_count = MEMBERS_ROLES_MAX;
	tidy_roles(s);
}

/* Of changes: what the member holds of groups that have not changed. */
static int
add_former(struct scimread *s, const struct member *former)
{
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < former->role_count; i++) {
		if (!rolebook_tells(s->book, former->roles[i]))
			r = add_role(s, former->roles[i]);
	}
	return r;
}

static int
add_from_book(struct scimread *s, const char *id)
{
	struct rolebook_at at = {0};
	int r = ERR_OK;

	for (const char *role;
	     r == 0 && (role = rolebook_next(s->book, id, &at)) != NULL;)
		r = add_role(s, role);
	return r;
}

/* user.groups; RFC 7643 4.1.2: direct and indirect ones. */
static int
add_own_groups(struct scimread *s, const struct json_node *item)
{
	const struct json_node *groups = attribute(item, "groups", &s->odd);
	int r = ERR_OK;

	if (groups != NULL && !json_is_array(groups))
		return ERR_SERVICE_MALFORMED;
	JSON_ARRAY_FOREACH (group, groups) {
		const char *id =
		    json_string(attribute(group, "value", &s->odd));

		if (id == NULL)
			return ERR_SERVICE_MALFORMED;
		if (name_role_valid(id))
			r = add_role(s, id);
		if (r != 0)
			return r;
	}
	return r;
}

/* A role counts when either direction tells it. */
static int
collect_roles(struct scimread *s, const char *id, const struct json_node *item,
    const struct member *former)
{
	size_t own = 0;
	int r = ERR_OK;

	s->role_count = 0;
	r = add_own_groups(s, item);
	tidy_roles(s);
	own = s->role_count;
	if (r == 0)
		r = add_from_book(s, id);
	tidy_roles(s);
	s->user_groups = s->user_groups || own > 0;
	s->told = s->told && s->role_count == own;
	if (r == 0 && !s->options.groups_told)
		r = add_former(s, former);
	tidy_roles(s);
	cut_roles(s);
	return r;
}

/* RFC 7643 4.1.1: absent means that the server does not tell, and then all
 * are active. What is no boolean lets nobody in. */
static enum member_state
state_of(struct scimread *s, const struct json_node *item)
{
	const struct json_node *node = attribute(item, "active", &s->odd);
	bool active = false;

	if (node == NULL)
		return MEMBER_ACTIVE;
	if (!json_bool(node, &active))
		return MEMBER_UNKNOWN;
	return active ? MEMBER_ACTIVE : MEMBER_DEACTIVATED;
}

/* The primary address, else the first good one, else the user name. */
static const char *
mail_of(struct scimread *s, const struct json_node *item)
{
	const struct json_node *mails = attribute(item, "emails", &s->odd);
	const char *user_name = text_of(s, item, "userName");
	const char *first = "";

	if (!json_is_array(mails))
		mails = NULL;
	JSON_ARRAY_FOREACH (mail, mails) {
		const char *value = text_of(s, mail, "value");
		bool primary = false;

		if (!name_mail_valid(value))
			continue;
		if (json_bool(attribute(mail, "primary", &s->odd), &primary) &&
		    primary)
			return value;
		if (first[0] == '\0')
			first = value;
	}
	return first[0] == '\0' && name_mail_valid(user_name) ? user_name
							      : first;
}

static const char *
name_of(struct scimread *s, const struct json_node *item)
{
	const struct json_node *parts = attribute(item, "name", &s->odd);
	const char *given = text_of(s, parts, "givenName");
	const char *family = text_of(s, parts, "familyName");
	const char *whole[] = {text_of(s, item, "displayName"),
	    text_of(s, parts, "formatted"), s->name};
	int len = snprintf(s->name, sizeof(s->name), "%s%s%s", given,
	    given[0] != '\0' && family[0] != '\0' ? " " : "", family);

	if (len >= (int)sizeof(s->name))
		s->name[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		if (whole[i][0] != '\0' && name_gecos_valid(whole[i]))
			return whole[i];
	}
	return "";
}

/* Adds the member with the roles that were collected. */
static int
add(struct scimread *s, struct member *member, struct members *known)
{
	int r = ERR_OK;

	member->roles = s->roles;
	member->role_count = s->role_count;
	r = members_add_shared(s->members, known, member);
	return r == ERR_EXISTS || r == ERR_NAME_INVALID ? ERR_SERVICE_MALFORMED
							: r;
}

static int
read_user(
    struct scimread *s, const struct json_node *item, struct members *known)
{
	const char *user_name = text_of(s, item, "userName");
	struct member member = {
	    .id = text_of(s, item, "id"),
	    .mail = mail_of(s, item),
	    .name = name_of(s, item),
	    .username = member_text_valid(user_name) ? user_name : "",
	    .shell = "",
	    .issuer = "",
	    .subject = "",
	    .user = "",
	    .state = state_of(s, item),
	};
	struct member former = {0};
	int r = read_meta(s, item, &member.created_s);

	if (r == 0 && !name_id_valid(member.id))
		r = ERR_SERVICE_MALFORMED;
	if (r == 0 && s->options.changes)
		(void)members_get_id(known, member.id, &former);
	if (r == 0)
		r = collect_roles(s, member.id, item, &former);
	return r == 0 ? add(s, &member, known) : r;
}

/* RFC 7644 3.4.2: the schema, the total, and the resources, which may be left
 * out when there are none at all. */
static int
read_head(struct scimread *s, enum scimread_kind kind,
    const struct json_node *root, const struct json_node **ret_items)
{
	struct progress *p = &s->progress[kind];
	const uint32_t most =
	    kind == SCIMREAD_USERS ? MEMBERS_MAX : SCIMREAD_GROUPS_MAX;
	const struct json_node *items = attribute(root, "Resources", &s->odd);
	bool is_list = false;
	int64_t total = 0;

	JSON_ARRAY_FOREACH (schema, attribute(root, "schemas", &s->odd)) {
		const char *name = json_string(schema);

		is_list =
		    is_list || (name != NULL && strcmp(name, LIST_SCHEMA) == 0);
	}
	if (!is_list || (items != NULL && !json_is_array(items)) ||
	    !json_integer(attribute(root, "totalResults", &s->odd), &total) ||
	    total < 0 || total > most || s->odd)
		return ERR_SERVICE_MALFORMED;
	if (p->begun && (uint32_t)total != p->total)
		return ERR_SERVICE_MALFORMED;
	p->begun = true;
	p->total = (uint32_t)total;
	*ret_items = items;
	return ERR_OK;
}

static int
read_item(struct scimread *s, enum scimread_kind kind,
    const struct json_node *item, struct members *known)
{
	int r = kind == SCIMREAD_GROUPS ? read_group(s, item)
					: read_user(s, item, known);

	if (r == ERR_EXISTS || (r == 0 && s->odd))
		return ERR_SERVICE_MALFORMED;
	return r;
}

int
scimread_page(struct scimread *read, enum scimread_kind kind,
    const struct json_node *root, struct members *known, bool *ret_more)
{
	struct scimread *s = read;
	struct progress *p = &s->progress[kind];
	const struct json_node *items = NULL;
	size_t count = 0;
	int r = read_head(s, kind, root, &items);

	count = r == 0 ? json_count(items) : 0;
	if (r == 0 && count > p->total - p->received)
		r = ERR_SERVICE_MALFORMED;
	JSON_ARRAY_FOREACH (item, items) {
		if (r == 0)
			r = read_item(s, kind, item, known);
	}
	if (r != 0)
		return r;
	p->received += (uint32_t)count;
	/* An end before the total: something is missing. */
	if (count == 0 && p->received < p->total)
		return ERR_SERVICE_MALFORMED;
	*ret_more = p->received < p->total;
	return ERR_OK;
}

/* Whether the member holds just the roles that were collected. */
static bool
holds_these(const struct scimread *s, const struct member *member)
{
	if (member->role_count != s->role_count)
		return false;
	for (size_t i = 0; i < s->role_count; i++) {
		if (!member_has_role(member, s->roles[i]))
			return false;
	}
	return true;
}

int
scimread_rest(struct scimread *read, struct members *known)
{
	struct scimread *s = read;
	struct member member = {0};
	struct member told = {0};
	int r = ERR_OK;

	if (rolebook_roles(s->book) == 0)
		return ERR_OK;
	for (size_t i = 0; r == 0 && members_get(known, i, &member); i++) {
		if (members_get_id(s->members, member.id, &told))
			continue;
		s->role_count = 0;
		r = add_former(s, &member);
		if (r == 0)
			r = add_from_book(s, member.id);
		tidy_roles(s);
		cut_roles(s);
		if (r != 0 || holds_these(s, &member))
			continue;
		member.user = "";
		member.uid = 0;
		member.at_home = false;
		member.excluded = 0;
		r = add(s, &member, NULL);
	}
	return r;
}

uint32_t
scimread_received(const struct scimread *read, enum scimread_kind kind)
{
	return read->progress[kind].received;
}

uint32_t
scimread_total(const struct scimread *read, enum scimread_kind kind)
{
	return read->progress[kind].total;
}

struct members *
scimread_take(struct scimread *read)
{
	return TAKE(read->members);
}

int64_t
scimread_newest(const struct scimread *read)
{
	return read->newest_s;
}

bool
scimread_groups_told(const struct scimread *read)
{
	return read->user_groups && read->told;
}

uint32_t
scimread_cut(const struct scimread *read)
{
	return read->cut;
}

bool
scimread_filters(const struct json_node *root)
{
	bool odd = false;
	bool supported = false;

	return json_bool(attribute(attribute(root, "filter", &odd), "supported",
			     &odd),
		   &supported) &&
	    supported && !odd;
}

int
scimread_error(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ERR_SERVICE_REFUSED;
	case 429:
		return ERR_SERVICE_RATE_LIMITED;
	default:
		return ERR_SERVICE_ERROR;
	}
}

const char *
scimread_detail(const struct json_node *root)
{
	bool odd = false;
	const char *detail = json_string(attribute(root, "detail", &odd));

	return detail == NULL ? "" : detail;
}
