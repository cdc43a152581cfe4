/*
 * idpanswer.h - what the provider's answers to a device grant mean.  Pure.
 */
#pragma once

#include "base/json.h"
#include "common/attrs.h"
#include "services/idp.h"

/* A token endpoint's answer that brought no tokens (RFC 8628 3.5, RFC 6749
 * 5.2); json may be NULL. Fills event and reason. */
struct idp_poll idpanswer_error(int status, const struct json *json);

/* RFC 8628 3.2: 0 or PROVIDER_MALFORMED. Borrows from root. */
MUST_CHECK int idpanswer_device(
    const struct json_node *root, struct idp_device *ret_device);
