/*
 * renewal.h - which token to give, or which operation to ask for next, from
 * what a purse holds.  Pure.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "common/times.h"
#include "services/idsvc.h"
#include "services/purse.h"

/* How far the way to one token is. */
struct renewal {
	const char *organization; /* wanted; NULL: the active one */
	bool switches;            /* the service is to be told of the change */
	bool forced;              /* no token at hand will do: ask */
	bool fetched;             /* the wanted token was just brought */
	unsigned int asked;       /* operations so far */
	int failed;               /* reason of the last one, or 0 */
};

/* Borrowed from the purse and the renewal. */
struct renewal_step {
	const struct purse_token *token; /* give this; else ask: */
	enum profile_op op;
	const char *organization;
	const char *jwt; /* NULL: none that is still good */
};

/* Whether the service renews at all. idsvc may be NULL. */
bool renewal_can(const struct idsvc *idsvc);
/*
 * 0 and a step, or why there is no token.  idsvc may be NULL.
 */
MUST_CHECK int renewal_next(const struct renewal *renewal,
    const struct purse *purse, const struct idsvc *idsvc, struct wall_time now,
    struct renewal_step *ret_step);

/*
 * Takes into the purse what an operation for this organisation brought.
 * headers: the lines of a call with its JWT.  A refresh token counts also where
 * the rest failed: the service has given up the one before.
 */
MUST_CHECK int renewal_take(struct purse *purse, enum profile_op op,
    const struct idsvc_standing *standing, const char *headers);
/* The service refused: drops from the purse what it was asked with. */
void renewal_refused(struct purse *purse, enum profile_op op);
