/*
 * provider.c - whom a provider's ID Token proves, and which names the types of
 * providers have.
 *
 * Owns the choice of the claim that is a person's immutable id and the rule
 * about domains.  Knows no JSON, no network and no member.
 */
#include "rules/provider.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"

static const struct {
	const char *name;
	enum provider_type type;
} types[] = {
    {"oidc", PROVIDER_OIDC},
    {"google", PROVIDER_GOOGLE},
    {"entra", PROVIDER_ENTRA},
};

bool
provider_from_name(const char *name, enum provider_type *ret_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].name, name) == 0) {
			*ret_type = types[i].type;
			return true;
		}
	}
	return false;
}

const char *
provider_name(enum provider_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return "";
}

static bool
present(const char *claim)
{
	return claim != NULL && claim[0] != '\0';
}

static bool
domain_allowed(const struct provider *provider, const char *domain)
{
	for (size_t i = 0; i < provider->domain_count; i++) {
		if (strcasecmp(domain, provider->domains[i]) == 0)
			return true;
	}
	return false;
}

/* 0: this mail may be used for a first binding. */
static int
judge_mail(const struct provider *provider, const struct claims *claims)
{
	if (!present(claims->email) || !name_mail_valid(claims->email))
		return ERR_TOKEN_CLAIM;
	if (!claims->email_verified)
		return ERR_MAIL_UNVERIFIED;
	return domain_allowed(provider, strrchr(claims->email, '@') + 1)
	    ? ERR_OK
	    : ERR_DOMAIN_NOT_ALLOWED;
}

int
provider_identify(const struct provider *provider,
    const struct provider_token *token, struct provider_person *ret_person)
{
	const struct claims *claims = token->claims;
	const char *subject =
	    provider->identity_claim != NULL ? token->identity : claims->sub;
	int mail = judge_mail(provider, claims);

	if (!present(claims->iss) || !present(subject))
		return ERR_TOKEN_CLAIM;
	/* The mail's domain is what tells the organisation's own people. */
	if (mail != 0)
		return mail;
	*ret_person = (struct provider_person){
	    .issuer = provider->issuer,
	    .subject = subject,
	    .mail = claims->email,
	};
	return ERR_OK;
}
