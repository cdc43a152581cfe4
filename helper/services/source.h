/*
 * source.h - where the members come from, behind one shape: the identity
 * service, a SCIM server or a file.
 *
 * A source fetches for one asker at a time and decides nothing: when it is
 * asked, and what becomes of its answer, is services/sync's business.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/members.h"

enum source_order {
	SOURCE_WHOLE = 0, /* everything, as if never asked before */
	SOURCE_LIST,      /* everything, or that it stands as it was */
	SOURCE_CHANGES,   /* what has changed, where the source can tell */
};

enum source_gift {
	SOURCE_GAVE_LIST = 0, /* complete: who is missing is gone */
	SOURCE_GAVE_CHANGES,  /* members who changed or joined */
	SOURCE_UNCHANGED,     /* as the list that was taken over last */
};

struct source_result {
	int reason; /* 0, or why there is nothing */
	enum source_gift gift;
	struct members **members; /* to be taken, unless UNCHANGED */
	int64_t retry_after_s;    /* -1: not told */
};

typedef void source_done_fn(void *arg, const struct source_result *result);
typedef void source_progress_fn(void *arg, uint32_t done, uint32_t total);
typedef struct members *source_known_fn(void *arg);

struct source_request {
	enum source_order order;
	source_done_fn *done; /* once, from the loop, unless cancelled */
	source_progress_fn *progress;
	source_known_fn *known; /* the members as they stand; borrowed */
	void *arg;
};

/* What every source can do; self is its own. */
struct source {
	void *self;
	int (*fetch)(void *self, const struct source_request *request);
	void (*cancel)(void *self);
	/* What the last fetch gave was taken over, or it was not. */
	void (*settle)(void *self, bool taken);
};
