/*
 * sync.c - fetches the members on a beat and on demand.
 *
 * Owns when and how much is asked for; where the members come from is the
 * source's business, what they mean the directory's.  A failed fetch changes
 * nothing but the time of the next one, and is told once until it changes.
 */
#include "services/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/footprint.h"
#include "base/log.h"
#include "common/err.h"
#include "rules/backoff.h"

/* Each so many fetches one asks for everything anew. */
#define WHOLE_EVERY 10
/* A list is quick when it takes less than this part of refresh. */
#define QUICK_PART 4

struct waiter {
	struct waiter *next;
	uint64_t id;
	unsigned int wants;
	sync_done_fn *fn;
	sync_progress_fn *progress;
	void *arg;
};

struct sync {
	struct loop *loop;
	const struct clock *clock;
	struct sync_options options;
	struct loop_timer *timer; /* of the next fetch */
	struct boot_time next;    /* when it is due */
	bool started;
	struct waiter *waiters;
	uint64_t last_id;
	unsigned int failures;
	int state;
	/* the fetch under way */
	bool fetching;
	bool asking;        /* the source has not answered yet */
	unsigned int wants; /* of those who wait for it */
	enum source_order order;
	enum source_gift gift;
	struct boot_time begun;
	int64_t took_ms;
	/* what was taken over */
	bool known;          /* a list was, since the start */
	unsigned int beats;  /* since the last whole one */
	int64_t list_ms;     /* what it took to fetch */
	uint64_t list_edits; /* directory_edits() before that */
};

static void
plan(struct sync *s, int64_t delay_ms)
{
	s->next.ms = clock_boot(s->clock).ms + delay_ms;
	loop_timer_start(s->timer, delay_ms);
}

static void
plan_next(struct sync *s, int reason, int64_t retry_after_s)
{
	uint32_t random = 0;

	if (reason != 0) {
		s->failures++;
		plan(s,
		    backoff_ms(s->failures, s->options.refresh_s * 1000,
			retry_after_s));
		return;
	}
	s->failures = 0;
	/* Without randomness the beat is merely regular. */
	if (crypto_random(&random, sizeof(random)) != 0)
		random = 0;
	plan(s, backoff_jitter_ms(s->options.refresh_s * 1000, random));
}

static void
tell(const struct sync *s, int reason)
{
	if (reason == s->state)
		return;
	if (reason == 0)
		log_notice("member list fetched");
	else
		log_warning("member list not fetched",
		    LOG_TEXT("reason", err_name(reason)),
		    LOG_NUMBER("failures", (int64_t)s->failures + 1));
}

/* Those who asked before this moment and got what they want, one by one,
 * because a callback may cancel another waiter or ask anew. */
static void
tell_waiters(struct sync *s, int reason)
{
	uint64_t last = s->last_id;
	unsigned int met = s->wants;
	struct waiter **link = &s->waiters;

	while (*link != NULL) {
		struct waiter *w = *link;

		if (w->id > last || (w->wants & ~met) != 0) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		w->fn(w->arg, reason);
		free(w);
		link = &s->waiters;
	}
}

/* The answer, the old list and the new file were all in memory at once. */
static void
on_let_go(void *arg)
{
	footprint_shrink();
}

/* What is known is older now, and stays so. */
static void
look(struct sync *s)
{
	int r = directory_look(s->options.directory);

	if (r != 0)
		log_error("age of the member list not stored",
		    LOG_TEXT("reason", err_name(r)));
}

/* A fetch has ended; everybody who waits for it is told once. */
static void
finish(struct sync *s, int reason, int64_t retry_after_s)
{
	tell(s, reason);
	if (reason != 0)
		look(s);
	s->fetching = false;
	s->state = reason;
	if (s->started)
		plan_next(s, reason, retry_after_s);
	/* In the next turn, when the source has let go of its answer too. */
	(void)!loop_defer(s->loop, on_let_go, NULL);
	tell_waiters(s, reason);
	if (s->waiters != NULL && !s->fetching)
		plan(s, 0);
}

/* The directory has taken over what the source gave, or has not. */
static void
on_taken(void *arg, int reason)
{
	struct sync *s = arg;

	s->options.source.settle(s->options.source.self, reason == 0);
	if (reason == 0 && s->gift == SOURCE_GAVE_LIST) {
		s->known = true;
		s->beats = 0;
		s->list_ms = s->took_ms;
	} else if (reason == 0) {
		s->beats++;
	}
	if (reason == 0 && s->options.taken != NULL)
		s->options.taken(s->options.arg);
	finish(s, reason, -1);
}

static void ask(struct sync *s, enum source_order order);

/* An edit made the directory another than the list that stands unchanged: then
 * its standing says nothing. */
static void
take_unchanged(struct sync *s)
{
	if (directory_edits(s->options.directory) != s->list_edits)
		ask(s, SOURCE_WHOLE);
	else
		on_taken(s, directory_confirm(s->options.directory));
}

static void
take(struct sync *s, struct members *members)
{
	struct members *given MEMBERS_AUTO = members;
	struct directory *directory = s->options.directory;
	int r = ERR_OK;

	if (s->gift == SOURCE_GAVE_LIST) {
		s->list_edits = directory_edits(directory);
		r = directory_replace(directory, TAKE(given),
		    (s->wants & SYNC_ACCEPT_SHRINK) != 0, on_taken, s);
	} else if (members_count(given) > 0) {
		r = directory_merge(directory, TAKE(given), on_taken, s);
	} else {
		on_taken(s, directory_confirm(directory));
		return;
	}
	if (r != 0)
		on_taken(s, r);
}

static void
on_fetched(void *arg, const struct source_result *result)
{
	struct sync *s = arg;

	s->asking = false;
	s->gift = result->gift;
	s->took_ms = clock_boot(s->clock).ms - s->begun.ms;
	if (result->reason != 0)
		finish(s, result->reason, result->retry_after_s);
	else if (result->gift == SOURCE_UNCHANGED)
		take_unchanged(s);
	else
		take(s, TAKE(*result->members));
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
	struct sync *s = arg;

	for (struct waiter *w = s->waiters; w != NULL; w = w->next) {
		if (w->progress != NULL)
			w->progress(w->arg, done, total);
	}
}

static struct members *
on_known(void *arg)
{
	struct sync *s = arg;

	return directory_members(s->options.directory);
}

static void
ask(struct sync *s, enum source_order order)
{
	const struct source_request request = {
	    .order = order,
	    .done = on_fetched,
	    .progress = on_progress,
	    .known = on_known,
	    .arg = s,
	};
	int r = ERR_OK;

	s->order = order;
	s->begun = clock_boot(s->clock);
	s->asking = true;
	r = s->options.source.fetch(s->options.source.self, &request);
	if (r != 0) {
		s->asking = false;
		finish(s, r, -1);
	}
}

static enum source_order
next_order(const struct sync *s)
{
	if (!s->known || s->wants != 0 || s->beats >= WHOLE_EVERY - 1)
		return SOURCE_WHOLE;
	/* After a failure nobody knows what the last changes were. */
	if (s->state != 0 ||
	    s->list_ms * QUICK_PART < s->options.refresh_s * 1000)
		return SOURCE_LIST;
	return SOURCE_CHANGES;
}

static void
on_time(void *arg)
{
	struct sync *s = arg;

	if (s->fetching)
		return;
	s->fetching = true;
	s->wants = 0;
	for (const struct waiter *w = s->waiters; w != NULL; w = w->next)
		s->wants |= w->wants;
	ask(s, next_order(s));
}

int
sync_new(struct loop *loop, const struct clock *clock,
    const struct sync_options *options, struct sync **ret_sync)
{
	struct sync *s = calloc(1, sizeof(*s));
	int r = ERR_OK;

	if (s == NULL)
		return ERR_NO_MEMORY;
	s->loop = loop;
	s->clock = clock;
	s->options = *options;
	s->state = ERR_NOT_FOUND;
	s->next.ms = -1;
	r = loop_timer_new(loop, on_time, s, &s->timer);
	if (r != 0) {
		free(s);
		return r;
	}
	*ret_sync = s;
	return ERR_OK;
}

void
sync_free(struct sync *sync)
{
	if (sync == NULL)
		return;
	if (sync->asking)
		sync->options.source.cancel(sync->options.source.self);
	while (sync->waiters != NULL) {
		struct waiter *w = sync->waiters;

		sync->waiters = w->next;
		free(w);
	}
	loop_timer_free(sync->timer);
	free(sync);
}

void
sync_start(struct sync *sync)
{
	sync->started = true;
	plan(sync, 0);
}

int
sync_now(struct sync *sync, unsigned int wants, sync_done_fn *fn,
    sync_progress_fn *progress, void *arg, uint64_t *ret_id)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return ERR_NO_MEMORY;
	*w = (struct waiter){
	    .next = sync->waiters,
	    .id = ++sync->last_id,
	    .wants = wants,
	    .fn = fn,
	    .progress = progress,
	    .arg = arg,
	};
	sync->waiters = w;
	*ret_id = w->id;
	/* A whole list that is on its way will do. */
	if (sync->asking && sync->order == SOURCE_WHOLE)
		sync->wants |= wants;
	if (!sync->fetching)
		plan(sync, 0);
	return ERR_OK;
}

void
sync_cancel(struct sync *sync, uint64_t id)
{
	for (struct waiter **link = &sync->waiters; *link != NULL;
	     link = &(*link)->next) {
		if ((*link)->id == id) {
			struct waiter *w = *link;

			*link = w->next;
			free(w);
			return;
		}
	}
}

int
sync_state(const struct sync *sync)
{
	return sync->state;
}

int64_t
sync_next_ms(const struct sync *sync)
{
	int64_t left_ms = sync->next.ms - clock_boot(sync->clock).ms;

	if (sync->fetching)
		return 0;
	if (!loop_timer_active(sync->timer))
		return -1;
	return left_ms > 0 ? left_ms : 0;
}
