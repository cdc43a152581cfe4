/*
 * renewal.c - the way from a purse to a token, one operation at a time.
 *
 * A token at hand that lasts is given.  The base organisation's is renewed by
 * the refresh token or else the session; another organisation's is asked for
 * with it.  Where the service cannot be reached, one that has not ended yet
 * will do.  Must not know how operations are asked.
 */
#include "services/renewal.h"

#include <string.h>

#include "common/err.h"
#include "rules/cutoff.h"

/* So long must a token last to be given without a renewal. */
#define LASTS_S 30
/* Renewed, asked for, and once more each. */
#define ASKED_MAX 4

static bool
lasts(const struct purse_token *token, struct wall_time now, int64_t seconds)
{
	return token != NULL && token->expires_s > now.s + seconds;
}

static bool
can(const struct idsvc *idsvc, enum profile_op op)
{
	return idsvc != NULL && idsvc_can(idsvc, op);
}

bool
renewal_can(const struct idsvc *idsvc)
{
	return can(idsvc, PROFILE_REFRESH) || can(idsvc, PROFILE_RENEW);
}

static int
plan_renewal(const struct purse *purse, const struct idsvc *idsvc,
    struct wall_time now, struct renewal_step *step)
{
	const struct purse_token *token = purse_find(purse, purse->base);
	bool good = lasts(token, now, 0);

	step->organization = purse->base;
	step->jwt = good ? token->jwt : NULL;
	if (purse->refresh_token != NULL && can(idsvc, PROFILE_REFRESH))
		step->op = PROFILE_REFRESH;
	else if ((purse->session_token != NULL || good) &&
	    can(idsvc, PROFILE_RENEW))
		step->op = PROFILE_RENEW;
	else
		return ERR_NO_TOKEN;
	return ERR_OK;
}

/* To another organisation, with the base's token. */
static int
plan_switch(const char *wanted, const struct purse *purse,
    const struct idsvc *idsvc, struct wall_time now, struct renewal_step *step)
{
	const struct purse_token *token = purse_find(purse, purse->base);

	if (!can(idsvc, PROFILE_SWITCH_ORG))
		return ERR_UNSUPPORTED;
	if (!lasts(token, now, 0))
		return plan_renewal(purse, idsvc, now, step);
	step->op = PROFILE_SWITCH_ORG;
	step->organization = wanted;
	step->jwt = token->jwt;
	return ERR_OK;
}

/* The service's own word is wanted, not its token. */
static int
force(const struct renewal *renewal, const struct purse *purse,
    const struct idsvc *idsvc, struct wall_time now, struct renewal_step *step)
{
	if (renewal->failed != 0)
		return renewal->failed;
	if (renewal->fetched) {
		step->token = purse_find(purse, purse->base);
		return step->token != NULL ? ERR_OK : ERR_NO_TOKEN;
	}
	return renewal->asked < ASKED_MAX
	    ? plan_renewal(purse, idsvc, now, step)
	    : ERR_NO_TOKEN;
}

/* The wanted token as it is at hand, or else the way to it. */
static int
find(const struct renewal *renewal, const struct purse *purse,
    const struct idsvc *idsvc, struct wall_time now, struct renewal_step *step)
{
	const char *wanted = renewal->organization != NULL
	    ? renewal->organization
	    : purse->active;
	const struct purse_token *token = purse_find(purse, wanted);
	bool good = !renewal->switches && lasts(token, now, 0);
	int r = renewal->failed;

	if ((!renewal->switches && lasts(token, now, LASTS_S)) ||
	    (renewal->fetched && lasts(token, now, 0)) ||
	    (good && cutoff_meaning(r) == CUTOFF_SILENT)) {
		step->token = token;
		return ERR_OK;
	}
	if (r == 0 && renewal->asked >= ASKED_MAX)
		r = ERR_SERVICE_ERROR;
	if (r != 0)
		return r;
	if (!renewal->switches && strcmp(wanted, purse->base) == 0)
		r = plan_renewal(purse, idsvc, now, step);
	else
		r = plan_switch(wanted, purse, idsvc, now, step);
	/* Nothing better will come. */
	if (r == ERR_NO_TOKEN && good) {
		step->token = token;
		r = ERR_OK;
	}
	return r;
}

int
renewal_next(const struct renewal *renewal, const struct purse *purse,
    const struct idsvc *idsvc, struct wall_time now,
    struct renewal_step *ret_step)
{
	struct renewal_step step = {0};
	int r = renewal->forced ? force(renewal, purse, idsvc, now, &step)
				: find(renewal, purse, idsvc, now, &step);

	if (r == 0)
		*ret_step = step;
	return r;
}

/* A refresh token, and a session of the service's, follow the person from one
 * organisation to the other; a bare token does not. */
static int
move_base(struct purse *purse, enum profile_op op,
    const struct idsvc_standing *standing)
{
	bool follows = standing->refresh_token != NULL ||
	    (purse->refresh_token == NULL && purse->session_token != NULL);

	if (op != PROFILE_SWITCH_ORG || !follows)
		return ERR_OK;
	return purse_set(&purse->base, standing->organization);
}

int
renewal_take(struct purse *purse, enum profile_op op,
    const struct idsvc_standing *standing, const char *headers)
{
	int r = ERR_OK;

	if (standing->refresh_token != NULL)
		r = purse_set(&purse->refresh_token, standing->refresh_token);
	if (r == 0 && standing->session_token != NULL)
		r = purse_set(&purse->session_token, standing->session_token);
	if (r != 0 || standing->reason != 0)
		return r;
	if (standing->jwt == NULL || standing->organization == NULL)
		return ERR_SERVICE_MALFORMED;
	r = move_base(purse, op, standing);
	return r == 0 ? purse_put(purse, standing->organization, standing->jwt,
			    headers, standing->expires_s)
		      : r;
}

void
renewal_refused(struct purse *purse, enum profile_op op)
{
	if (op == PROFILE_REFRESH) {
		(void)!purse_set(&purse->refresh_token, NULL);
	} else if (op == PROFILE_RENEW) {
		(void)!purse_set(&purse->session_token, NULL);
		purse_drop(purse, purse->base);
	}
}
