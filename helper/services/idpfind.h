/*
 * idpfind.h - a provider's discovery document, fetched and kept.
 *
 * Read once and again after an hour; while a newer one cannot be had the older
 * serves.  Non-blocking.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "base/http.h"
#include "common/attrs.h"
#include "services/idpdoc.h"
#include "services/idpself.h"
#include "services/keys.h"

#define IDPFIND_ANSWER_MAX_BYTES ((size_t)64 * 1024)

struct idpfind;

/* Each fetch ends in one call, from the loop; reason 0: there is a document
 * now. */
typedef void idpfind_fn(void *arg, int reason);

struct idpfind_options {
	struct http *http; /* all borrowed */
	const struct clock *clock;
	const struct idpself *self;
	struct keys *keys; /* is told where its set is */
	idpfind_fn *fn;
	void *arg;
};

MUST_CHECK int idpfind_new(
    const struct idpfind_options *options, struct idpfind **ret_find);
/* A fetch under way is dropped without a call. Accepts NULL. */
void idpfind_free(struct idpfind *find);

/* NULL until one was read. */
const struct idpdoc *idpfind_doc(const struct idpfind *find);
/* There is none, or one of more than an hour ago. */
bool idpfind_old(const struct idpfind *find);
/* Fetches it, unless that is under way already. */
MUST_CHECK int idpfind_fetch(struct idpfind *find);

/* Why a transfer brought no HTTP answer; 0: it did. */
int idpfind_transport(const struct http_response *response);
