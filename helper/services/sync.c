/*
 * sync.c - fetches the member list on a beat and on demand.
 *
 * Owns when and from where; what a list means is the directory's business.  A
 * failed fetch changes nothing but the time of the next one, and is told once
 * until it changes.
 */
#include "services/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/files.h"
#include "base/footprint.h"
#include "base/log.h"
#include "common/err.h"
#include "rules/backoff.h"
#include "services/memberjson.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024 * 1024)

struct waiter {
	struct waiter *next;
	uint64_t id;
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
	bool fetching;
	bool accept_shrink;
	uint64_t fetch; /* of the idsvc; 0: none */
	struct waiter *waiters;
	uint64_t last_id;
	unsigned int failures;
	int state;
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

/* Those who asked before this moment, one by one, because a callback may cancel
 * another waiter or ask anew. */
static void
tell_waiters(struct sync *s, int reason)
{
	uint64_t last = s->last_id;
	struct waiter **link = &s->waiters;

	while (*link != NULL) {
		struct waiter *w = *link;

		if (w->id > last) {
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

/* A fetch has ended; everybody who waits is told once. */
static void
finish(struct sync *s, int reason, int64_t retry_after_s)
{
	tell(s, reason);
	s->fetching = false;
	s->accept_shrink = false;
	s->state = reason;
	if (s->started)
		plan_next(s, reason, retry_after_s);
	/* In the next turn, when the source has let go of its answer too. */
	(void)!loop_defer(s->loop, on_let_go, NULL);
	tell_waiters(s, reason);
}

static void
on_replaced(void *arg, int reason)
{
	finish(arg, reason, -1);
}

static int
replace(struct sync *s, struct members *members)
{
	return directory_replace(
	    s->options.directory, members, s->accept_shrink, on_replaced, s);
}

static void
on_members(void *arg, const struct idsvc_members *result)
{
	struct sync *s = arg;
	int r = result->reason;

	s->fetch = 0;
	if (r == 0)
		r = replace(s, TAKE(*result->members));
	if (r != 0)
		finish(s, r, result->retry_after_s);
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

/* One member a line; the number of a bad line is told. */
static int
read_lines(struct members *members, const struct buf *text)
{
	const char *at = (const char *)text->bytes;
	const char *end = at + text->len;

	for (int64_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline == NULL ? end : newline;
		int r = stop == at
		    ? ERR_OK
		    : memberjson_read(members, at, (size_t)(stop - at));

		if (r != 0) {
			log_error("bad line in the member file",
			    LOG_TEXT("reason", err_name(r)),
			    LOG_NUMBER("line", line));
			return r;
		}
		at = stop + 1;
	}
	return ERR_OK;
}

static int
read_file(struct sync *s)
{
	struct members *members MEMBERS_AUTO = NULL;
	struct buf text BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&text, FILE_MAX_BYTES);
	r = files_read(
	    s->options.file_path, FILES_PUBLIC, FILE_MAX_BYTES, &text);
	if (r == 0)
		r = members_new(&members);
	if (r == 0 && text.len > 0)
		r = read_lines(members, &text);
	if (r != 0)
		return r;
	return replace(s, TAKE(members));
}

static void
on_time(void *arg)
{
	struct sync *s = arg;
	int r = ERR_OK;

	if (s->fetching)
		return;
	s->fetching = true;
	r = s->options.file_path != NULL
	    ? read_file(s)
	    : idsvc_members(
		  s->options.idsvc, on_members, on_progress, s, &s->fetch);
	if (r != 0)
		finish(s, r, -1);
}

int
sync_new(struct loop *loop, const struct clock *clock,
    const struct sync_options *options, struct sync **ret_sync)
{
	struct sync *s = NULL;
	int r = ERR_OK;

	if (options->file_path == NULL && options->idsvc == NULL)
		return ERR_INVALID_ARGUMENT;
	s = calloc(1, sizeof(*s));
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
	if (sync->options.idsvc != NULL)
		idsvc_cancel(sync->options.idsvc, sync->fetch);
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
sync_now(struct sync *sync, bool accept_shrink, sync_done_fn *fn,
    sync_progress_fn *progress, void *arg, uint64_t *ret_id)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return ERR_NO_MEMORY;
	*w = (struct waiter){
	    .next = sync->waiters,
	    .id = ++sync->last_id,
	    .fn = fn,
	    .progress = progress,
	    .arg = arg,
	};
	sync->waiters = w;
	sync->accept_shrink = sync->accept_shrink || accept_shrink;
	*ret_id = w->id;
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
