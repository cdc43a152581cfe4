/*
 * idpself.c - what is configured for one provider, kept.
 *
 * Owns the copies; the client's secret is wiped with them.
 */
#include "services/idpself.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"

void
idpself_free(struct idpself *self)
{
	if (self == NULL)
		return;
	free(self->name);
	free(self->title);
	free(self->client_id);
	secret_free_string(self->client_secret);
	free(self->redirect_uri);
	free(self->issuer);
	free(self->tenant);
	free(self->identity_claim);
	free(self->domains);
	free(self);
}

/* False: out of memory. Nothing copies to nothing. */
static bool
copy_text(char **ret_copy, const char *text)
{
	*ret_copy = text == NULL ? NULL : strdup(text);
	return text == NULL || *ret_copy != NULL;
}

static bool
copy_secret(char **ret_copy, const char *text)
{
	*ret_copy = text == NULL ? NULL : secret_dup(text, strlen(text));
	return text == NULL || *ret_copy != NULL;
}

static bool
copy_domains(struct idpself *self, const struct idp_options *options)
{
	self->domains =
	    calloc(options->domain_count + 1, sizeof(*self->domains));
	if (self->domains == NULL)
		return false;
	if (options->domain_count > 0)
		memcpy(self->domains, options->domains,
		    options->domain_count * sizeof(*self->domains));
	return true;
}

int
idpself_new(const struct idp_options *options, struct idpself **ret_self)
{
	struct idpself *self CLEANUP(idpself_cleanup) =
	    calloc(1, sizeof(*self));
	char issuer[PROVIDER_ISSUER_SIZE];

	if (!provider_issuer(
		options->type, options->issuer, options->tenant, issuer))
		return ERR_INVALID_ARGUMENT;
	if (self == NULL || !copy_text(&self->name, options->name) ||
	    !copy_text(&self->title, options->title) ||
	    !copy_text(&self->client_id, options->client_id) ||
	    !copy_secret(&self->client_secret, options->client_secret) ||
	    !copy_text(&self->redirect_uri,
		options->paste ? options->redirect_uri : NULL) ||
	    !copy_text(&self->issuer, issuer) ||
	    !copy_text(&self->tenant, options->tenant) ||
	    !copy_text(&self->identity_claim, options->identity_claim) ||
	    !copy_domains(self, options))
		return ERR_NO_MEMORY;
	self->keeps = options->keeps;
	self->rules = (struct provider){
	    .type = options->type,
	    .issuer = self->issuer,
	    .tenant = self->tenant,
	    .identity_claim = self->identity_claim,
	    .domains = (const char(*)[NAME_MAIL_MAX + 1]) self->domains,
	    .domain_count = options->domain_count,
	};
	*ret_self = TAKE(self);
	return ERR_OK;
}

bool
idpself_asks_offline(const struct idpself *self, const struct idpdoc *doc)
{
	return self->keeps && !self->plain &&
	    provider_asks_offline(&self->rules, self->redirect_uri != NULL,
		idpdoc_lists_offline(doc));
}

const char *
idpself_scope(const struct idpself *self, const struct idpdoc *doc)
{
	return idpself_asks_offline(self, doc) ? PROVIDER_SCOPE
	    " " PROVIDER_SCOPE_OFFLINE
					       : PROVIDER_SCOPE;
}
