/*
 * svcask.c - drives an operation to a standing.
 *
 * After the requests (services/svcflight) the organisation's token is verified,
 * and what it and an answer say of the person is put together; somebody whose
 * token is for another of their organisations is switched over once.  Must not
 * know what the standing is good for.
 */
#include "services/svcask.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "common/text.h"
#include "services/svcfacts.h"

struct svcask {
	const struct svcask_home *home;
	struct svcflight *flight;
	uint64_t verification; /* 0: none */
	enum profile_op op;
	bool switched;   /* the flight is a switch of organisation after op */
	const char *jwt; /* secret; the flight's */
	char subject[NAME_ID_MAX + 1]; /* of a token, once one was verified */
	struct wall_time started;
	idsvc_standing_fn *fn;
	void *arg;
};

static void on_answer(void *arg, const struct svcflight_answer *answer);

void
svcask_free(struct svcask *ask)
{
	if (ask == NULL)
		return;
	svcflight_free(ask->flight);
	if (ask->home->keys != NULL)
		keys_cancel(ask->home->keys, ask->verification);
	free(ask);
}
DEFINE_CLEANUP(struct svcask, svcask, svcask_free)

/* Ends an operation with its one callback. */
static void
end(struct svcask *a, const struct idsvc_standing *standing)
{
	a->fn(a->arg, standing);
}

static void
fail(struct svcask *a, int reason)
{
	/* The service may have given up the refresh token that it was asked
	 * with, however the rest went (RFC 9700 4.14.2). */
	end(a,
	    &(struct idsvc_standing){
		.reason = reason,
		.refresh_token = svcflight_taken(a->flight, "refresh_token"),
	    });
}

/* What the operation brought, or what was handed on to a second one. */
static const char *
kept(const struct svcask *a, const char *name)
{
	const char *value = svcflight_taken(a->flight, name);

	return value == NULL && a->switched ? svcflight_given(a->flight, name)
					    : value;
}

/* All that is known of the person becomes the answer. */
static void
tell(struct svcask *a, const struct svcfacts *facts, int64_t expires_s)
{
	const char *name = facts->name;

	if (name == NULL)
		name = svcflight_given(a->flight, "name");
	end(a,
	    &(struct idsvc_standing){
		.reason = facts->state,
		.subject = facts->subject,
		.organization = facts->organization,
		.roles = facts->roles.items,
		.role_count = facts->roles.count,
		.scopes = facts->scopes.items,
		.scope_count = facts->scopes.count,
		.system_role = facts->system_role,
		.organizations = facts->organizations.items,
		.organization_count = facts->organizations.count,
		.name = name,
		.mail = facts->mail,
		.jwt = a->jwt,
		.refresh_token = kept(a, "refresh_token"),
		.session_token = kept(a, "session_token"),
		.expires_s = expires_s,
	    });
}

/* When the token ends, or the profile says that its use does. */
static int64_t
end_of_use(const struct svcask *a, const struct token *token)
{
	int64_t lifetime_s = a->home->site->profile->claims.lifetime_s;
	int64_t now_s = clock_wall(a->home->clock).s;
	int64_t exp_s = token->claims.exp.s;

	return lifetime_s > 0 && exp_s > now_s + lifetime_s ? now_s + lifetime_s
							    : exp_s;
}

/* Who is also in another organisation may have signed in to that one. */
static int
switch_over(struct svcask *a)
{
	static const char *const handed[] = {
	    "session_token", "refresh_token", "name", "mail", "member"};
	struct svcflight *next CLEANUP(svcflight_cleanup) = NULL;
	const struct svcask_home *home = a->home;
	const char *organization = svcflight_given(a->flight, "organization");
	int r =
	    svcflight_new(home->site, PROFILE_SWITCH_ORG, on_answer, a, &next);

	if (r == 0)
		r = svcflight_set(next, "organization", organization);
	if (r == 0)
		r = svcflight_set(next, "jwt", a->jwt);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(handed); i++) {
		const char *value = svcflight_taken(a->flight, handed[i]);

		if (value == NULL)
			value = svcflight_given(a->flight, handed[i]);
		r = svcflight_set(next, handed[i], value);
	}
	if (r == 0)
		r = svcflight_start(next);
	if (r != 0)
		return r;
	svcflight_free(a->flight);
	a->flight = TAKE(next);
	a->switched = true;
	a->jwt = NULL;
	return ERR_OK;
}

static bool
may_switch(const struct svcask *a)
{
	return !a->switched && a->op != PROFILE_SWITCH_ORG &&
	    profile_op_brings_token(a->op) &&
	    a->home->site->profile->ops[PROFILE_SWITCH_ORG].present;
}

/* Two tokens of one operation speak of one person. */
static int
check_subject(struct svcask *a, const char *subject)
{
	if (a->subject[0] == '\0')
		return text_copy(a->subject, sizeof(a->subject), subject)
		    ? ERR_OK
		    : ERR_TOKEN_CLAIM;
	return strcmp(a->subject, subject) == 0 ? ERR_OK : ERR_TOKEN_SUBJECT;
}

static int
read_facts(struct svcask *a, const struct token *token, struct svcfacts *facts)
{
	const struct profile *profile = a->home->site->profile;
	const struct json_node *person = svcflight_person(a->flight);
	int r = svcfacts_of_token(profile, json_root(token->payload), facts);

	if (facts->subject != NULL && (r == 0 || r == ERR_TOKEN_ORGANIZATION)) {
		int other = check_subject(a, facts->subject);

		r = other != 0 ? other : r;
	}
	if (r == 0 &&
	    strcmp(facts->organization,
		svcflight_given(a->flight, "organization")) != 0)
		r = ERR_TOKEN_ORGANIZATION;
	if (r == 0 && person != NULL)
		r = svcfacts_of_person(profile, person, facts);
	return r;
}

static void
on_verified(void *arg, int reason, const struct token *token)
{
	struct svcask *a = arg;
	struct svcfacts facts = {0};
	int r = reason;

	a->verification = 0;
	if (r == 0)
		r = read_facts(a, token, &facts);
	if (r == 0) {
		tell(a, &facts, end_of_use(a, token));
		return;
	}
	if (r == ERR_TOKEN_ORGANIZATION && may_switch(a)) {
		r = switch_over(a);
		if (r == 0)
			return;
	}
	fail(a, r);
}

/* A token of this sign-in; one that is only renewed may be an older one. */
static struct wall_time
not_before(const struct svcask *a)
{
	bool renewed = a->op == PROFILE_RENEW || a->op == PROFILE_REFRESH ||
	    a->op == PROFILE_SWITCH_ORG;

	return renewed ? (struct wall_time){0} : a->started;
}

/* The organisation's own token is believed, or the operation fails. */
static int
verify(struct svcask *a)
{
	const struct svcask_home *home = a->home;
	struct token token TOKEN_AUTO = {0};
	struct token_policy policy =
	    orgtoken_policy(home->rules, not_before(a));
	int r = home->keys != NULL ? keys_verify(home->keys, a->jwt, &policy,
					 on_verified, a, &a->verification)
				   : orgtoken_from_transport(a->jwt, &policy,
					 clock_wall(home->clock), &token);

	if (r == 0 && home->keys == NULL)
		on_verified(a, ERR_OK, &token);
	return r;
}

/* The token of the operation; NULL: it brings none. */
static const char *
token_of(const struct svcask *a)
{
	enum profile_op op = a->switched ? PROFILE_SWITCH_ORG : a->op;
	const char *name = a->home->site->profile->ops[op].jwt;
	const char *value =
	    svcflight_taken(a->flight, name[0] == '\0' ? "jwt" : name);

	return value == NULL && name[0] != '\0'
	    ? svcflight_given(a->flight, name)
	    : value;
}

static int
take_member(struct svcask *a, const struct json_node *root)
{
	struct svcfacts facts = {0};
	int r = svcfacts_of_member(a->home->site->profile, root, &facts);

	if (r == 0)
		tell(a, &facts, 0);
	return r;
}

/* A good end of the requests.  A fault is for the caller to tell. */
static int
take(struct svcask *a, const struct json_node *root)
{
	if (a->op == PROFILE_MEMBER)
		return take_member(a, root);
	a->jwt = token_of(a);
	if (a->jwt != NULL)
		return verify(a);
	if (profile_op_brings_token(a->op))
		return ERR_SERVICE_MALFORMED;
	end(a, &(struct idsvc_standing){0});
	return ERR_OK;
}

static void
on_answer(void *arg, const struct svcflight_answer *answer)
{
	struct svcask *a = arg;
	int r = answer->reason;

	if (r == 0)
		r = take(a, answer->root);
	if (r == ERR_SERVICE_MFA)
		end(a,
		    &(struct idsvc_standing){
			.reason = r,
			.session_token =
			    svcflight_taken(a->flight, "session_token"),
		    });
	else if (r != 0)
		fail(a, r);
}

static int
set_variables(struct svcask *a, const struct idsvc_call *call)
{
	const struct {
		const char *name;
		const char *value;
	} given[] = {
	    {"id_token", call->id_token},
	    {"issuer", call->issuer},
	    {"subject", call->subject},
	    {"mail", call->mail},
	    {"name", call->name},
	    {"provider", call->provider},
	    {"password", call->password},
	    {"code", call->code},
	    {"session_token", call->session_token},
	    {"jwt", call->jwt},
	    {"refresh_token", call->refresh_token},
	    {"role", call->role},
	    {"member", call->member},
	    {"organization",
		call->organization != NULL ? call->organization
					   : a->home->site->organization_id},
	};
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(given); i++)
		r = svcflight_set(a->flight, given[i].name, given[i].value);
	return r;
}

/* An operation without requests has its token already. */
static int
start(struct svcask *a)
{
	if (a->home->site->profile->ops[a->op].count > 0)
		return svcflight_start(a->flight);
	a->jwt = token_of(a);
	return a->jwt == NULL ? ERR_CONFIG_INVALID : verify(a);
}

int
svcask_new(const struct svcask_home *home, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, struct svcask **ret_ask)
{
	struct svcask *a CLEANUP(svcask_cleanup) = calloc(1, sizeof(*a));
	int r = ERR_OK;

	if (a == NULL)
		return ERR_NO_MEMORY;
	a->home = home;
	a->op = call->op;
	a->started = clock_wall(home->clock);
	a->fn = fn;
	a->arg = arg;
	r = svcflight_new(home->site, call->op, on_answer, a, &a->flight);
	if (r == 0)
		r = set_variables(a, call);
	if (r == 0)
		r = start(a);
	if (r == 0)
		*ret_ask = TAKE(a);
	return r;
}
