/*
 * scim.h - a SCIM 2.0 server (RFC 7643, RFC 7644) as the source of members.
 *
 * Users and Groups are read page by page from the configured base; no URL of an
 * answer is followed.  What is soft-deleted (active: false) is Deactivated.
 * Non-blocking.
 */
#pragma once

#include "base/clock.h"
#include "base/http.h"
#include "common/attrs.h"
#include "rules/access.h"
#include "services/source.h"

struct scim;

struct scim_options {
	const char *url;   /* of the base, without a slash at the end */
	const char *token; /* secret: the bearer token (RFC 6750) */
	const struct access_policy *policy; /* borrowed, outlives the scim */
};

MUST_CHECK int scim_new(struct loop *loop, struct http *http,
    const struct clock *clock, const struct scim_options *options,
    struct scim **ret_scim);
void scim_free(struct scim *scim);

/* Borrows the scim. */
struct source scim_source(struct scim *scim);
