/*
 * idsvc.c - asks a service what its profile says it can.
 *
 * Owns what a service is known by (URL, keys, rules for its tokens) and the
 * operations under way.  A person's operation ends with its one callback,
 * after its requests (services/svcflight) and after the organisation's token
 * was verified.  Knows no service by name.
 */
#include "services/idsvc.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "services/keys.h"
#include "services/orgtoken.h"
#include "services/readout.h"
#include "services/svcflight.h"
#include "services/svclist.h"

/* One operation for a person. */
struct ask {
	struct ask *next;
	struct idsvc *idsvc;
	uint64_t id;
	struct svcflight *flight;
	uint64_t verification; /* 0: none */
	struct wall_time started;
	idsvc_standing_fn *fn;
	void *arg;
};

struct idsvc {
	const struct clock *clock;
	const struct profile *profile;
	struct keys *keys; /* NULL: believed for the channel */
	struct orgtoken_rules rules;
	struct svcflight_site site;
	char *url;
	char *organization_id;
	char *api_key;
	bool passwords;
	struct ask *asks;
	uint64_t last_id; /* of an ask */
	struct svclist *list;
	int state; /* of the last operation */
};

static void
ask_free(struct ask *a)
{
	if (a == NULL)
		return;
	svcflight_free(a->flight);
	if (a->idsvc->keys != NULL)
		keys_cancel(a->idsvc->keys, a->verification);
	free(a);
}

static struct ask *
unlink_ask(struct idsvc *idsvc, uint64_t id)
{
	struct ask **link = &idsvc->asks;

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	if (*link != NULL) {
		struct ask *a = *link;

		*link = a->next;
		return a;
	}
	return NULL;
}

/* Ends an operation with its one callback. */
static void
end(struct ask *a, const struct idsvc_standing *standing)
{
	a->idsvc->state = standing->reason;
	(void)unlink_ask(a->idsvc, a->id);
	a->fn(a->arg, standing);
	ask_free(a);
}

static void
fail(struct ask *a, int reason)
{
	end(a, &(struct idsvc_standing){.reason = reason});
}

static void
on_verified(void *arg, int reason, const struct token *token)
{
	struct ask *a = arg;
	struct orgtoken org = {0};
	int r = reason;

	a->verification = 0;
	if (r == 0)
		r = orgtoken_read(&a->idsvc->profile->claims,
		    json_root(token->payload), &org);
	if (r == 0 &&
	    strcmp(org.organization,
		svcflight_given(a->flight, "organization")) != 0)
		r = ERR_TOKEN_ORGANIZATION;
	if (r != 0) {
		fail(a, r);
		return;
	}
	end(a,
	    &(struct idsvc_standing){
		.subject = org.subject,
		.organization = org.organization,
		.roles = org.roles.items,
		.role_count = org.roles.count,
		.scopes = org.scopes.items,
		.scope_count = org.scopes.count,
		.jwt = svcflight_taken(a->flight, "jwt"),
		.refresh_token = svcflight_taken(a->flight, "refresh_token"),
		.session_token = svcflight_taken(a->flight, "session_token"),
		.expires_s = token->claims.exp.s,
	    });
}

/* The organisation's own token is believed, or the operation fails. */
static int
verify(struct ask *a, const char *jwt)
{
	struct idsvc *idsvc = a->idsvc;
	struct token token TOKEN_AUTO = {0};
	struct token_policy policy = orgtoken_policy(&idsvc->rules, a->started);
	int r = idsvc->keys != NULL ? keys_verify(idsvc->keys, jwt, &policy,
					  on_verified, a, &a->verification)
				    : orgtoken_from_transport(jwt, &policy,
					  clock_wall(idsvc->clock), &token);

	if (r == 0 && idsvc->keys == NULL)
		on_verified(a, ERR_OK, &token);
	return r;
}

static void
on_answer(void *arg, const struct svcflight_answer *answer)
{
	struct ask *a = arg;
	const char *jwt = svcflight_taken(a->flight, "jwt");
	int r = answer->reason;

	if (r == 0 && jwt == NULL) {
		end(a, &(struct idsvc_standing){0});
		return;
	}
	if (r == 0)
		r = verify(a, jwt);
	if (r != 0)
		fail(a, r);
}

static int
set_variables(struct idsvc *idsvc, struct svcflight *flight,
    const struct idsvc_call *call)
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
					   : idsvc->organization_id},
	};
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(given); i++)
		r = svcflight_set(flight, given[i].name, given[i].value);
	return r;
}

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return idsvc->profile->ops[op].count > 0 &&
	    (op != PROFILE_PASSWORD_LOGIN || idsvc->passwords);
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	struct ask *a = NULL;
	int r = ERR_OK;

	if (call->op == PROFILE_MEMBERS)
		return ERR_INVALID_ARGUMENT;
	if (call->op == PROFILE_PASSWORD_LOGIN && !idsvc->passwords)
		return ERR_SERVICE_REFUSED;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return ERR_NO_MEMORY;
	a->idsvc = idsvc;
	a->started = clock_wall(idsvc->clock);
	a->fn = fn;
	a->arg = arg;
	r = svcflight_new(&idsvc->site, call->op, on_answer, a, &a->flight);
	if (r == 0)
		r = set_variables(idsvc, a->flight, call);
	if (r == 0)
		r = svcflight_start(a->flight);
	if (r != 0) {
		ask_free(a);
		return r;
	}
	a->id = ++idsvc->last_id;
	a->next = idsvc->asks;
	idsvc->asks = a;
	*ret_id = a->id;
	return ERR_OK;
}

int
idsvc_signin(struct idsvc *idsvc, const struct idsvc_identity *identity,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct idsvc_call call = {
	    .op = PROFILE_SIGNIN,
	    .id_token = identity->id_token,
	    .issuer = identity->issuer,
	    .subject = identity->subject,
	    .mail = identity->mail,
	    .name = identity->name,
	};

	return idsvc_ask(idsvc, &call, fn, arg, ret_id);
}

int
idsvc_forward(const struct idsvc *idsvc, const struct idsvc_standing *standing,
    struct buf *lines)
{
	if (standing->jwt == NULL)
		return ERR_NOT_FOUND;
	buf_put_format(lines, "Authorization: Bearer %s\n", standing->jwt);
	return buf_fault(lines);
}

struct source
idsvc_source(struct idsvc *idsvc)
{
	return svclist_source(idsvc->list);
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	ask_free(unlink_ask(idsvc, id));
}

static void
on_list_state(void *arg, int reason)
{
	struct idsvc *idsvc = arg;

	idsvc->state = reason;
}

int
idsvc_state(const struct idsvc *idsvc)
{
	return idsvc->state;
}

void
idsvc_warm(struct idsvc *idsvc)
{
	if (idsvc->keys != NULL)
		keys_warm(idsvc->keys);
}

void
idsvc_free(struct idsvc *idsvc)
{
	if (idsvc == NULL)
		return;
	while (idsvc->asks != NULL)
		ask_free(unlink_ask(idsvc, idsvc->asks->id));
	svclist_free(idsvc->list);
	keys_free(idsvc->keys);
	orgtoken_rules_done(&idsvc->rules);
	free(idsvc->url);
	free(idsvc->organization_id);
	secret_free_string(idsvc->api_key);
	free(idsvc);
}
DEFINE_CLEANUP(struct idsvc, idsvc, idsvc_free)

/* The texts that a service is known by, copied. */
static int
set_site(
    struct idsvc *idsvc, struct http *http, const struct idsvc_options *options)
{
	idsvc->url = strdup(options->url);
	idsvc->organization_id = strdup(options->organization_id);
	if (options->api_key != NULL)
		idsvc->api_key =
		    secret_dup(options->api_key, strlen(options->api_key));
	if (idsvc->url == NULL || idsvc->organization_id == NULL ||
	    (options->api_key != NULL && idsvc->api_key == NULL))
		return ERR_NO_MEMORY;
	idsvc->site = (struct svcflight_site){
	    .http = http,
	    .profile = options->profile,
	    .url = idsvc->url,
	    .organization_id = idsvc->organization_id,
	    .api_key = idsvc->api_key,
	};
	return ERR_OK;
}

int
idsvc_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct idsvc_options *options, struct idsvc **ret_idsvc)
{
	struct idsvc *idsvc CLEANUP(idsvc_cleanup) = calloc(1, sizeof(*idsvc));
	int r = ERR_OK;

	if (idsvc == NULL)
		return ERR_NO_MEMORY;
	idsvc->clock = clock;
	idsvc->profile = options->profile;
	idsvc->passwords = options->passwords;
	idsvc->state = ERR_NOT_FOUND;
	r = set_site(idsvc, http, options);
	if (r == 0)
		r = orgtoken_rules_init(&idsvc->rules, options);
	if (r == 0)
		r = svclist_new(
		    &idsvc->site, on_list_state, idsvc, &idsvc->list);
	if (r == 0)
		r = orgtoken_keys(loop, http, clock, options, &idsvc->keys);
	if (r == 0)
		*ret_idsvc = TAKE(idsvc);
	return r;
}
