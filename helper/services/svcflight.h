/*
 * svcflight.h - one operation of a profile on its way: its requests one after
 * another, and what they took out of their answers.
 *
 * What becomes of the last answer is its owner's business.  Non-blocking.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "rules/profile.h"

/* The service, as every operation knows it; all borrowed. */
struct svcflight_site {
	struct http *http;
	const struct profile *profile;
	const char *url; /* without a slash at the end */
	const char *organization_id;
	const char *api_key; /* secret; NULL when there is none */
	struct buf *trace;   /* what svctrace writes goes here; NULL: none */
};

struct svcflight;

/* Borrowed during the callback. */
struct svcflight_answer {
	int reason; /* 0, SERVICE_*, or what the profile makes of it */
	int64_t retry_after_s; /* -1: not told */
	/* The last request's, when there is one; else NULL. */
	const struct http_response *response;
	const struct json_node *root; /* NULL: no JSON, or a 304 */
};
/* The last request was answered, or an earlier one not well.  The flight is
 * over but for svcflight_again() and what was taken; it may be freed here. */
typedef void svcflight_fn(void *arg, const struct svcflight_answer *answer);

/* site outlives the flight.  UNSUPPORTED: the profile has no such operation. */
MUST_CHECK int svcflight_new(const struct svcflight_site *site,
    enum profile_op op, svcflight_fn *fn, void *arg,
    struct svcflight **ret_flight);
/* The callback will not run any more. Accepts NULL. */
void svcflight_free(struct svcflight *flight);
DEFINE_CLEANUP(struct svcflight, svcflight, svcflight_free)

/* A variable for the templates, ahead of the start; name is borrowed, value (a
 * secret) is copied.  NULL: none.  What an answer brings wins over it. */
MUST_CHECK int svcflight_set(
    struct svcflight *flight, const char *name, const char *value);
/* What was set; NULL: nothing. Borrowed. */
const char *svcflight_given(const struct svcflight *flight, const char *name);
/* What an answer brought; likewise. */
const char *svcflight_taken(const struct svcflight *flight, const char *name);
/* The answer that [person] is read from; NULL: there is none. Borrowed. */
const struct json_node *svcflight_person(const struct svcflight *flight);

/* The number of the page that is asked for, from 0. */
void svcflight_page(struct svcflight *flight, uint32_t number);
/* Asked ahead of the last request, with its URL (a secret): one more header,
 * borrowed until that request is sent, or NULL. */
typedef const char *svcflight_condition_fn(void *arg, const char *url);
void svcflight_condition(struct svcflight *flight, svcflight_condition_fn *fn);

/* CONFIG_INVALID: a template needs what is not there. */
MUST_CHECK int svcflight_start(struct svcflight *flight);
/* Sends the last request once more, from the callback or later. */
MUST_CHECK int svcflight_again(struct svcflight *flight);
