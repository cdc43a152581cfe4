/*
 * provider.c - whom a provider's ID Token proves, and which names and hosts the
 * types of providers have.
 *
 * Owns the choice of the claim that is a person's immutable id, the rule about
 * domains, and the places that a secret or a person may be sent to.  Knows no
 * JSON, no network and no member.
 */
#include "rules/provider.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/text.h"

#define GOOGLE_ISSUER "https://accounts.google.com"
#define GOOGLE_ISSUER_SHORT "accounts.google.com"
#define ENTRA_HOST "login.microsoftonline.com"
#define ENTRA_PRIVATE "9188040d-6c67-4c5b-b112-36a304b66dad"
#define URL_MAX 1024
#define PAGE_MAX 255

static const struct {
	const char *name;
	const char *title;
	enum provider_type type;
} types[] = {
    {"oidc", NULL, PROVIDER_OIDC},
    {"google", "Google", PROVIDER_GOOGLE},
    {"entra", "Microsoft", PROVIDER_ENTRA},
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

const char *
provider_title(enum provider_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == type)
			return types[i].title;
	}
	return NULL;
}

static bool
present(const char *claim)
{
	return claim != NULL && claim[0] != '\0';
}

bool
provider_guid_valid(const char *guid)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(guid) != strlen(form))
		return false;
	for (size_t i = 0; i < strlen(form); i++) {
		if (strchr(form[i] == '-' ? "-" : "0123456789abcdef",
			guid[i]) == NULL)
			return false;
	}
	return true;
}

bool
provider_tenant_valid(const char *tenant)
{
	return provider_guid_valid(tenant) &&
	    strcmp(tenant, ENTRA_PRIVATE) != 0;
}

bool
provider_identity_claim_valid(const char *claim)
{
	static const char *const mutable[] = {"email", "preferred_username",
	    "upn", "unique_name", "name", "given_name", "family_name",
	    "nickname", "phone_number", "username", "login"};

	if (claim[0] == '\0' || strlen(claim) > NAME_ROLE_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(mutable); i++) {
		if (strcasecmp(claim, mutable[i]) == 0)
			return false;
	}
	return strspn(claim,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789_.:/-") == strlen(claim);
}

bool
provider_issuer(enum provider_type type, const char *configured,
    const char *tenant, char out[PROVIDER_ISSUER_SIZE])
{
	switch (type) {
	case PROVIDER_GOOGLE:
		return text_copy(out, PROVIDER_ISSUER_SIZE, GOOGLE_ISSUER);
	case PROVIDER_ENTRA:
		if (tenant == NULL || !provider_tenant_valid(tenant))
			return false;
		(void)snprintf(out, PROVIDER_ISSUER_SIZE,
		    "https://" ENTRA_HOST "/%s/v2.0", tenant);
		return true;
	case PROVIDER_OIDC:
		return present(configured) &&
		    text_copy(out, PROVIDER_ISSUER_SIZE, configured);
	}
	return false;
}

size_t
provider_issuers(const struct provider *provider,
    const char *ret_issuers[PROVIDER_ISSUERS_MAX])
{
	ret_issuers[0] = provider->issuer;
	if (provider->type != PROVIDER_GOOGLE)
		return 1;
	ret_issuers[1] = GOOGLE_ISSUER_SHORT;
	return 2;
}

size_t
provider_document_issuers(const struct provider *provider,
    const char *ret_issuers[PROVIDER_ISSUERS_MAX])
{
	ret_issuers[0] = provider->issuer;
	if (provider->type != PROVIDER_ENTRA)
		return 1;
	ret_issuers[1] = "https://" ENTRA_HOST "/{tenantid}/v2.0";
	return 2;
}

/* The host of an https URL with its port, if one is named; false: there is
 * none, or somebody's name and password stand before it. */
static bool
find_host(const char *url, const char **ret_host, size_t *ret_len)
{
	static const char scheme[] = "https://";
	const char *host = url + strlen(scheme);
	size_t len = 0;

	if (strncmp(url, scheme, strlen(scheme)) != 0 ||
	    strchr(url, '@') != NULL || strchr(url, '\\') != NULL)
		return false;
	len = strcspn(host, "/?#");
	*ret_host = host;
	*ret_len = len;
	return len > 0;
}

static bool
is_host(const char *host, size_t len, const char *wanted)
{
	return strlen(wanted) == len && strncmp(host, wanted, len) == 0;
}

static const char *
google_host(enum provider_endpoint endpoint)
{
	switch (endpoint) {
	case PROVIDER_DEVICE:
	case PROVIDER_TOKEN:
	case PROVIDER_REVOKE:
		return "oauth2.googleapis.com";
	case PROVIDER_AUTHORIZE:
		return "accounts.google.com";
	case PROVIDER_KEYS:
		return "www.googleapis.com";
	}
	return "";
}

bool
provider_endpoint_allowed(const struct provider *provider,
    enum provider_endpoint endpoint, const char *url)
{
	const char *host = NULL;
	const char *own = NULL;
	size_t len = 0;
	size_t own_len = 0;

	if (strlen(url) > URL_MAX || !find_host(url, &host, &len))
		return false;
	switch (provider->type) {
	case PROVIDER_GOOGLE:
		return is_host(host, len, google_host(endpoint));
	case PROVIDER_ENTRA:
		return is_host(host, len, ENTRA_HOST);
	case PROVIDER_OIDC:
		return find_host(provider->issuer, &own, &own_len) &&
		    own_len == len && strncmp(host, own, len) == 0;
	}
	return false;
}

bool
provider_wants_secret(
    const struct provider *provider, enum provider_endpoint endpoint)
{
	return endpoint == PROVIDER_TOKEN ||
	    ((endpoint == PROVIDER_DEVICE || endpoint == PROVIDER_REVOKE) &&
		provider->type == PROVIDER_OIDC);
}

bool
provider_asks_offline(const struct provider *provider, bool paste, bool listed)
{
	switch (provider->type) {
	case PROVIDER_GOOGLE:
		return false;
	case PROVIDER_ENTRA:
		return true;
	case PROVIDER_OIDC:
		return listed && !paste;
	}
	return false;
}

/* A host that is the domain, or below it. */
static bool
is_below(const char *host, size_t len, const char *domain, size_t domain_len)
{
	if (len < domain_len ||
	    strncmp(host + len - domain_len, domain, domain_len) != 0)
		return false;
	return len == domain_len || host[len - domain_len - 1] == '.';
}

static bool
is_below_one(const char *host, size_t len, const char *const *domains)
{
	for (; *domains != NULL; domains++) {
		if (is_below(host, len, *domains, strlen(*domains)))
			return true;
	}
	return false;
}

static size_t
without_port(const char *host, size_t len)
{
	const char *colon = memchr(host, ':', len);

	return colon == NULL ? len : (size_t)(colon - host);
}

/* The issuer's own host, or one beside it: below the same domain, where that
 * has two labels at least. */
static bool
is_near_issuer(const char *issuer, const char *host, size_t len)
{
	const char *own = NULL;
	const char *domain = NULL;
	size_t own_len = 0;
	size_t domain_len = 0;

	if (!find_host(issuer, &own, &own_len))
		return false;
	own_len = without_port(own, own_len);
	if (own_len == len && strncmp(host, own, len) == 0)
		return true;
	domain = memchr(own, '.', own_len);
	if (domain == NULL)
		return false;
	domain++;
	domain_len = own_len - (size_t)(domain - own);
	return memchr(domain, '.', domain_len) != NULL &&
	    is_below(host, len, domain, domain_len);
}

bool
provider_page_allowed(const struct provider *provider, const char *url)
{
	static const char *const google[] = {"google.com", NULL};
	static const char *const entra[] = {
	    "microsoft.com", "microsoftonline.com", "aka.ms", NULL};
	const char *host = NULL;
	size_t len = 0;

	for (const char *p = url; *p != '\0'; p++) {
		if (*p < 0x21 || *p > 0x7e)
			return false;
	}
	if (strlen(url) > PAGE_MAX || !find_host(url, &host, &len))
		return false;
	switch (provider->type) {
	case PROVIDER_GOOGLE:
		return is_below_one(host, len, google);
	case PROVIDER_ENTRA:
		return is_below_one(host, len, entra);
	case PROVIDER_OIDC:
		return is_near_issuer(
		    provider->issuer, host, without_port(host, len));
	}
	return false;
}

bool
provider_page_member(const struct provider *provider, const char *name)
{
	if (strcmp(name, "verification_uri") == 0)
		return provider->type != PROVIDER_GOOGLE;
	return strcmp(name, "verification_url") == 0 &&
	    provider->type != PROVIDER_ENTRA;
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
judge_mail(
    const struct provider *provider, const struct claims *claims, bool verified)
{
	if (!present(claims->email) || !name_mail_valid(claims->email))
		return ERR_TOKEN_CLAIM;
	if (!verified)
		return ERR_MAIL_UNVERIFIED;
	return domain_allowed(provider, strrchr(claims->email, '@') + 1)
	    ? ERR_OK
	    : ERR_DOMAIN_NOT_ALLOWED;
}

/* An account without hd is a private one, whatever its mail says. */
static int
identify_google(const struct provider *provider,
    const struct provider_token *token, struct provider_person *person)
{
	const struct claims *claims = token->claims;

	if (!present(claims->hd))
		return ERR_ACCOUNT_FOREIGN;
	if (!domain_allowed(provider, claims->hd))
		return ERR_DOMAIN_NOT_ALLOWED;
	person->subject = claims->sub;
	person->mail_reason =
	    judge_mail(provider, claims, claims->email_verified);
	return ERR_OK;
}

/* Members of a tenant have no idp claim, or one that names the tenant itself
 * by its older issuer. */
static bool
is_foreign(const struct provider *provider, const struct provider_token *token)
{
	char older[128];

	if (token->guest ||
	    (token->idtyp != NULL && strcmp(token->idtyp, "user") != 0))
		return true;
	/* Tokens of applications name the same id twice. */
	if (present(token->claims->sub) &&
	    strcmp(token->claims->sub, token->claims->oid) == 0)
		return true;
	if (token->home == NULL || strcmp(token->home, provider->issuer) == 0)
		return false;
	(void)snprintf(older, sizeof(older), "https://sts.windows.net/%s/",
	    provider->tenant);
	return strcmp(token->home, older) != 0;
}

/*
 * oid is the person in all the tenant's applications; sub is another in each.
 * What a token says against a person counts; a mail counts for them only where
 * the tenant owns its domain, because anybody can write any mail into their own
 * tenant.
 */
static int
identify_entra(const struct provider *provider,
    const struct provider_token *token, struct provider_person *person)
{
	const struct claims *claims = token->claims;
	const char *at = NULL;

	if (!present(claims->tid) || !present(claims->oid))
		return ERR_TOKEN_CLAIM;
	if (strcmp(claims->tid, provider->tenant) != 0)
		return ERR_TOKEN_ISSUER;
	if (is_foreign(provider, token))
		return ERR_ACCOUNT_FOREIGN;
	if (claims->email != NULL)
		at = strrchr(claims->email, '@');
	if (provider->domain_count == 0 ||
	    (at != NULL && !domain_allowed(provider, at + 1)))
		return ERR_DOMAIN_NOT_ALLOWED;
	person->subject = claims->oid;
	person->mail_reason =
	    judge_mail(provider, claims, token->mail_of_owner);
	return ERR_OK;
}

static int
identify_oidc(const struct provider *provider,
    const struct provider_token *token, struct provider_person *person)
{
	person->subject = provider->identity_claim != NULL ? token->identity
							   : token->claims->sub;
	/* The mail's domain is what tells the organisation's own people. */
	return judge_mail(
	    provider, token->claims, token->claims->email_verified);
}

static bool
subject_fits(const char *subject)
{
	if (!present(subject) || strlen(subject) > CLAIMS_SUB_MAX)
		return false;
	for (const char *p = subject; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return false;
	}
	return true;
}

int
provider_identify(const struct provider *provider,
    const struct provider_token *token, struct provider_person *ret_person)
{
	struct provider_person person = {.issuer = provider->issuer};
	int r = ERR_INTERNAL;

	if (!present(token->claims->iss) || !present(token->claims->sub))
		return ERR_TOKEN_CLAIM;
	switch (provider->type) {
	case PROVIDER_GOOGLE:
		r = identify_google(provider, token, &person);
		break;
	case PROVIDER_ENTRA:
		r = identify_entra(provider, token, &person);
		break;
	case PROVIDER_OIDC:
		r = identify_oidc(provider, token, &person);
		break;
	}
	if (r != 0)
		return r;
	if (!subject_fits(person.subject))
		return ERR_TOKEN_CLAIM;
	if (person.mail_reason == 0)
		person.mail = token->claims->email;
	*ret_person = person;
	return ERR_OK;
}
