/*
 * idp.h - the identity provider: discovery, the device authorization grant's
 * two requests, and the verification of what it gives.
 *
 * Discovery (OpenID Connect Discovery 4) is read once and again after an hour;
 * its issuer must equal ours byte for byte, its endpoints must be https on the
 * issuer's host (a secret never goes elsewhere).  Non-blocking; results come
 * by callback from the loop, once, unless cancelled.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/claims.h"
#include "rules/grant.h"

struct idp;

struct idp_options {
	const char *issuer;
	const char *client_id;
	const char *client_secret; /* NULL for a public client */
	const char *scope;         /* "openid email profile" */
};

MUST_CHECK int idp_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct idp_options *options,
    struct idp **ret_idp);
void idp_free(struct idp *idp);
/* 0 after a good answer, else the last reason; ERR_NOT_FOUND: never asked. */
int idp_state(const struct idp *idp);
const char *idp_issuer(const struct idp *idp);
/* Fetches discovery and keys ahead of need, so that a sign-in finds them. */
void idp_warm(struct idp *idp);

/* RFC 8628 3.2, after checks. Borrowed during the callback. */
struct idp_device {
	int reason;                   /* 0, or PROVIDER_* */
	const char *device_code;      /* secret */
	const char *user_code;        /* [A-Z0-9-]{4,16} */
	const char *verification_uri; /* https, printable ASCII, <= 255 */
	int64_t expires_in_s;         /* 1..3600 */
	int64_t interval_s;           /* 0: absent */
};
typedef void idp_device_fn(void *arg, const struct idp_device *device);
MUST_CHECK int idp_device_start(
    struct idp *idp, idp_device_fn *fn, void *arg, uint64_t *ret_id);

/* One poll of the token endpoint (RFC 8628 3.4, 3.5). */
struct idp_poll {
	enum grant_event event;
	int reason; /* with GRANT_FAILED, GRANT_NO_ANSWER: which */
	/* with GRANT_APPROVED, the verified ID Token: */
	const char *id_token; /* secret; for the service's exchange */
	const struct claims *claims;
};
typedef void idp_poll_fn(void *arg, const struct idp_poll *poll);
/* started: when the flow began; an ID Token issued before it is refused. */
MUST_CHECK int idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id);

void idp_cancel(struct idp *idp, uint64_t id);
