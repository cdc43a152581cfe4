/*
 * idpdoc.h - a discovery document that was checked (OpenID Connect Discovery
 * 3, RFC 8414 2, RFC 8628 4).  Pure.
 *
 * The issuer must equal the configured one byte for byte; every endpoint must
 * be https on the issuer's own host and port, so that a moved endpoint never
 * gets a code or a secret.  What a document leaves out of its lists
 * (grant_types_supported, token_endpoint_auth_methods_supported) stops nobody:
 * real servers leave it out and do it.
 */
#pragma once

#include "base/json.h"
#include "common/attrs.h"

struct idpdoc;

/* PROVIDER_MALFORMED, TOKEN_ISSUER (another issuer's document), UNSUPPORTED
 * (no device authorization endpoint), NO_MEMORY. */
MUST_CHECK int idpdoc_read(
    const struct json_node *root, const char *issuer, struct idpdoc **ret_doc);
void idpdoc_free(struct idpdoc *doc);
DEFINE_CLEANUP(struct idpdoc, idpdoc, idpdoc_free)
#define IDPDOC_AUTO CLEANUP(idpdoc_cleanup)

const char *idpdoc_device_endpoint(const struct idpdoc *doc);
const char *idpdoc_token_endpoint(const struct idpdoc *doc);
const char *idpdoc_jwks_uri(const struct idpdoc *doc);
