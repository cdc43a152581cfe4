/*
 * svclist.h - the profile's member list as a source.
 *
 * A list is given out only when it is complete; any page that is odd makes the
 * whole of it fail.  A profile has no way to ask for changes: it gives the
 * list, or that it stands.
 */
#pragma once

#include "common/attrs.h"
#include "services/source.h"
#include "services/svcflight.h"

struct svclist;

/* The reason of every reading that ends. */
typedef void svclist_state_fn(void *arg, int reason);

/* site is borrowed and outlives it. */
MUST_CHECK int svclist_new(const struct svcflight_site *site,
    svclist_state_fn *state, void *arg, struct svclist **ret_list);
/* Accepts NULL. */
void svclist_free(struct svclist *list);
struct source svclist_source(struct svclist *list);
