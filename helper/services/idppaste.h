/*
 * idppaste.h - one attempt of the paste grant: what goes out in a URL, and
 * whether what comes back by hand belongs to it.  Pure but for randomness.
 *
 * RFC 6749 4.1 with RFC 7636 (S256), state, the nonce of OIDC Core 3.1.2.1 and
 * the issuer of RFC 9207.  The page shows CODE.STATE, and behind another dot
 * the issuer in base64url where the browser was told one.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "common/times.h"
#include "services/idp.h"
#include "services/idpdoc.h"
#include "services/idpself.h"

/* All secret. */
struct idp_attempt {
	struct wall_time started;
	char *state;
	char *verifier;
	char *nonce;
	bool used; /* a code was sent */
};

MUST_CHECK int idppaste_new(
    struct wall_time now, struct idp_attempt **ret_attempt);

/* Appends where the person is sent. */
void idppaste_put_url(const struct idp_attempt *attempt,
    const struct idpself *self, const struct idpdoc *doc, struct buf *url);

/*
 * Appends the code of what was typed; blanks around it do not count.
 * PASTE_WRONG: no code, another attempt's state or issuer, no issuer where the
 * document promises one, or a code was sent before.
 */
MUST_CHECK int idppaste_read(const struct idp_attempt *attempt,
    const struct idpself *self, const struct idpdoc *doc, const char *typed,
    struct buf *code);
