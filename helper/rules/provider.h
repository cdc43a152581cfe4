/*
 * provider.h - what differs between identity providers, and whom their ID
 * Tokens prove.
 *
 * Pure decisions over plain values; who signed is decided before, and which
 * member it is afterwards.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/claims.h"

enum provider_type { PROVIDER_OIDC = 1, PROVIDER_GOOGLE, PROVIDER_ENTRA };

#define PROVIDER_ISSUER_SIZE 1024
#define PROVIDER_ISSUERS_MAX 2
/* The same for all: Google refuses a request with any other, offline_access
 * included; Entra tells oid only with profile. */
#define PROVIDER_SCOPE "openid email profile"
/* With it comes a refresh token (OIDC Core 11). */
#define PROVIDER_SCOPE_OFFLINE "offline_access"

/* "oidc", "google", "entra", byte for byte. False: none of them. */
MUST_CHECK bool provider_from_name(
    const char *name, enum provider_type *ret_type);
const char *provider_name(enum provider_type type);
/* How people call it; NULL for oidc. */
const char *provider_title(enum provider_type type);

/* A GUID in lower case. */
bool provider_guid_valid(const char *guid);
/* A tenant's GUID, and not the one of private accounts. */
bool provider_tenant_valid(const char *tenant);
/* A claim that may tell who a person is: a name, and not one of those that
 * people can change or be given by others. */
bool provider_identity_claim_valid(const char *claim);

/* What is configured for one provider. All borrowed. */
struct provider {
	enum provider_type type;
	const char *issuer;         /* canonical, see provider_issuer() */
	const char *tenant;         /* entra only */
	const char *identity_claim; /* oidc only; NULL: sub */
	const char (*domains)[NAME_MAIL_MAX + 1];
	size_t domain_count;
};

/*
 * The canonical issuer: google and entra know theirs (configured is ignored),
 * oidc has what is configured.  False: there is none, or it is too long.
 */
MUST_CHECK bool provider_issuer(enum provider_type type, const char *configured,
    const char *tenant, char out[PROVIDER_ISSUER_SIZE]);
/* The spellings of it that a token may have. */
size_t provider_issuers(const struct provider *provider,
    const char *ret_issuers[PROVIDER_ISSUERS_MAX]);
/* The issuers that a discovery document may have: the canonical one, and
 * Entra's with {tenantid} in the place of the tenant.  Entra's keys name one of
 * them, too. */
size_t provider_document_issuers(const struct provider *provider,
    const char *ret_issuers[PROVIDER_ISSUERS_MAX]);

/* Where a provider is asked what. */
enum provider_endpoint {
	PROVIDER_DEVICE = 1,
	PROVIDER_TOKEN,
	PROVIDER_AUTHORIZE,
	PROVIDER_KEYS,
	PROVIDER_REVOKE,
};

/*
 * Whether this URL of a discovery document may be that endpoint: https, no
 * credentials, on the very host that the type has for it (oidc: the issuer's
 * own host and port).
 */
bool provider_endpoint_allowed(const struct provider *provider,
    enum provider_endpoint endpoint, const char *url);
/* Whether the client's secret is sent there: google and entra want it with the
 * tokens only, RFC 8628 3.1 with the device code and RFC 7009 2.1 with a token
 * that is given up too. */
bool provider_wants_secret(
    const struct provider *provider, enum provider_endpoint endpoint);
/*
 * Whether a refresh token is asked for by offline_access.  google: never, one
 * comes unasked.  oidc: where the discovery document lists that scope, and not
 * for a pasted code: its refusal is seen in the browser alone.
 */
bool provider_asks_offline(
    const struct provider *provider, bool paste, bool listed);
/*
 * Whether a person may be sent there to type a code: https, printable ASCII, at
 * most 255 bytes, on a host of the type (oidc: the issuer's, or another of the
 * same domain).
 */
bool provider_page_allowed(const struct provider *provider, const char *url);
/* Whether the answer to a device request calls the page by this name. */
bool provider_page_member(const struct provider *provider, const char *name);

/* What a verified ID Token says of a person. All borrowed. */
struct provider_token {
	const struct claims *claims;
	const char *identity; /* the claim that identity_claim names */
	/* entra */
	const char *home;   /* idp: who vouches for a guest */
	const char *idtyp;  /* "app": no person at all */
	bool guest;         /* acct = 1 */
	bool mail_of_owner; /* xms_edov: the mail's domain is the tenant's */
};

/* Whom it proves. Borrowed from the token and the provider. */
struct provider_person {
	const char *issuer;
	const char *subject;
	const char *mail; /* verified, of an allowed domain; else NULL */
	int mail_reason;  /* why it is NULL */
};

/*
 * 0, or why this token proves nobody of the organisation: TOKEN_CLAIM (no claim
 * ever stands in for a missing one), TOKEN_ISSUER (another tenant),
 * ACCOUNT_FOREIGN (guests, private accounts, applications), MAIL_UNVERIFIED,
 * DOMAIN_NOT_ALLOWED.
 *
 * Which domain counts: google, hd; oidc, that of the verified mail; entra, that
 * of the mail when there is one, for its tenant is the organisation already.
 */
MUST_CHECK int provider_identify(const struct provider *provider,
    const struct provider_token *token, struct provider_person *ret_person);
