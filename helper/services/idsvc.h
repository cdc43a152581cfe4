/*
 * idsvc.h - the organisation's identity service, spoken to as its profile
 * says: the one executor for all profiles.
 *
 * It fills templates, sends, reads answers by JSON pointer, pages lists, and
 * turns statuses into reasons.  It knows no service by name.  Non-blocking;
 * results come by callback from the loop, once, unless cancelled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "common/attrs.h"
#include "rules/profile.h"
#include "services/source.h"

struct idsvc;

struct idsvc_options {
	const struct profile *profile; /* borrowed, outlives the idsvc */
	const char *url;               /* without a slash at the end */
	const char *organization_id;
	const char *api_key;    /* secret; NULL when there is none */
	const char *jwt_issuer; /* NULL: the profile's, else not checked */
	const char *jwt_audience;
	const char *jwks_url; /* NULL: the profile's */
	bool jwt_transport;   /* jwt_check = transport */
};

MUST_CHECK int idsvc_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct idsvc_options *options,
    struct idsvc **ret_idsvc);
void idsvc_free(struct idsvc *idsvc);
/* Like idp_state(). */
int idsvc_state(const struct idsvc *idsvc);
/* Fetches the key set ahead of need. */
void idsvc_warm(struct idsvc *idsvc);

/* Who was proven by the provider; copied. */
struct idsvc_identity {
	const char *id_token; /* secret */
	const char *issuer;
	const char *subject;
	const char *mail;
	const char *name;
};

/* The organisation's own word about a person, verified. Borrowed. */
struct idsvc_standing {
	int reason;               /* 0, or SERVICE_*, TOKEN_*, MEMBER_* */
	const char *subject;      /* the member's immutable id */
	const char *organization; /* already equal to ours */
	const char *const *roles;
	size_t role_count;
	const char *const *scopes;
	size_t scope_count;
};
typedef void idsvc_standing_fn(
    void *arg, const struct idsvc_standing *standing);
/* The profile's signin operation, through to a verified JWT. */
MUST_CHECK int idsvc_signin(struct idsvc *idsvc,
    const struct idsvc_identity *identity, idsvc_standing_fn *fn, void *arg,
    uint64_t *ret_id);

/* The profile's member list; borrows the idsvc.  A profile has no way to ask
 * for changes: it gives the list, or that it stands. */
struct source idsvc_source(struct idsvc *idsvc);

/* A sign-in; an unknown or finished id is ignored. */
void idsvc_cancel(struct idsvc *idsvc, uint64_t id);
