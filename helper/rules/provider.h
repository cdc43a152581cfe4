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

/* "oidc", "google", "entra", byte for byte. False: none of them. */
MUST_CHECK bool provider_from_name(
    const char *name, enum provider_type *ret_type);
const char *provider_name(enum provider_type type);

/* What is configured for one provider. All borrowed. */
struct provider {
	enum provider_type type;
	const char *issuer;         /* canonical */
	const char *identity_claim; /* NULL: the type's own */
	const char (*domains)[NAME_MAIL_MAX + 1];
	size_t domain_count;
};

/* What a verified ID Token says of a person. All borrowed. */
struct provider_token {
	const struct claims *claims;
	const char *identity; /* the claim that identity_claim names */
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
 * ever stands in for a missing one), MAIL_UNVERIFIED, DOMAIN_NOT_ALLOWED.
 */
MUST_CHECK int provider_identify(const struct provider *provider,
    const struct provider_token *token, struct provider_person *ret_person);
