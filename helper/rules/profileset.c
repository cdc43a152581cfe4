/*
 * profileset.c - the entries of a profile's file, one by one.
 *
 * Owns the names of sections and keys and what a single value may be; what
 * must be there together is rules/profilecheck's.
 */
#include "rules/profile.h"

#include <string.h>

#include "common/err.h"
#include "common/num.h"
#include "common/text.h"

/* Keys whose value is plain text of a fixed size. */
static const struct text_key {
	const char *section;
	const char *key;
	size_t offset;
	size_t size;
	bool pointer; /* "" or RFC 6901 */
} text_keys[] = {
#define TEXT(section, key, field)                               \
	{                                                       \
		section, key, offsetof(struct profile, field),  \
		    sizeof(((struct profile *)0)->field), false \
	}
#define KEY(section, key, field)                               \
	{                                                      \
		section, key, offsetof(struct profile, field), \
		    sizeof(((struct profile *)0)->field), true \
	}
#define FACTS(section, facts)                                 \
	KEY(section, "subject", facts.subject),               \
	    KEY(section, "organization", facts.organization), \
	    KEY(section, "system_role", facts.system_role),   \
	    KEY(section, "state", facts.state),               \
	    KEY(section, "name", facts.name), KEY(section, "mail", facts.mail)
    KEY("members", "items", members.items),
    KEY("members", "total", members.total),
    KEY("members", "one", members.one),
    KEY("members", "id", members.id),
    KEY("members", "mail", members.mail),
    KEY("members", "name", members.name),
    KEY("members", "username", members.username),
    KEY("members", "state", members.state),
    KEY("members", "created", members.created),
    TEXT("token", "jwks", claims.jwks),
    TEXT("token", "issuer", claims.issuer),
    TEXT("token", "audience", claims.audience),
    FACTS("token", claims.facts),
    TEXT("person", "request", person.request),
    FACTS("person", person.facts),
#undef FACTS
#undef KEY
#undef TEXT
};

/* Lists: "roles", and with them "roles_form" and "roles_item". */
static const struct list_key {
	const char *section;
	const char *key;
	size_t offset;
} list_keys[] = {
#define LIST(section, key, field)                             \
	{                                                     \
		section, key, offsetof(struct profile, field) \
	}
    LIST("members", "roles", members.roles),
    LIST("members", "scopes", members.scopes),
    LIST("token", "roles", claims.facts.roles),
    LIST("token", "scopes", claims.facts.scopes),
    LIST("token", "organizations", claims.facts.organizations),
    LIST("person", "roles", person.facts.roles),
    LIST("person", "scopes", person.facts.scopes),
    LIST("person", "organizations", person.facts.organizations),
#undef LIST
};

static int
refuse(const char *why, const char **ret_why)
{
	*ret_why = why;
	return ERR_CONFIG_INVALID;
}

static struct profile_request *
request_of(struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->request_count; i++) {
		if (strcmp(profile->requests[i].name, name) == 0)
			return &profile->requests[i];
	}
	if (profile->request_count == PROFILE_REQUESTS_MAX ||
	    !text_copy(profile->requests[profile->request_count].name,
		PROFILE_WORD_SIZE, name))
		return NULL;
	profile->requests[profile->request_count].body_place = PROFILE_IN_JSON;
	return &profile->requests[profile->request_count++];
}

/* RFC 6901 3: "" or names behind slashes, where ~ is ~0 or ~1. */
static bool
set_pointer(char *out, size_t size, const char *value)
{
	if (value[0] != '\0' && value[0] != '/')
		return false;
	for (const char *p = strchr(value, '~'); p != NULL;
	     p = strchr(p + 1, '~')) {
		if (p[1] != '0' && p[1] != '1')
			return false;
	}
	return text_copy(out, size, value);
}

/* "variable=/pointer": what is taken out of an answer. */
static bool
add_take(struct profile_takes *takes, const char *value, bool may_lack)
{
	struct profile_take *take = NULL;
	size_t len = strcspn(value, "=");

	if (takes->count == PROFILE_TAKES_MAX || value[len] != '=' ||
	    len == 0 || len >= PROFILE_WORD_SIZE)
		return false;
	take = &takes->items[takes->count];
	memcpy(take->variable, value, len);
	take->variable[len] = '\0';
	take->may_lack = may_lack;
	if (value[len + 1] != '/' ||
	    !set_pointer(take->pointer, sizeof(take->pointer), value + len + 1))
		return false;
	takes->count++;
	return true;
}

/* A whole header line, "Name: value". */
static bool
add_header(char headers[][PROFILE_PATH_SIZE], size_t *count, const char *value)
{
	if (*count == PROFILE_HEADERS_MAX || strstr(value, ": ") == NULL ||
	    !text_copy(headers[*count], PROFILE_PATH_SIZE, value))
		return false;
	++*count;
	return true;
}

static bool
set_flag(const char *value, bool *ret_flag)
{
	*ret_flag = strcmp(value, "yes") == 0;
	return *ret_flag || strcmp(value, "no") == 0;
}

static bool
set_body_type(struct profile_request *request, const char *value)
{
	if (strcmp(value, "json") == 0)
		request->body_place = PROFILE_IN_JSON;
	else if (strcmp(value, "form") == 0)
		request->body_place = PROFILE_IN_FORM;
	else
		return false;
	return true;
}

/* The keys of a request that there may be several of. */
static bool
add_to_request(struct profile_request *request, const char *key,
    const char *value, bool *known)
{
	*known = true;
	if (strncmp(key, "header.", 7) == 0)
		return add_header(
		    request->headers, &request->header_count, value);
	if (strncmp(key, "take.", 5) == 0)
		return add_take(&request->takes, value, false);
	if (strncmp(key, "maybe.", 6) == 0)
		return add_take(&request->takes, value, true);
	*known = false;
	return false;
}

static int
set_request(struct profile *profile, const char *word, const char *key,
    const char *value, const char **ret_why)
{
	struct profile_request *request = request_of(profile, word);
	bool known = true;
	bool good = true;

	if (request == NULL)
		return refuse("too many requests, or a name too long", ret_why);
	if (key[0] == '\0')
		return ERR_OK;
	if (strcmp(key, "method") == 0)
		good =
		    text_copy(request->method, sizeof(request->method), value);
	else if (strcmp(key, "path") == 0)
		good = value[0] == '/' &&
		    text_copy(request->path, sizeof(request->path), value);
	else if (strcmp(key, "body") == 0)
		good = text_copy(request->body, sizeof(request->body), value);
	else if (strcmp(key, "body_type") == 0)
		good = set_body_type(request, value);
	else if (strcmp(key, "forward") == 0)
		good = set_flag(value, &request->forward);
	else
		good = add_to_request(request, key, value, &known);
	if (!known)
		return refuse("unknown key", ret_why);
	return good ? ERR_OK : refuse("bad value", ret_why);
}

/* "one, two": requests in order. */
static int
set_steps(
    struct profile_op_steps *steps, const char *value, const char **ret_why)
{
	for (const char *p = value; *p != '\0';) {
		size_t len = strcspn(p, ", ");

		if (steps->count == PROFILE_STEPS_MAX || len == 0 ||
		    len >= PROFILE_WORD_SIZE)
			return refuse("not a list of requests", ret_why);
		memcpy(steps->requests[steps->count], p, len);
		steps->requests[steps->count++][len] = '\0';
		p += len;
		p += strspn(p, ", ");
	}
	return ERR_OK;
}

static int
set_operation(struct profile *profile, const char *word, const char *key,
    const char *value, const char **ret_why)
{
	enum profile_op op = PROFILE_SIGNIN;
	struct profile_op_steps *steps = NULL;

	if (!profile_op_from_name(word, &op))
		return refuse("unknown operation", ret_why);
	steps = &profile->ops[op];
	steps->present = true;
	if (key[0] == '\0')
		return ERR_OK;
	if (strcmp(key, "steps") == 0)
		return set_steps(steps, value, ret_why);
	if (strcmp(key, "jwt") == 0)
		return text_copy(steps->jwt, sizeof(steps->jwt), value)
		    ? ERR_OK
		    : refuse("the value is too long", ret_why);
	return refuse("unknown key", ret_why);
}

static bool
set_status(const char *value, struct profile_outcome *outcome)
{
	uint64_t status = 0;

	if (num_parse(value, 599, &status) != 0 || status < 100)
		return false;
	outcome->status = (int)status;
	return true;
}

static bool
set_reason(const char *value, struct profile_outcome *outcome)
{
	enum err reason = ERR_OK;

	if (err_from_name(value, &reason) != 0 || reason == ERR_OK)
		return false;
	outcome->reason = reason;
	return true;
}

static bool
set_outcome_key(
    struct profile_outcome *outcome, const char *key, const char *value)
{
	if (strcmp(key, "status") == 0)
		return set_status(value, outcome);
	if (strcmp(key, "reason") == 0)
		return set_reason(value, outcome);
	if (strcmp(key, "request") == 0)
		return text_copy(
		    outcome->request, sizeof(outcome->request), value);
	if (strcmp(key, "at") == 0)
		return set_pointer(
		    outcome->pointer, sizeof(outcome->pointer), value);
	if (strcmp(key, "is") == 0)
		return text_copy(outcome->value, sizeof(outcome->value), value);
	if (strncmp(key, "take.", 5) == 0)
		return add_take(&outcome->takes, value, false);
	return false;
}

/* [error WORD] and [outcome WORD]; its keys follow the section's line. */
static int
set_outcome(struct profile *profile, const char *section, const char *word,
    const char *key, const char *value, const char **ret_why)
{
	struct profile_outcome *outcome = NULL;

	if (key[0] == '\0') {
		if (profile->outcome_count == PROFILE_OUTCOMES_MAX)
			return refuse("too many of them", ret_why);
		outcome = &profile->outcomes[profile->outcome_count++];
		outcome->good = strcmp(section, "outcome") == 0;
		return text_copy(outcome->name, sizeof(outcome->name), word)
		    ? ERR_OK
		    : refuse("the name is too long", ret_why);
	}
	if (profile->outcome_count == 0)
		return refuse("a key without its section", ret_why);
	outcome = &profile->outcomes[profile->outcome_count - 1];
	return set_outcome_key(outcome, key, value)
	    ? ERR_OK
	    : refuse("unknown key, or a bad value", ret_why);
}

static bool
state_from_name(const char *name, enum member_state *ret_state)
{
	static const enum member_state all[] = {MEMBER_ACTIVE, MEMBER_PENDING,
	    MEMBER_DEACTIVATED, MEMBER_SUSPENDED};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (strcmp(member_state_name(all[i]), name) == 0) {
			*ret_state = all[i];
			return true;
		}
	}
	return false;
}

/* [states]: the service's word = ours. */
static int
set_state(struct profile *profile, const char *key, const char *value,
    const char **ret_why)
{
	enum member_state state = MEMBER_UNKNOWN;

	if (key[0] == '\0')
		return ERR_OK;
	if (!state_from_name(value, &state))
		return refuse("a state is Active, Pending, Deactivated or "
			      "Suspended",
		    ret_why);
	if (strcmp(key, "absent") == 0) {
		profile->state_absent = state;
		return ERR_OK;
	}
	if (profile->state_count == PROFILE_STATES_MAX ||
	    !text_copy(profile->states[profile->state_count].word,
		PROFILE_WORD_SIZE, key))
		return refuse("too many states, or a word too long", ret_why);
	profile->states[profile->state_count++].state = state;
	return ERR_OK;
}

static bool
set_list_form(const char *value, enum profile_list *ret_form)
{
	static const char *const names[] = {
	    [PROFILE_ARRAY] = "array",
	    [PROFILE_COMMA] = "comma",
	    [PROFILE_SPACE] = "space",
	    [PROFILE_STRING] = "string",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], value) == 0) {
			*ret_form = (enum profile_list)i;
			return true;
		}
	}
	return false;
}

/* What is behind a list's name in a key; NULL: another key. */
static const char *
list_part(const struct list_key *list, const char *section, const char *key)
{
	size_t len = strlen(list->key);

	return strcmp(list->section, section) == 0 &&
		strncmp(key, list->key, len) == 0
	    ? key + len
	    : NULL;
}

static bool
set_listing(struct profile_listing *listing, const char *part,
    const char *value, bool *known)
{
	*known = true;
	if (part[0] == '\0')
		return set_pointer(listing->at, sizeof(listing->at), value);
	if (strcmp(part, "_form") == 0)
		return set_list_form(value, &listing->form);
	if (strcmp(part, "_item") == 0)
		return set_pointer(listing->item, sizeof(listing->item), value);
	*known = false;
	return false;
}

static bool
set_paging(const char *value, enum profile_paging *ret_paging)
{
	if (strcmp(value, "offset") == 0)
		*ret_paging = PROFILE_OFFSET;
	else if (strcmp(value, "page") == 0)
		*ret_paging = PROFILE_PAGE;
	else if (strcmp(value, "none") == 0)
		*ret_paging = PROFILE_WHOLE;
	else
		return false;
	return true;
}

static bool
set_page_size(const char *value, struct profile_members *members)
{
	uint64_t size = 0;

	if (num_parse(value, 10000, &size) != 0 || size == 0)
		return false;
	members->page_size = (uint32_t)size;
	return true;
}

/* The keys of [members] and [token] that are neither text nor list. */
static bool
set_special(struct profile *profile, const char *section, const char *key,
    const char *value, bool *known)
{
	bool of_members = strcmp(section, "members") == 0;
	bool of_token = strcmp(section, "token") == 0;

	*known = true;
	if (of_members && strcmp(key, "paging") == 0)
		return set_paging(value, &profile->members.paging);
	if (of_members && strcmp(key, "page_size") == 0)
		return set_page_size(value, &profile->members);
	if (of_token && strcmp(key, "may_lack") == 0) {
		profile->claims.may_lack_iat = strcmp(value, "iat") == 0;
		return profile->claims.may_lack_iat;
	}
	if (of_token && strcmp(key, "lifetime") == 0)
		return num_parse_duration(value, &profile->claims.lifetime_s) ==
		    0;
	*known = false;
	return false;
}

/* A key of [members], [token] or [person] into its place; *known tells. */
static bool
set_place(struct profile *profile, const char *section, const char *key,
    const char *value, bool *known)
{
	*known = true;
	for (size_t i = 0; i < ARRAY_SIZE(text_keys); i++) {
		const struct text_key *t = &text_keys[i];

		if (strcmp(t->section, section) != 0 ||
		    strcmp(t->key, key) != 0)
			continue;
		return t->pointer
		    ? set_pointer((char *)profile + t->offset, t->size, value)
		    : text_copy((char *)profile + t->offset, t->size, value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(list_keys); i++) {
		const char *part = list_part(&list_keys[i], section, key);

		if (part != NULL && (part[0] == '\0' || part[0] == '_'))
			return set_listing(
			    (struct profile_listing *)((char *)profile +
				list_keys[i].offset),
			    part, value, known);
	}
	return set_special(profile, section, key, value, known);
}

static int
set_field(struct profile *profile, const char *section, const char *key,
    const char *value, const char **ret_why)
{
	bool known = false;

	if (key[0] == '\0' || set_place(profile, section, key, value, &known))
		return ERR_OK;
	return refuse(known ? "bad value" : "unknown key", ret_why);
}

static int
set_forward(struct profile *profile, const char *key, const char *value,
    const char **ret_why)
{
	if (key[0] == '\0')
		return ERR_OK;
	if (strncmp(key, "header.", 7) != 0)
		return refuse("unknown key", ret_why);
	return add_header(profile->forward, &profile->forward_count, value)
	    ? ERR_OK
	    : refuse("bad value", ret_why);
}

static bool
is_one_of(const char *section, const char *const *names)
{
	while (*names != NULL && strcmp(*names, section) != 0)
		names++;
	return *names != NULL;
}

int
profile_set(struct profile *profile, const char *section, const char *word,
    const char *key, const char *value, const char **ret_why)
{
	static const char *const places[] = {
	    "members", "token", "person", NULL};

	if (strcmp(section, "request") == 0)
		return set_request(profile, word, key, value, ret_why);
	if (strcmp(section, "operation") == 0)
		return set_operation(profile, word, key, value, ret_why);
	if (strcmp(section, "error") == 0 || strcmp(section, "outcome") == 0)
		return set_outcome(profile, section, word, key, value, ret_why);
	if (word[0] != '\0')
		return refuse("the section takes no name", ret_why);
	if (strcmp(section, "states") == 0)
		return set_state(profile, key, value, ret_why);
	if (strcmp(section, "forward") == 0)
		return set_forward(profile, key, value, ret_why);
	if (is_one_of(section, places))
		return set_field(profile, section, key, value, ret_why);
	return refuse("unknown section", ret_why);
}
