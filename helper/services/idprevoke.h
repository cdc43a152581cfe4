/*
 * idprevoke.h - refresh tokens that are given up at the provider (RFC 7009).
 *
 * As well as it can be: a few tries, so many tokens at once, nothing of it
 * outlives the daemon; what comes of each is told to the log.  Non-blocking.
 */
#pragma once

#include "base/http.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/idpfind.h"
#include "services/idpself.h"

#define IDPREVOKE_TRIES 4
#define IDPREVOKE_MAX 64 /* tokens at once */

struct idprevoke;

struct idprevoke_options {
	struct loop *loop; /* all borrowed, and outlive it */
	struct http *http;
	const struct idpself *self;
	struct idpfind *find;
};

MUST_CHECK int idprevoke_new(
    const struct idprevoke_options *options, struct idprevoke **ret_revoke);
/* What is under way is dropped, and wiped. Accepts NULL. */
void idprevoke_free(struct idprevoke *revoke);

/* Copied.  Nothing is sent where the provider has no endpoint for it. */
void idprevoke_give(struct idprevoke *revoke, const char *refresh_token);
