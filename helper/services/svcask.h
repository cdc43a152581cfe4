/*
 * svcask.h - one operation for a person: from what it is asked with to what
 * the organisation says of them.
 */
#pragma once

#include "base/clock.h"
#include "common/attrs.h"
#include "services/idsvc.h"
#include "services/keys.h"
#include "services/orgtoken.h"
#include "services/svcflight.h"

/* What a service is known by; all borrowed, outlives its asks. */
struct svcask_home {
	const struct svcflight_site *site;
	const struct clock *clock;
	struct keys *keys; /* NULL: believed for the channel */
	const struct orgtoken_rules *rules;
};

struct svcask;

/* fn runs from the loop, once, unless freed first; it may free the ask, from
 * which the standing borrows.  Faults: those of idsvc_ask(). */
MUST_CHECK int svcask_new(const struct svcask_home *home,
    const struct idsvc_call *call, idsvc_standing_fn *fn, void *arg,
    struct svcask **ret_ask);
/* Accepts NULL. */
void svcask_free(struct svcask *ask);
