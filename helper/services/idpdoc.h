/*
 * idpdoc.h - a discovery document that was checked (OpenID Connect Discovery
 * 3, RFC 8414 2, RFC 8628 4, RFC 9207 3).  Pure.
 *
 * The issuer must be the provider's own, byte for byte; every endpoint must be
 * where rules/provider allows it, so that a moved endpoint never gets a code or
 * a secret.  What a document leaves out of its lists (grant_types_supported,
 * token_endpoint_auth_methods_supported) stops nobody: real servers leave it
 * out and do it.
 */
#pragma once

#include <stdbool.h>

#include "base/json.h"
#include "common/attrs.h"
#include "rules/provider.h"

struct idpdoc;

/* PROVIDER_MALFORMED, TOKEN_ISSUER (another issuer's document), UNSUPPORTED (no
 * endpoint to begin the device grant at, or with paste an authorization code),
 * NO_MEMORY. */
MUST_CHECK int idpdoc_read(const struct json_node *root,
    const struct provider *provider, bool paste, struct idpdoc **ret_doc);
void idpdoc_free(struct idpdoc *doc);
DEFINE_CLEANUP(struct idpdoc, idpdoc, idpdoc_free)
#define IDPDOC_AUTO CLEANUP(idpdoc_cleanup)

/* The device authorization endpoint, or with paste the authorization one. */
const char *idpdoc_begin_endpoint(const struct idpdoc *doc);
const char *idpdoc_token_endpoint(const struct idpdoc *doc);
const char *idpdoc_jwks_uri(const struct idpdoc *doc);
/* RFC 9207: whether the browser brings back who answered. */
bool idpdoc_tells_issuer(const struct idpdoc *doc);
/* RFC 7009; NULL: it has none, or none where it may be. */
const char *idpdoc_revocation_endpoint(const struct idpdoc *doc);
/* Whether offline_access is among the scopes that it lists. */
bool idpdoc_lists_offline(const struct idpdoc *doc);
