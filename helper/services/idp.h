/*
 * idp.h - the identity provider: discovery, the requests of the device
 * authorization grant and of the paste grant, and the verification of what it
 * gives.
 *
 * Discovery (OpenID Connect Discovery 4) is read once and again after an hour;
 * its issuer must equal ours byte for byte, its endpoints must be https on the
 * hosts of its type (a secret never goes elsewhere).  Non-blocking; results
 * come by callback from the loop, once, unless cancelled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "common/attrs.h"
#include "common/name.h"
#include "common/times.h"
#include "rules/grant.h"
#include "rules/provider.h"

struct idp;

/* Borrowed by idp_new(), which copies. */
struct idp_options {
	const char *name; /* the word of [provider WORD] */
	enum provider_type type;
	const char *issuer; /* oidc only; the other types know theirs */
	const char *tenant; /* entra only: a GUID */
	const char *client_id;
	const char *client_secret;  /* NULL for a public client */
	const char *identity_claim; /* oidc only; NULL: sub */
	const char *title;          /* how people are shown it */
	bool paste;                 /* the paste grant, not the device grant */
	bool keeps;                 /* refresh tokens are wanted */
	const char *redirect_uri;   /* paste only: where the page is */
	/* allowed mail domains (google: values of hd); none allows nobody */
	const char (*domains)[NAME_MAIL_MAX + 1];
	size_t domain_count;
};

MUST_CHECK int idp_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct idp_options *options,
    struct idp **ret_idp);
void idp_free(struct idp *idp);
/* 0 after a good answer, else the last reason; ERR_NOT_FOUND: never asked. */
int idp_state(const struct idp *idp);
const char *idp_name(const struct idp *idp);
const char *idp_title(const struct idp *idp);
/* The canonical issuer, as identities are stored with it. */
const char *idp_issuer(const struct idp *idp);
const char *idp_client_id(const struct idp *idp);
enum idp_grant { IDP_GRANT_DEVICE = 1, IDP_GRANT_PASTE };
enum idp_grant idp_grant(const struct idp *idp);
/* Fetches discovery and keys ahead of need, so that a sign-in finds them. */
void idp_warm(struct idp *idp);

/*
 * Whom a verified ID Token proves.  Borrowed during the callback.
 */
struct idp_identity {
	const char *type;     /* "google", "entra", "oidc" */
	const char *issuer;   /* canonical, as idp_issuer() */
	const char *subject;  /* entra: oid; oidc: identity_claim, else sub */
	const char *mail;     /* verified and of an allowed domain, else NULL */
	int mail_reason;      /* why mail is NULL */
	const char *name;     /* as told, NULL when not */
	const char *id_token; /* secret; for the service's exchange */
	/* secret; NULL: none came, or none is wanted */
	const char *refresh_token;
	/* What counts without an identity service: the token's roles, and at
	 * Entra the ids of its groups. */
	const char *const *roles;
	size_t role_count;
	int roles_reason; /* why they cannot be told: then there are none */
};

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

/* The end of a poll of the token endpoint (RFC 8628 3.4, 3.5), or of a redeemed
 * code. */
struct idp_poll {
	enum grant_event event;
	int reason; /* with GRANT_FAILED, GRANT_NO_ANSWER: which */
	/* with GRANT_APPROVED only, else NULL: */
	const struct idp_identity *identity;
};
typedef void idp_poll_fn(void *arg, const struct idp_poll *poll);
/* started: when the flow began; an ID Token issued before it is refused. */
MUST_CHECK int idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id);

/*
 * The paste grant: an authorization code (RFC 6749 4.1) with PKCE (RFC 7636
 * S256), state and nonce, carried from the browser to the terminal by hand.
 * What makes a code this sign-in's stays in the attempt.
 */
struct idp_attempt;
void idp_attempt_free(struct idp_attempt *attempt);
DEFINE_CLEANUP(struct idp_attempt, idp_attempt, idp_attempt_free)
#define IDP_ATTEMPT_AUTO CLEANUP(idp_attempt_cleanup)

/* reason 0: url is to be opened (https, printable ASCII, borrowed), and attempt
 * is now the caller's; else both are NULL. */
typedef void idp_paste_fn(
    void *arg, int reason, const char *url, struct idp_attempt *attempt);
MUST_CHECK int idp_paste_start(
    struct idp *idp, idp_paste_fn *fn, void *arg, uint64_t *ret_id);
/*
 * typed: all that the person pasted, CODE.STATE.  PASTE_WRONG, returned at once
 * and without any request: not of this attempt.  A code is sent once; the
 * attempt is used up by it and may be freed at any time.
 */
MUST_CHECK int idp_paste_redeem(struct idp *idp, struct idp_attempt *attempt,
    const char *typed, idp_poll_fn *fn, void *arg, uint64_t *ret_id);

/*
 * Asks anew about who signed in before (RFC 6749 6, OIDC Core 12.2).  APPROVED:
 * the provider takes the refresh token; identity is whom the fresh ID Token
 * proves, NULL where none came.  Else reason is as refusal_of_renewal() says.
 *
 * rotated runs before anything that came is used, where the provider has given
 * up the token that it was asked with for another one: to be kept at once, also
 * where what follows fails.  Both come from the loop.
 */
typedef void idp_rotated_fn(void *arg, const char *refresh_token);
MUST_CHECK int idp_refresh(struct idp *idp, const char *refresh_token,
    idp_rotated_fn *rotated, idp_poll_fn *fn, void *arg, uint64_t *ret_id);

/*
 * Gives a refresh token up (RFC 7009), as well as it can be: a few tries, of so
 * many tokens at once, and what comes of it is told to the log.  Where the
 * provider has no endpoint for it, nothing is sent.
 */
void idp_revoke(struct idp *idp, const char *refresh_token);

void idp_cancel(struct idp *idp, uint64_t id);
