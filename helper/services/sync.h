/*
 * sync.h - when the member list is fetched, from which source, and what a
 * failure does: nothing, but be told.
 *
 * Sources: the identity service's member list, or a file of JSON lines.  One
 * fetch at a time; the beat is [directory] refresh, shortened by a jitter of up
 * to a fifth so that a change is never seen later than refresh; a failing
 * source is asked again after a backoff, Retry-After honoured.  Non-blocking.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/directory.h"
#include "services/idsvc.h"

struct sync;

struct sync_options {
	struct directory *directory; /* all borrowed */
	struct idsvc *idsvc;         /* type = service */
	const char *file_path;       /* type = file; else NULL */
	int64_t refresh_s;
};

MUST_CHECK int sync_new(struct loop *loop, const struct clock *clock,
    const struct sync_options *options, struct sync **ret_sync);
void sync_free(struct sync *sync);
/* The first fetch at once, then on the beat. */
void sync_start(struct sync *sync);

typedef void sync_done_fn(void *arg, int reason);
typedef void sync_progress_fn(void *arg, uint32_t done, uint32_t total);
/*
 * Asks for a fetch now, joining one that is under way; fn runs once, from the
 * loop, unless cancelled.  progress may be NULL.
 */
MUST_CHECK int sync_now(struct sync *sync, bool accept_shrink, sync_done_fn *fn,
    sync_progress_fn *progress, void *arg, uint64_t *ret_id);
void sync_cancel(struct sync *sync, uint64_t id);

/* 0 when the last attempt succeeded, else why not; ERR_NOT_FOUND: none yet. */
int sync_state(const struct sync *sync);
/* Milliseconds until the next planned attempt; -1: none. */
int64_t sync_next_ms(const struct sync *sync);
