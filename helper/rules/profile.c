/*
 * profile.c - builds and checks a profile.
 *
 * Owns the names of sections and keys and what must be there together; knows
 * no service, sends nothing.
 */
#include "rules/profile.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/num.h"
#include "common/text.h"

static const char *const op_names[PROFILE_OP_COUNT] = {
    [PROFILE_SIGNIN] = "signin",
    [PROFILE_RENEW] = "renew",
    [PROFILE_REFRESH] = "refresh",
    [PROFILE_SWITCH_ORG] = "switch_org",
    [PROFILE_MFA_VERIFY] = "mfa_verify",
    [PROFILE_PASSWORD_LOGIN] = "password_login",
    [PROFILE_MEMBERS] = "members",
    [PROFILE_MEMBER] = "member",
    [PROFILE_ACCEPT_INVITATION] = "accept_invitation",
    [PROFILE_INVITE] = "invite",
    [PROFILE_RESEND_INVITATION] = "resend_invitation",
    [PROFILE_REVOKE] = "revoke",
};

/* What every template may use, besides what earlier steps took. */
static const char *const known_variables[] = {"url", "id_token", "issuer",
    "subject", "mail", "name", "provider", "password", "code", "session_token",
    "jwt", "refresh_token", "role", "member", "organization", "api_key",
    "limit", "offset", "page"};

/* Keys whose value is plain text of a fixed size. */
static const struct text_key {
	const char *section;
	const char *key;
	size_t offset;
	size_t size;
} text_keys[] = {
#define KEY(section, key, field)                               \
	{                                                      \
		section, key, offsetof(struct profile, field), \
		    sizeof(((struct profile *)0)->field)       \
	}
    KEY("members", "items", members.items),
    KEY("members", "total", members.total),
    KEY("members", "id", members.id),
    KEY("members", "mail", members.mail),
    KEY("members", "name", members.name),
    KEY("members", "username", members.username),
    KEY("members", "state", members.state),
    KEY("members", "created", members.created),
    KEY("members", "roles", members.roles),
    KEY("members", "scopes", members.scopes),
    KEY("token", "jwks", claims.jwks),
    KEY("token", "issuer", claims.issuer),
    KEY("token", "audience", claims.audience),
    KEY("token", "subject", claims.subject),
    KEY("token", "organization", claims.organization),
    KEY("token", "roles", claims.roles),
    KEY("token", "scopes", claims.scopes),
#undef KEY
};

static int
refuse(const char *why, const char **ret_why)
{
	*ret_why = why;
	return ERR_CONFIG_INVALID;
}

int
profile_new(struct profile **ret_profile)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile == NULL)
		return ERR_NO_MEMORY;
	profile->members.page_size = 100;
	*ret_profile = profile;
	return ERR_OK;
}

void
profile_free(struct profile *profile)
{
	free(profile);
}

const struct profile_request *
profile_find(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->request_count; i++) {
		if (strcmp(profile->requests[i].name, name) == 0)
			return &profile->requests[i];
	}
	return NULL;
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
	return &profile->requests[profile->request_count++];
}

static bool
set_list_form(const char *value, enum profile_list *ret_form)
{
	if (strcmp(value, "array") == 0)
		*ret_form = PROFILE_ARRAY;
	else if (strcmp(value, "comma") == 0)
		*ret_form = PROFILE_COMMA;
	else if (strcmp(value, "string") == 0)
		*ret_form = PROFILE_STRING;
	else
		return false;
	return true;
}

/* "variable=/pointer": what a request takes out of its answer. */
static bool
add_take(struct profile_request *request, const char *value)
{
	struct profile_take *take = NULL;
	size_t len = strcspn(value, "=");

	if (request->take_count == PROFILE_TAKES_MAX || value[len] != '=' ||
	    len == 0 || len >= PROFILE_WORD_SIZE)
		return false;
	take = &request->takes[request->take_count];
	memcpy(take->variable, value, len);
	take->variable[len] = '\0';
	if (value[len + 1] != '/' ||
	    !text_copy(take->pointer, sizeof(take->pointer), value + len + 1))
		return false;
	request->take_count++;
	return true;
}

static bool
add_header(struct profile_request *request, const char *value)
{
	if (request->header_count == PROFILE_HEADERS_MAX ||
	    strstr(value, ": ") == NULL ||
	    !text_copy(request->headers[request->header_count],
		PROFILE_PATH_SIZE, value))
		return false;
	request->header_count++;
	return true;
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

static int
set_request(struct profile *profile, const char *word, const char *key,
    const char *value, const char **ret_why)
{
	struct profile_request *request = request_of(profile, word);
	bool good = true;

	if (request == NULL)
		return refuse("too many requests, or a name too long", ret_why);
	if (key[0] == '\0') {
		request->body_place = PROFILE_IN_JSON;
		return ERR_OK;
	}
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
	else if (strncmp(key, "header.", 7) == 0)
		good = add_header(request, value);
	else if (strncmp(key, "take.", 5) == 0)
		good = add_take(request, value);
	else
		return refuse("unknown key", ret_why);
	return good ? ERR_OK : refuse("bad value", ret_why);
}

static int
set_steps(struct profile *profile, const char *word, const char *key,
    const char *value, const char **ret_why)
{
	struct profile_op_steps *steps = NULL;

	for (size_t i = 0; i < PROFILE_OP_COUNT; i++) {
		if (strcmp(op_names[i], word) == 0)
			steps = &profile->ops[i];
	}
	if (steps == NULL)
		return refuse("unknown operation", ret_why);
	if (key[0] == '\0')
		return ERR_OK;
	if (strcmp(key, "steps") != 0)
		return refuse("unknown key", ret_why);
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
set_error(struct profile *profile, const char *word, const char *key,
    const char *value, const char **ret_why)
{
	struct profile_error *error = NULL;
	enum err reason = ERR_OK;
	uint64_t status = 0;

	if (key[0] == '\0') {
		if (profile->error_count == PROFILE_ERRORS_MAX)
			return refuse("too many errors", ret_why);
		error = &profile->errors[profile->error_count++];
		return text_copy(error->name, sizeof(error->name), word)
		    ? ERR_OK
		    : refuse("the name is too long", ret_why);
	}
	error = &profile->errors[profile->error_count - 1];
	if (strcmp(key, "status") == 0 && num_parse(value, 599, &status) == 0)
		error->status = (int)status;
	else if (strcmp(key, "reason") == 0 &&
	    err_from_name(value, &reason) == 0 && reason != ERR_OK)
		error->reason = reason;
	else if (strcmp(key, "at") == 0 &&
	    text_copy(error->pointer, sizeof(error->pointer), value))
		return ERR_OK;
	else if (strcmp(key, "is") == 0 &&
	    text_copy(error->value, sizeof(error->value), value))
		return ERR_OK;
	else
		return refuse("unknown key, or a bad value", ret_why);
	return ERR_OK;
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

/* The keys of [members] and [token] that are no plain text; *known tells. */
static bool
set_special(struct profile *profile, const char *section, const char *key,
    const char *value, bool *known)
{
	struct profile_members *members = &profile->members;
	struct profile_claims *claims = &profile->claims;
	bool of_members = strcmp(section, "members") == 0;
	uint64_t size = 0;

	*known = true;
	if (strcmp(key, "roles_form") == 0)
		return set_list_form(value,
		    of_members ? &members->roles_form : &claims->roles_form);
	if (strcmp(key, "scopes_form") == 0)
		return set_list_form(value,
		    of_members ? &members->scopes_form : &claims->scopes_form);
	if (of_members && strcmp(key, "paging") == 0)
		return set_paging(value, &members->paging);
	if (of_members && strcmp(key, "page_size") == 0) {
		if (num_parse(value, 10000, &size) != 0 || size == 0)
			return false;
		members->page_size = (uint32_t)size;
		return true;
	}
	*known = false;
	return false;
}

static int
set_field(struct profile *profile, const char *section, const char *key,
    const char *value, const char **ret_why)
{
	bool known = false;

	if (key[0] == '\0')
		return ERR_OK;
	for (size_t i = 0; i < ARRAY_SIZE(text_keys); i++) {
		const struct text_key *t = &text_keys[i];

		if (strcmp(t->section, section) != 0 ||
		    strcmp(t->key, key) != 0)
			continue;
		return text_copy((char *)profile + t->offset, t->size, value)
		    ? ERR_OK
		    : refuse("the value is too long", ret_why);
	}
	if (set_special(profile, section, key, value, &known))
		return ERR_OK;
	return refuse(known ? "bad value" : "unknown key", ret_why);
}

int
profile_set(struct profile *profile, const char *section, const char *word,
    const char *key, const char *value, const char **ret_why)
{
	if (strcmp(section, "request") == 0)
		return set_request(profile, word, key, value, ret_why);
	if (strcmp(section, "operation") == 0)
		return set_steps(profile, word, key, value, ret_why);
	if (strcmp(section, "error") == 0)
		return set_error(profile, word, key, value, ret_why);
	if (word[0] != '\0')
		return refuse("the section takes no name", ret_why);
	if (strcmp(section, "states") == 0)
		return set_state(profile, key, value, ret_why);
	if (strcmp(section, "members") == 0 || strcmp(section, "token") == 0)
		return set_field(profile, section, key, value, ret_why);
	return refuse("unknown section", ret_why);
}

enum member_state
profile_state(const struct profile *profile, const char *word)
{
	for (size_t i = 0; i < profile->state_count; i++) {
		if (strcmp(profile->states[i].word, word) == 0)
			return profile->states[i].state;
	}
	return MEMBER_UNKNOWN;
}

bool
profile_next_piece(const char **cursor, struct profile_piece *ret_piece)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	const char *start = *cursor;
	const char *p = start;

	if (*start == '\0')
		return false;
	for (; *p != '\0'; p++) {
		size_t len = *p == '{' ? strspn(p + 1, letters) : 0;

		if (len == 0 || p[len + 1] != '}')
			continue;
		if (p > start)
			break;
		*ret_piece = (struct profile_piece){p + 1, len, true};
		*cursor = p + len + 2;
		return true;
	}
	*ret_piece = (struct profile_piece){start, (size_t)(p - start), false};
	*cursor = p;
	return true;
}

/* Names that a template may use at a step: known ones and earlier takes. */
static bool
variable_known(const struct profile *profile,
    const struct profile_op_steps *steps, size_t step,
    const struct profile_piece *piece)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_variables); i++) {
		if (strlen(known_variables[i]) == piece->len &&
		    memcmp(known_variables[i], piece->text, piece->len) == 0)
			return true;
	}
	for (size_t i = 0; i < step; i++) {
		const struct profile_request *request =
		    profile_find(profile, steps->requests[i]);

		for (size_t t = 0; t < request->take_count; t++) {
			const char *name = request->takes[t].variable;

			if (strlen(name) == piece->len &&
			    memcmp(name, piece->text, piece->len) == 0)
				return true;
		}
	}
	return false;
}

static bool
template_good(const struct profile *profile,
    const struct profile_op_steps *steps, size_t step, const char *template)
{
	struct profile_piece piece = {0};
	const char *cursor = template;

	while (profile_next_piece(&cursor, &piece)) {
		if (piece.is_placeholder &&
		    !variable_known(profile, steps, step, &piece))
			return false;
	}
	return true;
}

static const char *
check_step(const struct profile *profile, const struct profile_op_steps *steps,
    size_t step)
{
	const struct profile_request *request =
	    profile_find(profile, steps->requests[step]);

	if (request == NULL)
		return "an operation names a request that is not there";
	if (request->method[0] == '\0' || request->path[0] == '\0')
		return "a request needs a method and a path";
	if (!template_good(profile, steps, step, request->path) ||
	    !template_good(profile, steps, step, request->body))
		return "a request uses a variable that nothing has set";
	for (size_t i = 0; i < request->header_count; i++) {
		if (!template_good(profile, steps, step, request->headers[i]))
			return "a header uses a variable that nothing has set";
	}
	return NULL;
}

/* A sign-in must end with the organisation's token. */
static bool
takes_jwt(const struct profile *profile, const struct profile_op_steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct profile_request *request =
		    profile_find(profile, steps->requests[i]);

		for (size_t t = 0; t < request->take_count; t++) {
			if (strcmp(request->takes[t].variable, "jwt") == 0)
				return true;
		}
	}
	return false;
}

/* Every step of every operation, and every error. */
static const char *
check_parts(const struct profile *profile)
{
	for (size_t i = 0; i < PROFILE_OP_COUNT; i++) {
		for (size_t s = 0; s < profile->ops[i].count; s++) {
			const char *why =
			    check_step(profile, &profile->ops[i], s);

			if (why != NULL)
				return why;
		}
	}
	for (size_t i = 0; i < profile->error_count; i++) {
		if (profile->errors[i].reason == 0)
			return "an error needs a reason";
	}
	return NULL;
}

static const char *
check_pointers(const struct profile *profile)
{
	const struct profile_claims *claims = &profile->claims;
	const struct profile_members *members = &profile->members;

	if (claims->subject[0] == '\0' || claims->organization[0] == '\0' ||
	    claims->roles[0] == '\0')
		return "[token] needs subject, organization and roles";
	if (profile->ops[PROFILE_MEMBERS].count > 0 &&
	    (members->id[0] == '\0' || members->roles[0] == '\0' ||
		members->mail[0] == '\0'))
		return "[members] needs id, mail and roles";
	return NULL;
}

int
profile_check(const struct profile *profile, const char **ret_why)
{
	const struct profile_op_steps *signin = &profile->ops[PROFILE_SIGNIN];
	const char *why = check_parts(profile);

	if (why == NULL && (signin->count == 0 || !takes_jwt(profile, signin)))
		why = "operation signin must take the variable jwt";
	if (why == NULL)
		why = check_pointers(profile);
	return why == NULL ? ERR_OK : refuse(why, ret_why);
}
