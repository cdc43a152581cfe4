/*
 * localswatch.h - tells when this host's own users or groups may have changed.
 */
#pragma once

#include "base/loop.h"
#include "common/attrs.h"

/* From the first event to the call: tools replace several files at once. */
#define LOCALSWATCH_DELAY_MS 100

struct localswatch;

/*
 * Calls fn from the loop, once for a burst of changes, after passwd, group,
 * subuid, subgid or shells in the folder was written, replaced, made or
 * removed.  Where the folder cannot be watched this is logged and fn is never
 * called: the caller's own beat must look at the files too.  ERR_NO_MEMORY.
 */
MUST_CHECK int localswatch_new(struct loop *loop, const char *folder,
    loop_fn *fn, void *arg, struct localswatch **ret_watch);
void localswatch_free(struct localswatch *watch);
