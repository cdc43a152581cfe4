/*
 * idpdoc.c - reads a discovery document.
 *
 * Owns which members are needed and of what form; where an endpoint may be is
 * rules/provider's to say.  Sends nothing and keeps no secret.
 */
#include "services/idpdoc.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

struct idpdoc {
	char *begin_endpoint;
	char *token_endpoint;
	char *jwks_uri;
	char *revocation_endpoint; /* NULL: none */
	bool tells_issuer;
	bool lists_offline;
};

/* Where an endpoint stands in the document, and what for. */
struct place {
	const char *name;
	enum provider_endpoint endpoint;
	char **ret_url;
};

static int
read_endpoint(const struct json_node *root, const struct provider *provider,
    const struct place *place)
{
	const char *url = json_string(json_get(root, place->name));

	if (url == NULL ||
	    !provider_endpoint_allowed(provider, place->endpoint, url))
		return ERR_PROVIDER_MALFORMED;
	*place->ret_url = strdup(url);
	return *place->ret_url == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static int
check_issuer(const struct json_node *root, const struct provider *provider)
{
	const char *issuers[PROVIDER_ISSUERS_MAX];
	size_t count = provider_document_issuers(provider, issuers);
	const char *told = json_string(json_get(root, "issuer"));

	if (told == NULL)
		return ERR_PROVIDER_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(told, issuers[i]) == 0)
			return ERR_OK;
	}
	return ERR_TOKEN_ISSUER;
}

void
idpdoc_free(struct idpdoc *doc)
{
	if (doc == NULL)
		return;
	free(doc->begin_endpoint);
	free(doc->token_endpoint);
	free(doc->jwks_uri);
	free(doc->revocation_endpoint);
	free(doc);
}

static bool
lists_scope(const struct json_node *root, const char *scope)
{
	const struct json_node *list = json_get(root, "scopes_supported");

	if (!json_is_array(list))
		return false;
	JSON_ARRAY_FOREACH (item, list) {
		const char *name = json_string(item);

		if (name != NULL && strcmp(name, scope) == 0)
			return true;
	}
	return false;
}

/* What is good to have, and stops nobody. */
static int
read_extras(const struct json_node *root, const struct provider *provider,
    struct idpdoc *doc)
{
	const struct place place = {
	    "revocation_endpoint", PROVIDER_REVOKE, &doc->revocation_endpoint};
	int r = read_endpoint(root, provider, &place);

	doc->lists_offline = lists_scope(root, PROVIDER_SCOPE_OFFLINE);
	return r == ERR_PROVIDER_MALFORMED ? ERR_OK : r;
}

static int
read_members(const struct json_node *root, const struct provider *provider,
    bool paste, struct idpdoc *doc)
{
	static const char flag[] =
	    "authorization_response_iss_parameter_supported";
	const struct place places[] = {
	    {paste ? "authorization_endpoint" : "device_authorization_endpoint",
		paste ? PROVIDER_AUTHORIZE : PROVIDER_DEVICE,
		&doc->begin_endpoint},
	    {"token_endpoint", PROVIDER_TOKEN, &doc->token_endpoint},
	    {"jwks_uri", PROVIDER_KEYS, &doc->jwks_uri},
	};

	if (json_get(root, places[0].name) == NULL)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int r = read_endpoint(root, provider, &places[i]);

		if (r != 0)
			return r;
	}
	if (json_get(root, flag) != NULL &&
	    !json_bool(json_get(root, flag), &doc->tells_issuer))
		return ERR_PROVIDER_MALFORMED;
	return read_extras(root, provider, doc);
}

int
idpdoc_read(const struct json_node *root, const struct provider *provider,
    bool paste, struct idpdoc **ret_doc)
{
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	int r = check_issuer(root, provider);

	if (r != 0)
		return r;
	doc = calloc(1, sizeof(*doc));
	if (doc == NULL)
		return ERR_NO_MEMORY;
	r = read_members(root, provider, paste, doc);
	if (r != 0)
		return r;
	*ret_doc = TAKE(doc);
	return ERR_OK;
}

const char *
idpdoc_begin_endpoint(const struct idpdoc *doc)
{
	return doc->begin_endpoint;
}

const char *
idpdoc_token_endpoint(const struct idpdoc *doc)
{
	return doc->token_endpoint;
}

const char *
idpdoc_jwks_uri(const struct idpdoc *doc)
{
	return doc->jwks_uri;
}

bool
idpdoc_tells_issuer(const struct idpdoc *doc)
{
	return doc->tells_issuer;
}

const char *
idpdoc_revocation_endpoint(const struct idpdoc *doc)
{
	return doc->revocation_endpoint;
}

bool
idpdoc_lists_offline(const struct idpdoc *doc)
{
	return doc->lists_offline;
}
