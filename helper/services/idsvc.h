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
#include "common/buf.h"
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
	bool passwords;       /* auth_policy = standard */
	/* jwt_check: one of the three.  Secret: HS256 with this, else jwks. */
	bool jwt_transport;
	const char *jwt_secret;          /* secret; NULL: none */
	const char *jwt_secret_previous; /* secret; NULL: none */
};

MUST_CHECK int idsvc_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct idsvc_options *options,
    struct idsvc **ret_idsvc);
void idsvc_free(struct idsvc *idsvc);
/* Like idp_state(). */
int idsvc_state(const struct idsvc *idsvc);
/* Fetches the key set ahead of need. */
void idsvc_warm(struct idsvc *idsvc);

/* From now on requests and answers are written down, without their secrets
 * (services/svctrace); trace is borrowed. */
void idsvc_trace(struct idsvc *idsvc, struct buf *trace);

/* Whether the profile has the operation, and the policy allows it. */
bool idsvc_can(const struct idsvc *idsvc, enum profile_op op);

/*
 * What an operation is asked with: NULL where not given, else copied (and
 * wiped later), a template's variable of the same name.
 */
struct idsvc_call {
	enum profile_op op;
	/* whom the provider proved */
	const char *id_token; /* secret */
	const char *issuer;
	const char *subject;
	const char *mail; /* of whom it is about: also who is invited */
	const char *name;
	const char *provider; /* "google", "entra", "oidc" */
	/* what the person typed */
	const char *password; /* secret */
	const char *code;     /* secret */
	/* what an earlier operation brought; all secrets */
	const char *session_token;
	const char *jwt;
	const char *refresh_token;
	const char *organization; /* NULL: the host's */
	const char *role;         /* to invite as */
	const char *member;       /* id of the member whom it is about */
};

/* The organisation's own word about a person, verified. Borrowed. */
struct idsvc_standing {
	int reason;               /* 0, or SERVICE_*, TOKEN_*, MEMBER_*, ... */
	const char *subject;      /* the member's immutable id */
	const char *organization; /* already equal to the one asked for */
	const char *const *roles; /* in that organisation */
	size_t role_count;
	const char *const *scopes;
	size_t scope_count;
	/* of the platform, never of an organisation; NULL: none */
	const char *system_role;
	/* ids of those that the person is in, when told */
	const char *const *organizations;
	size_t organization_count;
	const char *name; /* NULL: not told */
	const char *mail;
	/* secrets; NULL: none, or for a refresh token: the old one stands. A
	 * new one is told also with a reason. */
	const char *jwt;
	const char *refresh_token;
	const char *session_token;
	int64_t expires_s; /* wall time of the jwt's end; 0: unknown */
};
typedef void idsvc_standing_fn(
    void *arg, const struct idsvc_standing *standing);
/*
 * One operation, through to a verified JWT where its answer holds one.  An
 * operation that only wants something done ends with reason 0 and subject
 * NULL.  SERVICE_MFA: session_token is set, and MFA_VERIFY with it and the
 * person's code goes on.  MEMBER_PENDING may be followed by ACCEPT_INVITATION.
 * Not for PROFILE_MEMBERS.  UNSUPPORTED: the profile has no such operation;
 * PASSWORD_FORBIDDEN: it has, but the policy is restricted.
 */
MUST_CHECK int idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id);
/* An unknown or finished id is ignored. */
void idsvc_cancel(struct idsvc *idsvc, uint64_t id);

/*
 * The header lines that a call of the service's APIs carries for this person,
 * each ended by a newline: Authorization, and what the profile forwards.
 * Secret.  NO_TOKEN: the standing holds no JWT.
 */
MUST_CHECK int idsvc_forward(const struct idsvc *idsvc,
    const struct idsvc_standing *standing, struct buf *lines);

/* The profile's member list; borrows the idsvc. */
struct source idsvc_source(struct idsvc *idsvc);
