/*
 * idpdoc.c - reads a discovery document and pins its endpoints to the issuer.
 *
 * Owns the rules about which document and which endpoint is believed; it sends
 * nothing and keeps no secret.
 */
#include "services/idpdoc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

#define URL_MAX_BYTES 1024

struct idpdoc {
	char *device_endpoint;
	char *token_endpoint;
	char *jwks_uri;
};

/* The length of "https://host:port" at the front of a URL; 0: not one. */
static size_t
origin_len(const char *url)
{
	static const char scheme[] = "https://";
	size_t host = 0;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return 0;
	host = strcspn(url + strlen(scheme), "/?#");
	return host == 0 ? 0 : strlen(scheme) + host;
}

static bool
same_origin(const char *url, const char *issuer)
{
	size_t len = origin_len(issuer);

	if (strlen(url) > URL_MAX_BYTES || strchr(url, '@') != NULL)
		return false;
	return len != 0 && origin_len(url) == len &&
	    strncmp(url, issuer, len) == 0;
}

static int
read_endpoint(const struct json_node *root, const char *name,
    const char *issuer, char **ret_url)
{
	const char *url = json_string(json_get(root, name));

	if (url == NULL || !same_origin(url, issuer))
		return ERR_PROVIDER_MALFORMED;
	*ret_url = strdup(url);
	return *ret_url == NULL ? ERR_NO_MEMORY : ERR_OK;
}

void
idpdoc_free(struct idpdoc *doc)
{
	if (doc == NULL)
		return;
	free(doc->device_endpoint);
	free(doc->token_endpoint);
	free(doc->jwks_uri);
	free(doc);
}

int
idpdoc_read(
    const struct json_node *root, const char *issuer, struct idpdoc **ret_doc)
{
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	const char *told = json_string(json_get(root, "issuer"));
	int r = ERR_OK;

	if (told == NULL)
		return ERR_PROVIDER_MALFORMED;
	if (strcmp(told, issuer) != 0)
		return ERR_TOKEN_ISSUER;
	if (json_get(root, "device_authorization_endpoint") == NULL)
		return ERR_UNSUPPORTED;
	doc = calloc(1, sizeof(*doc));
	if (doc == NULL)
		return ERR_NO_MEMORY;
	r = read_endpoint(root, "device_authorization_endpoint", issuer,
	    &doc->device_endpoint);
	if (r == 0)
		r = read_endpoint(
		    root, "token_endpoint", issuer, &doc->token_endpoint);
	if (r == 0)
		r = read_endpoint(root, "jwks_uri", issuer, &doc->jwks_uri);
	if (r != 0)
		return r;
	*ret_doc = TAKE(doc);
	return ERR_OK;
}

const char *
idpdoc_device_endpoint(const struct idpdoc *doc)
{
	return doc->device_endpoint;
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
