/*
 * purse.h - what is kept of one member's sign-in: a record of tokens, and its
 * form in the vault.  Pure; every text of it is wiped when it goes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define PURSE_TOKENS_MAX 8 /* organisations with a token at hand */
#define PURSE_HEADERS_MAX_BYTES ((size_t)11 * 1024)
#define PURSE_MAX_BYTES ((size_t)256 * 1024)

/* A JWT for the services of one organisation. All owned. */
struct purse_token {
	char *organization;
	char *jwt;
	char *headers;     /* lines for a call of its services */
	int64_t expires_s; /* wall time; 0: unknown */
};

/* Zeroed is empty. All owned; NULL where there is none. */
struct purse {
	char *refresh_token;
	char *session_token;
	/* the organisation that the person works in, and that of the token
	 * which a renewal brings; of a provider's refresh token: the client
	 * that got it, and who gave it */
	char *active;
	char *base;
	struct purse_token tokens[PURSE_TOKENS_MAX];
	size_t count;
};
/* Empty again. */
void purse_done(struct purse *purse);
#define PURSE_AUTO CLEANUP(purse_done)

/* Replaces one of its texts by a copy; NULL drops it. */
MUST_CHECK int purse_set(char **text, const char *value);
/* Puts copies in the place of the organisation's token; where there is no room
 * the one that ends first goes.  TOO_LARGE: headers. */
MUST_CHECK int purse_put(struct purse *purse, const char *organization,
    const char *jwt, const char *headers, int64_t expires_s);
/* Drops the organisation's token, if there is one. */
void purse_drop(struct purse *purse, const char *organization);
/* NULL: none. Borrowed. */
const struct purse_token *purse_find(
    const struct purse *purse, const char *organization);

/* Appends its bytes. */
MUST_CHECK int purse_format(const struct purse *purse, struct buf *out);
/* ret_purse is empty before. MALFORMED. */
MUST_CHECK int purse_parse(
    const void *bytes, size_t len, struct purse *ret_purse);
