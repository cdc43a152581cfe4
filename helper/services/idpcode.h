/*
 * idpcode.h - one code exchanged for a proven identity: a device code
 * (RFC 8628 3.4) or an authorization code (RFC 6749 4.1.3), or what came of one
 * used again: a refresh token (RFC 6749 6).
 */
#pragma once

#include "base/http.h"
#include "common/attrs.h"
#include "common/times.h"
#include "services/idp.h"
#include "services/idpdoc.h"
#include "services/idpself.h"
#include "services/keys.h"

struct idpcode;

/* All borrowed; self and keys must outlive the exchange. */
struct idpcode_parts {
	struct http *http;
	struct keys *keys;
	const struct idpself *self;
	const struct idpdoc *doc;
};

/* Copied; secret. */
struct idpcode_given {
	const char *code; /* NULL with a refresh token */
	/* else NULL; rotated and its arg belong to it */
	const char *refresh_token;
	idp_rotated_fn *rotated;
	void *rotated_arg;
	/* both with an authorization code, else NULL */
	const char *verifier; /* RFC 7636 4.5 */
	const char *nonce;    /* to be found in the ID Token */
	/* when the flow began: an ID Token issued before is refused */
	struct wall_time started;
};

/*
 * fn runs from the loop, once, unless the exchange is freed before; the
 * exchange is the caller's to free, then or from inside fn at its end.
 */
MUST_CHECK int idpcode_start(const struct idpcode_parts *parts,
    const struct idpcode_given *given, idp_poll_fn *fn, void *arg,
    struct idpcode **ret_code);
/* Ends what is under way without a call. Accepts NULL. */
void idpcode_free(struct idpcode *code);
DEFINE_CLEANUP(struct idpcode, idpcode, idpcode_free)
