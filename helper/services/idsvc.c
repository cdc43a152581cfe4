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
#include "services/svcask.h"
#include "services/svcflight.h"
#include "services/svcforward.h"
#include "services/svclist.h"

/* One operation for a person. */
struct asked {
	struct asked *next;
	struct idsvc *idsvc;
	uint64_t id;
	struct svcask *ask;
	idsvc_standing_fn *fn;
	void *arg;
};

struct idsvc {
	const struct profile *profile;
	struct keys *keys; /* NULL: believed for the channel */
	struct orgtoken_rules rules;
	struct svcflight_site site;
	char *url;
	char *organization_id;
	char *api_key;
	bool passwords;
	struct svcask_home home;
	struct asked *asked;
	uint64_t last_id; /* of one asked */
	struct svclist *list;
	int state; /* of the last operation */
};

static void
asked_free(struct asked *asked)
{
	if (asked == NULL)
		return;
	svcask_free(asked->ask);
	free(asked);
}

static struct asked *
unlink_asked(struct idsvc *idsvc, uint64_t id)
{
	struct asked **link = &idsvc->asked;

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	if (*link != NULL) {
		struct asked *asked = *link;

		*link = asked->next;
		return asked;
	}
	return NULL;
}

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	struct asked *asked = arg;

	asked->idsvc->state = standing->reason;
	(void)unlink_asked(asked->idsvc, asked->id);
	asked->fn(asked->arg, standing);
	asked_free(asked);
}

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return idsvc->profile->ops[op].present &&
	    (op != PROFILE_PASSWORD_LOGIN || idsvc->passwords);
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	struct asked *asked = NULL;
	int r = ERR_OK;

	if (call->op == PROFILE_MEMBERS)
		return ERR_INVALID_ARGUMENT;
	if (call->op == PROFILE_PASSWORD_LOGIN && !idsvc->passwords)
		return ERR_PASSWORD_FORBIDDEN;
	asked = calloc(1, sizeof(*asked));
	if (asked == NULL)
		return ERR_NO_MEMORY;
	asked->idsvc = idsvc;
	asked->fn = fn;
	asked->arg = arg;
	r = svcask_new(&idsvc->home, call, on_standing, asked, &asked->ask);
	if (r != 0) {
		asked_free(asked);
		return r;
	}
	asked->id = ++idsvc->last_id;
	asked->next = idsvc->asked;
	idsvc->asked = asked;
	*ret_id = asked->id;
	return ERR_OK;
}

int
idsvc_forward(const struct idsvc *idsvc, const struct idsvc_standing *standing,
    struct buf *lines)
{
	if (standing->jwt == NULL)
		return ERR_NO_TOKEN;
	buf_put_format(lines, "Authorization: Bearer %s\n", standing->jwt);
	return svcforward_put(idsvc->profile,
	    &(struct svcforward){
		.jwt = standing->jwt,
		.subject = standing->subject,
		.organization = standing->organization,
		.system_role = standing->system_role,
		.name = standing->name,
		.mail = standing->mail,
		.roles = standing->roles,
		.role_count = standing->role_count,
	    },
	    lines);
}

struct source
idsvc_source(struct idsvc *idsvc)
{
	return svclist_source(idsvc->list);
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	asked_free(unlink_asked(idsvc, id));
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
idsvc_trace(struct idsvc *idsvc, struct buf *trace)
{
	idsvc->site.trace = trace;
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
	while (idsvc->asked != NULL)
		asked_free(unlink_asked(idsvc, idsvc->asked->id));
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

/* A token that did not come from the service has no channel to be believed
 * for. */
static int
check_channel(const struct idsvc_options *options)
{
	for (size_t i = 0; i < PROFILE_OP_COUNT; i++) {
		if (options->jwt_transport &&
		    options->profile->ops[i].jwt[0] != '\0')
			return ERR_CONFIG_INVALID;
	}
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
	idsvc->profile = options->profile;
	idsvc->passwords = options->passwords;
	idsvc->state = ERR_NOT_FOUND;
	r = check_channel(options);
	if (r == 0)
		r = set_site(idsvc, http, options);
	if (r == 0)
		r = orgtoken_rules_init(&idsvc->rules, options);
	if (r == 0)
		r = svclist_new(
		    &idsvc->site, on_list_state, idsvc, &idsvc->list);
	if (r == 0)
		r = orgtoken_keys(loop, http, clock, options, &idsvc->keys);
	if (r != 0)
		return r;
	idsvc->home = (struct svcask_home){
	    .site = &idsvc->site,
	    .clock = clock,
	    .keys = idsvc->keys,
	    .rules = &idsvc->rules,
	};
	*ret_idsvc = TAKE(idsvc);
	return ERR_OK;
}
