/*
 * sync.h - when the members are fetched from their source, and what a failure
 * does: nothing, but be told.
 *
 * One fetch at a time; the beat is [directory] refresh, shortened by a jitter
 * of up to a fifth so that a change is never seen later than refresh; a failing
 * source is asked again after a backoff, Retry-After honoured.  Each fetch asks
 * for the list, or whether it stands as it was; where a list takes a quarter of
 * refresh or longer, for what has changed; and every tenth fetch for everything
 * anew, because some removals show nowhere else.  Non-blocking.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/directory.h"
#include "services/source.h"

struct sync;

struct sync_options {
	struct directory *directory; /* borrowed, as is the source */
	struct source source;
	int64_t refresh_s;
	/* A list counts, or was confirmed; NULL: nobody is told. */
	void (*taken)(void *arg);
	void *arg;
};

MUST_CHECK int sync_new(struct loop *loop, const struct clock *clock,
    const struct sync_options *options, struct sync **ret_sync);
void sync_free(struct sync *sync);
/* The first fetch at once, then on the beat. */
void sync_start(struct sync *sync);

typedef void sync_done_fn(void *arg, int reason);
typedef void sync_progress_fn(void *arg, uint32_t done, uint32_t total);

/* What whoever asks wants beyond the usual fetch; both make it a whole one. */
#define SYNC_ACCEPT_SHRINK 1U
#define SYNC_WHOLE 2U
/*
 * Asks for a fetch now, joining one that is under way, unless it is less than
 * what is wanted: then another one follows.  fn runs once, from the loop,
 * unless cancelled.  progress may be NULL.
 */
MUST_CHECK int sync_now(struct sync *sync, unsigned int wants, sync_done_fn *fn,
    sync_progress_fn *progress, void *arg, uint64_t *ret_id);
void sync_cancel(struct sync *sync, uint64_t id);

/* 0 when the last attempt succeeded, else why not; ERR_NOT_FOUND: none yet. */
int sync_state(const struct sync *sync);
/* Milliseconds until the next planned attempt; -1: none. */
int64_t sync_next_ms(const struct sync *sync);
