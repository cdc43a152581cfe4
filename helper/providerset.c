/*
 * providerset.c - the sections [provider NAME] of the configuration.
 *
 * Owns what each type of provider needs and must not have.  A key that would
 * be passed over is an error, so that nobody believes in it.
 */
#include "providerset.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

#define NAME_BYTES                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_.-"
#define DOMAIN_BYTES                 \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

int
providerset_open(struct providerset *set, const char *name,
    struct providerset_entry **ret_entry, const char **ret_why)
{
	struct providerset_entry *entry = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->entries[i].name, name) == 0) {
			*ret_entry = &set->entries[i];
			return ERR_OK;
		}
	}
	if (name[0] == '\0' || strlen(name) > PROVIDERSET_NAME_MAX ||
	    strspn(name, NAME_BYTES) != strlen(name)) {
		*ret_why = "a provider's name has 1 to 32 of A-Z a-z 0-9 _ . -";
		return ERR_CONFIG_INVALID;
	}
	if (set->count == PROVIDERSET_MAX) {
		*ret_why = "there are at most 8 providers";
		return ERR_CONFIG_INVALID;
	}
	entry = &set->entries[set->count++];
	*entry = (struct providerset_entry){.grant = "device"};
	memcpy(entry->name, name, strlen(name) + 1);
	*ret_entry = entry;
	return ERR_OK;
}

static int
wrong(struct conf_problem *problem, const struct providerset_entry *entry,
    const char *sentence)
{
	(void)snprintf(problem->text, sizeof(problem->text), "[provider %s] %s",
	    entry->name, sentence);
	return ERR_CONFIG_INVALID;
}

static bool
url_good(const char *url)
{
	return strncmp(url, "https://", 8) == 0 && strlen(url) > 8 &&
	    strcspn(url, " \t\"'<>@\\") == strlen(url);
}

/* google and entra know their issuer. */
static int
check_issuer(const struct providerset_entry *e, struct conf_problem *problem)
{
	switch (e->type) {
	case PROVIDER_OIDC:
		if (!url_good(e->issuer))
			return wrong(problem, e, "issuer must be an https URL");
		break;
	case PROVIDER_GOOGLE:
	case PROVIDER_ENTRA:
		if (e->issuer[0] != '\0')
			return wrong(problem, e, "issuer needs type = oidc");
		break;
	}
	if (e->type == PROVIDER_ENTRA && !provider_tenant_valid(e->tenant))
		return wrong(problem, e,
		    "tenant must be the GUID of the organisation's own tenant, "
		    "in lower case");
	if (e->type != PROVIDER_ENTRA && e->tenant[0] != '\0')
		return wrong(problem, e, "tenant needs type = entra");
	return ERR_OK;
}

static int
check_client(const struct providerset_entry *e, struct conf_problem *problem)
{
	if (e->client_id[0] == '\0')
		return wrong(problem, e, "client_id is needed");
	if (e->type == PROVIDER_GOOGLE && e->client_secret_file[0] == '\0')
		return wrong(problem, e,
		    "client_secret_file is needed for type = google");
	return ERR_OK;
}

/* google and entra have one claim each that says who somebody is. */
static int
check_claim(const struct providerset_entry *e, struct conf_problem *problem)
{
	const char *claim = e->identity_claim;

	if (claim[0] == '\0')
		return ERR_OK;
	switch (e->type) {
	case PROVIDER_GOOGLE:
		if (strcmp(claim, "sub") == 0)
			return ERR_OK;
		return wrong(
		    problem, e, "identity_claim is sub for type = google");
	case PROVIDER_ENTRA:
		if (strcmp(claim, "tid+oid") == 0)
			return ERR_OK;
		return wrong(
		    problem, e, "identity_claim is tid+oid for type = entra");
	case PROVIDER_OIDC:
		if (provider_identity_claim_valid(claim))
			return ERR_OK;
		return wrong(problem, e,
		    "identity_claim must name a claim that nobody can change: "
		    "no mail, no user name, no name");
	}
	return ERR_INTERNAL;
}

static int
check_grant(const struct providerset_entry *e, struct conf_problem *problem)
{
	bool paste = strcmp(e->grant, "paste") == 0;

	if (paste &&
	    (!url_good(e->redirect_uri) ||
		strchr(e->redirect_uri, '#') != NULL))
		return wrong(problem, e,
		    "redirect_uri must be the https URL of the page for grant "
		    "= paste");
	if (!paste && e->redirect_uri[0] != '\0')
		return wrong(problem, e, "redirect_uri needs grant = paste");
	return ERR_OK;
}

static int
check_domains(const struct providerset_entry *e, struct conf_problem *problem)
{
	for (size_t i = 0; i < e->domains.count; i++) {
		const char *domain = e->domains.items[i];

		if (strspn(domain, DOMAIN_BYTES) != strlen(domain) ||
		    domain[0] == '.')
			return wrong(
			    problem, e, "allowed_domains: not a mail domain");
	}
	return ERR_OK;
}

static int
read_secret(struct providerset_entry *e, struct conf_problem *problem)
{
	int r = ERR_OK;

	if (e->client_secret_file[0] == '\0')
		return ERR_OK;
	r = files_read_secret(e->client_secret_file, &e->client_secret);
	if (r != 0)
		(void)snprintf(problem->text, sizeof(problem->text),
		    "%.400s: %s", e->client_secret_file, err_name(r));
	return r;
}

static int
complete(struct providerset_entry *e, struct conf_problem *problem)
{
	int r = ERR_OK;

	if (!provider_from_name(e->type_name, &e->type))
		return wrong(problem, e, "type must be google, entra or oidc");
	r = check_issuer(e, problem);
	if (r == 0)
		r = check_client(e, problem);
	if (r == 0)
		r = check_claim(e, problem);
	if (r == 0)
		r = check_grant(e, problem);
	if (r == 0)
		r = check_domains(e, problem);
	if (r == 0)
		r = read_secret(e, problem);
	return r;
}

/* Two of one issuer could not be told apart by a stored identity. */
static bool
same_issuer(
    const struct providerset_entry *a, const struct providerset_entry *b)
{
	char issuer_a[PROVIDER_ISSUER_SIZE];
	char issuer_b[PROVIDER_ISSUER_SIZE];

	return provider_issuer(a->type, a->issuer, a->tenant, issuer_a) &&
	    provider_issuer(b->type, b->issuer, b->tenant, issuer_b) &&
	    strcmp(issuer_a, issuer_b) == 0;
}

/* As people know it, unless that would name two of them. */
static const char *
title_of(const struct providerset *set, const struct providerset_entry *entry)
{
	if (provider_title(entry->type) == NULL)
		return entry->name;
	for (size_t i = 0; i < set->count; i++) {
		if (&set->entries[i] != entry &&
		    set->entries[i].type == entry->type)
			return entry->name;
	}
	return provider_title(entry->type);
}

int
providerset_complete(struct providerset *set, struct conf_problem *problem)
{
	for (size_t i = 0; i < set->count; i++) {
		int r = complete(&set->entries[i], problem);

		if (r != 0)
			return r;
		for (size_t j = 0; j < i; j++) {
			if (same_issuer(&set->entries[i], &set->entries[j]))
				return wrong(problem, &set->entries[i],
				    "another provider has the same issuer");
		}
	}
	for (size_t i = 0; i < set->count; i++)
		set->entries[i].title = title_of(set, &set->entries[i]);
	return ERR_OK;
}

void
providerset_done(struct providerset *set)
{
	for (size_t i = 0; i < set->count; i++)
		secret_free_string(TAKE(set->entries[i].client_secret));
	set->count = 0;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

struct idp_options
providerset_options(const struct providerset_entry *entry)
{
	bool chosen = entry->type == PROVIDER_OIDC &&
	    strcmp(entry->identity_claim, "sub") != 0;

	return (struct idp_options){
	    .name = entry->name,
	    .type = entry->type,
	    .issuer = or_null(entry->issuer),
	    .tenant = or_null(entry->tenant),
	    .client_id = entry->client_id,
	    .client_secret = entry->client_secret,
	    .identity_claim = chosen ? or_null(entry->identity_claim) : NULL,
	    .title = entry->title,
	    .paste = strcmp(entry->grant, "paste") == 0,
	    .redirect_uri = or_null(entry->redirect_uri),
	    .domains = entry->domains.items,
	    .domain_count = entry->domains.count,
	};
}
