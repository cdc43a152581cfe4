/*
 * profilecheck.c - a profile as a whole.
 *
 * Owns what belongs together, and which values an operation has to fill its
 * templates with.  Knows no service.
 */
#include "rules/profilecheck.h"

#include <string.h>

#include "common/err.h"
#include "rules/template.h"

#define OP(name) (1u << PROFILE_##name)
#define EVERY_OP ((1u << PROFILE_OP_COUNT) - 1)
#define IDENTITY_OPS (OP(SIGNIN) | OP(ACCEPT_INVITATION))
#define TOKEN_OPS                                                        \
	(OP(RENEW) | OP(REFRESH) | OP(SWITCH_ORG) | OP(INVITE) |         \
	    OP(RESEND_INVITATION) | OP(ACCEPT_INVITATION) | OP(REVOKE) | \
	    OP(MEMBER))

/* What an operation is asked with, besides what its steps take. */
static const struct given {
	const char *name;
	unsigned int ops;
} givens[] = {
    {"url", EVERY_OP},
    {"organization", EVERY_OP},
    {"api_key", EVERY_OP},
    {"id_token", IDENTITY_OPS},
    {"issuer", IDENTITY_OPS},
    {"subject", IDENTITY_OPS},
    {"provider", IDENTITY_OPS},
    {"name", IDENTITY_OPS | OP(INVITE)},
    {"mail",
	IDENTITY_OPS | OP(PASSWORD_LOGIN) | OP(MFA_VERIFY) | OP(INVITE) |
	    OP(RESEND_INVITATION) | OP(MEMBER)},
    {"password", OP(PASSWORD_LOGIN)},
    {"code", OP(MFA_VERIFY)},
    {"session_token", TOKEN_OPS | OP(MFA_VERIFY)},
    {"jwt", TOKEN_OPS},
    {"refresh_token", OP(RENEW) | OP(REFRESH) | OP(SWITCH_ORG) | OP(REVOKE)},
    {"role", OP(INVITE)},
    {"member",
	OP(RENEW) | OP(REFRESH) | OP(SWITCH_ORG) | OP(MEMBER) |
	    OP(ACCEPT_INVITATION) | OP(RESEND_INVITATION) | OP(REVOKE)},
    {"limit", OP(MEMBERS)},
    {"offset", OP(MEMBERS)},
    {"page", OP(MEMBERS)},
};

/* What is known of a person once a token was verified. */
static const char *const forwarded[] = {
    "jwt", "subject", "organization", "roles", "system_role", "name", "mail"};

/* What was found so far. */
struct finding {
	struct profilecheck_problem *problems;
	size_t max;
	size_t count;
};

static void
tell(struct finding *f, const char *section, const char *word, const char *why)
{
	if (f->count < f->max)
		f->problems[f->count] =
		    (struct profilecheck_problem){section, word, why};
	f->count++;
}

static bool
given_to(enum profile_op op, const struct template_piece *piece)
{
	for (size_t i = 0; i < ARRAY_SIZE(givens); i++) {
		if (template_names(piece, givens[i].name))
			return (givens[i].ops & 1u << op) != 0;
	}
	return false;
}

/* The piece names what one of the steps before this one takes. */
static bool
taken_before(const struct profile *profile,
    const struct profile_op_steps *steps, size_t step,
    const struct template_piece *piece)
{
	for (size_t i = 0; i < step; i++) {
		const struct profile_request *request =
		    profile_find(profile, steps->requests[i]);

		for (size_t t = 0; request != NULL && t < request->takes.count;
		     t++) {
			if (template_names(
				piece, request->takes.items[t].variable))
				return true;
		}
	}
	return false;
}

/* One step of one operation. */
struct place {
	const struct profile *profile;
	enum profile_op op;
	size_t step;
};

static bool
piece_known(const struct place *place, const struct template_piece *piece)
{
	return given_to(place->op, piece) ||
	    taken_before(place->profile, &place->profile->ops[place->op],
		place->step, piece);
}

static bool
template_good(const struct place *place, const char *template)
{
	struct template_piece piece = {0};
	const char *cursor = template;

	while (template_next(&cursor, &piece)) {
		if (piece.is_placeholder && !piece_known(place, &piece))
			return false;
	}
	return true;
}

/* RFC 3986 5.2.4: a path that would be another one. */
static bool
has_dot_segment(const char *path)
{
	for (const char *p = strchr(path, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		size_t len = strcspn(p + 1, "/?#");

		if ((len == 1 || len == 2) && strspn(p + 1, ".") >= len)
			return true;
	}
	return false;
}

static bool
headers_good(const struct place *place, const struct profile_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (!template_good(place, request->headers[i]))
			return false;
	}
	return true;
}

static void
check_step(struct finding *f, const struct place *place)
{
	const struct profile *profile = place->profile;
	const char *name = profile->ops[place->op].requests[place->step];
	const struct profile_request *request = profile_find(profile, name);
	const struct template_piece jwt = {"jwt", 3, true};

	if (request == NULL) {
		tell(f, "operation", profile_op_name(place->op),
		    "an operation names a request that is not there");
		return;
	}
	if (!template_good(place, request->path) ||
	    !template_good(place, request->body) ||
	    !headers_good(place, request))
		tell(f, "request", name,
		    "uses a variable that nothing has set, in one of the "
		    "operations it is a step of");
	if (request->forward && !piece_known(place, &jwt))
		tell(f, "request", name,
		    "forward needs the variable jwt, in one of the operations "
		    "it is a step of");
}

static void
check_operation(
    struct finding *f, const struct profile *profile, enum profile_op op)
{
	const struct profile_op_steps *steps = &profile->ops[op];
	const char *name = profile_op_name(op);
	const char *jwt = steps->jwt[0] == '\0' ? "jwt" : steps->jwt;
	const struct template_piece piece = {jwt, strlen(jwt), true};
	bool taken = taken_before(profile, steps, steps->count, &piece);

	if (!steps->present)
		return;
	if (steps->count == 0 && steps->jwt[0] == '\0')
		tell(f, "operation", name, "an operation needs steps");
	for (size_t i = 0; i < steps->count; i++)
		check_step(f, &(struct place){profile, op, i});
	if (steps->jwt[0] != '\0' && !taken && !given_to(op, &piece))
		tell(f, "operation", name,
		    "jwt names a variable that nothing has set");
	else if (profile_op_brings_token(op) && !taken && steps->jwt[0] == '\0')
		tell(f, "operation", name,
		    "the operation must take the variable jwt");
}

static bool
is_step(const struct profile *profile, const char *name)
{
	for (size_t op = 0; op < PROFILE_OP_COUNT; op++) {
		for (size_t i = 0; i < profile->ops[op].count; i++) {
			if (strcmp(profile->ops[op].requests[i], name) == 0)
				return true;
		}
	}
	return false;
}

static void
check_request(struct finding *f, const struct profile *profile,
    const struct profile_request *request)
{
	if (request->method[0] == '\0' || request->path[0] == '\0')
		tell(f, "request", request->name,
		    "a request needs a method and a path");
	if (has_dot_segment(request->path))
		tell(f, "request", request->name,
		    "the path must not hold . or .. between slashes");
	if (!is_step(profile, request->name))
		tell(f, "request", request->name,
		    "no operation has this request among its steps");
}

static bool
takes(const struct profile_takes *takes, const char *variable)
{
	for (size_t i = 0; i < takes->count; i++) {
		if (strcmp(takes->items[i].variable, variable) == 0)
			return true;
	}
	return false;
}

static void
check_outcome(struct finding *f, const struct profile *profile,
    const struct profile_outcome *outcome)
{
	const char *section = outcome->good ? "outcome" : "error";

	if (outcome->reason == 0)
		tell(f, section, outcome->name, "a reason is needed");
	if (outcome->good && outcome->pointer[0] == '\0')
		tell(f, section, outcome->name,
		    "an outcome needs at, or no answer would be another");
	if (!outcome->good && outcome->takes.count > 0)
		tell(f, section, outcome->name,
		    "only an outcome takes something");
	if (outcome->request[0] != '\0' && !is_step(profile, outcome->request))
		tell(f, section, outcome->name,
		    "names a request that is not there");
	if (outcome->reason == ERR_SERVICE_MFA &&
	    (!takes(&outcome->takes, "session_token") ||
		!profile->ops[PROFILE_MFA_VERIFY].present))
		tell(f, section, outcome->name,
		    "needs take of session_token, and operation mfa_verify");
}

static void
check_places(struct finding *f, const struct profile *profile)
{
	const struct profile_facts *token = &profile->claims.facts;
	const struct profile_members *members = &profile->members;

	if (token->subject[0] == '\0' || token->organization[0] == '\0')
		tell(f, "token", "", "[token] needs subject and organization");
	if (token->roles.at[0] == '\0' &&
	    profile->person.facts.roles.at[0] == '\0')
		tell(f, "token", "", "[token] or [person] needs roles");
	if (profile->person.request[0] != '\0' &&
	    !is_step(profile, profile->person.request))
		tell(f, "person", "", "names a request that is not there");
	if (profile->person.request[0] != '\0' &&
	    profile->person.facts.subject[0] == '\0')
		tell(f, "person", "", "[person] needs subject");
	if ((profile->ops[PROFILE_MEMBERS].present ||
		profile->ops[PROFILE_MEMBER].present) &&
	    (members->id[0] == '\0' || members->roles.at[0] == '\0' ||
		members->mail[0] == '\0'))
		tell(f, "members", "", "[members] needs id, mail and roles");
}

static void
check_forward(struct finding *f, const struct profile *profile)
{
	for (size_t i = 0; i < profile->forward_count; i++) {
		const char *cursor = profile->forward[i];
		struct template_piece piece = {0};
		bool good = true;

		while (template_next(&cursor, &piece)) {
			bool known = !piece.is_placeholder;

			for (size_t n = 0; n < ARRAY_SIZE(forwarded); n++)
				known |= template_names(&piece, forwarded[n]);
			good &= known;
		}
		if (!good)
			tell(f, "forward", "",
			    "a header uses a variable that is not known of a "
			    "person");
	}
}

size_t
profilecheck_problems(const struct profile *profile,
    struct profilecheck_problem *ret_problems, size_t max)
{
	struct finding f = {ret_problems, max, 0};

	if (!profile->ops[PROFILE_SIGNIN].present &&
	    !profile->ops[PROFILE_PASSWORD_LOGIN].present)
		tell(&f, "operation", "signin",
		    "operation signin or password_login is needed");
	for (size_t i = 0; i < PROFILE_OP_COUNT; i++)
		check_operation(&f, profile, (enum profile_op)i);
	for (size_t i = 0; i < profile->request_count; i++)
		check_request(&f, profile, &profile->requests[i]);
	for (size_t i = 0; i < profile->outcome_count; i++)
		check_outcome(&f, profile, &profile->outcomes[i]);
	check_places(&f, profile);
	check_forward(&f, profile);
	return f.count;
}

int
profilecheck(const struct profile *profile, const char **ret_why)
{
	struct profilecheck_problem first = {0};

	if (profilecheck_problems(profile, &first, 1) == 0)
		return ERR_OK;
	*ret_why = first.why;
	return ERR_CONFIG_INVALID;
}

static bool
names(const char *template, const char *variable)
{
	struct template_piece piece = {0};

	while (template_next(&template, &piece)) {
		if (template_names(&piece, variable))
			return true;
	}
	return false;
}

bool
profilecheck_uses(const struct profile *profile, const char *variable)
{
	for (size_t i = 0; i < profile->request_count; i++) {
		const struct profile_request *request = &profile->requests[i];

		if (names(request->path, variable) ||
		    names(request->body, variable))
			return true;
		for (size_t h = 0; h < request->header_count; h++) {
			if (names(request->headers[h], variable))
				return true;
		}
	}
	return false;
}
