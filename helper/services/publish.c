/*
 * publish.c - which files the name service reads, and in which order they are
 * replaced.
 *
 * Owns the knowledge of the base that stands and of its overlays.  Promises
 * that what is published passed the reader's own full check, that an old file
 * is told of its successor only once that has taken its place, and that the
 * loop waits for small files only.  Must not know when, or why, something is
 * published.
 */
#include "services/publish.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/roster.h"
#include "common/snapshot.h"
#include "services/draft.h"
#include "services/overlay.h"
#include "services/snapfile.h"

#define SLICE_MEMBERS 8192
#define COMPARE_BYTES 65536

/* The base that stands, where it is known to be ours. */
struct base {
	bool known;
	uint64_t checksum; /* names the file */
	uint64_t digest;   /* of the groups */
	struct memberships *memberships;
	uint32_t number; /* of the last overlay that was tried */
};

/* A whole list on its way. */
struct job {
	const struct publish_options *options;
	const struct ids *ids;
	uint64_t digest;
	struct draft *draft;
	struct snapfile *file;
	struct overlay *carried;
	publish_done_fn *fn;
	void *arg;
	int err;
};

struct publisher {
	struct loop *loop;
	struct loop_timer *timer; /* the slices of a job */
	struct publish_options options;
	char overlay_path[PATH_MAX];
	struct base base;
	struct job *job;  /* on its way */
	struct job *last; /* of publish_now(): the result points into it */
};

static void
close_file(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
#define FD_AUTO CLEANUP(close_file)

static void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	snapfile_free(job->file);
	overlay_free(job->carried);
	draft_free(job->draft);
	free(job);
}
DEFINE_CLEANUP(struct job, job, job_free)

static void on_slice(void *arg);

int
publisher_new(struct loop *loop, const struct publish_options *options,
    struct publisher **ret_publisher)
{
	struct publisher *publisher PUBLISHER_AUTO =
	    calloc(1, sizeof(*publisher));
	int err = 0;

	if (publisher == NULL)
		return ERR_NO_MEMORY;
	publisher->loop = loop;
	publisher->options = *options;
	err = roster_overlay_path(options->path, publisher->overlay_path,
	    sizeof(publisher->overlay_path));
	if (err == 0 && loop != NULL)
		err = loop_timer_new(
		    loop, on_slice, publisher, &publisher->timer);
	if (err != 0)
		return err;
	snapfile_sweep(options->path);
	*ret_publisher = TAKE(publisher);
	return 0;
}

void
publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	if (publisher->loop != NULL)
		loop_work_cancel(publisher->loop, publisher);
	loop_timer_free(publisher->timer);
	job_free(publisher->job);
	job_free(publisher->last);
	memberships_free(publisher->base.memberships);
	free(publisher);
}

static int
job_new(const struct publisher *p, const struct publish_content *content,
    struct job **ret_job)
{
	struct job *job CLEANUP(job_cleanup) = calloc(1, sizeof(*job));
	int err = 0;

	if (job == NULL)
		return ERR_NO_MEMORY;
	job->options = &p->options;
	job->ids = content->ids;
	job->digest = memberships_digest(
	    p->options.policy, content->ids, content->locals);
	err = draft_new(&p->options, content, &job->draft);
	if (err == 0)
		*ret_job = TAKE(job);
	return err;
}

/* In whatever thread: touches nothing but the job. */
static void
write_job(struct job *job)
{
	job->err = snapfile_new(job->options->path, &job->file);
	if (job->err == 0) {
		const struct snapwrite_sink sink = snapfile_sink(job->file);

		job->err = draft_write(job->draft, &sink);
	}
	if (job->err == 0)
		job->err = snapfile_check(job->file);
}

/* An overlay as a file that has not yet taken its place. */
static int
write_overlay(const struct publisher *p, const struct overlay *overlay,
    const struct overlay_base *base, struct snapfile **ret_file)
{
	struct snapfile *file SNAPFILE_AUTO = NULL;
	struct roster roster = {.base = *base->snapshot};
	int err = snapfile_new(p->overlay_path, &file);

	if (err == 0) {
		const struct snapwrite_sink sink = snapfile_sink(file);

		err = overlay_write(overlay, base, &sink);
	}
	if (err == 0)
		err = snapfile_check(file);
	if (err != 0)
		return err;
	roster.overlay = *snapfile_snapshot(file);
	/* A name or number that another member of the base still has. */
	if (roster_validate(&roster) != 0)
		return ERR_TOO_LARGE;
	*ret_file = TAKE(file);
	return 0;
}

static int
write_carried(
    const struct publisher *p, struct job *job, struct snapfile **ret_file)
{
	const struct overlay_base base = {.options = &p->options,
	    .memberships = draft_memberships(job->draft),
	    .snapshot = snapfile_snapshot(job->file),
	    .generation = draft_generation(job->draft),
	    .created = draft_created(job->draft),
	    .number = 1};
	int err = write_overlay(p, job->carried, &base, ret_file);

	return err == 0 ? snapfile_mark_overlay(job->file, base.number) : err;
}

static void
remember_base(struct publisher *p, struct job *job)
{
	memberships_free(p->base.memberships);
	p->base = (struct base){.known = true,
	    .checksum = snapfile_snapshot(job->file)->checksum,
	    .digest = job->digest,
	    .memberships = draft_take_memberships(job->draft),
	    .number = job->carried != NULL};
}

/* The new base is seen from here on, whatever follows. */
static int
follow_up(struct publisher *p, const struct job *job, struct snapfile *carried,
    int old)
{
	int err = carried == NULL ? 0 : snapfile_show(carried);
	int fault = snapfile_sync(job->file);

	snapfile_supersede(old);
	/* One of another base is as none; it is only litter. */
	if (carried == NULL)
		(void)unlink(p->overlay_path);
	return err == 0 ? fault : err;
}

static int
show_job(struct publisher *p, struct job *job)
{
	struct snapfile *carried SNAPFILE_AUTO = NULL;
	int old FD_AUTO = snapfile_open_standing(p->options.path);
	int err = job->err;

	if (err == 0 && job->carried != NULL)
		err = write_carried(p, job, &carried);
	if (err == 0)
		err = snapfile_show(job->file);
	if (err != 0)
		return err;
	draft_tell(job->draft);
	err = follow_up(p, job, carried, old);
	remember_base(p, job);
	p->base.known = err == 0;
	return err;
}

static struct publish_result
result_of(const struct job *job)
{
	return (struct publish_result){.err = job->err,
	    .users = job->err == 0 ? draft_users(job->draft) : 0,
	    .refusals = draft_refusals(job->draft),
	    .refusal_count =
		job->err == 0 ? draft_refusal_count(job->draft) : 0};
}

int
publish_now(struct publisher *publisher, const struct publish_content *content,
    struct publish_result *ret_result)
{
	struct job *job CLEANUP(job_cleanup) = NULL;
	bool done = false;
	int err = 0;

	job_free(TAKE(publisher->last));
	err = publish_running(publisher) ? ERR_EXISTS
					 : job_new(publisher, content, &job);
	if (err == 0)
		err = draft_take(job->draft, content->ids, SIZE_MAX, &done);
	if (err != 0) {
		*ret_result = (struct publish_result){.err = err};
		return err;
	}
	snapfile_sweep(publisher->options.path);
	write_job(job);
	job->err = show_job(publisher, job);
	snapfile_free(TAKE(job->file));
	*ret_result = result_of(job);
	publisher->last = TAKE(job);
	return ret_result->err;
}

/* The publisher may be gone after fn. */
static void
end_job(struct publisher *p, int err)
{
	struct job *job CLEANUP(job_cleanup) = TAKE(p->job);
	struct publish_result result = {0};

	job->err = err;
	result = result_of(job);
	job->fn(job->arg, &result);
}

static void
on_work(void *arg)
{
	const struct publisher *p = arg;

	write_job(p->job);
}

static void
on_written(void *arg)
{
	struct publisher *p = arg;

	end_job(p, show_job(p, p->job));
}

static void
on_slice(void *arg)
{
	struct publisher *p = arg;
	bool done = false;
	int err = draft_take(p->job->draft, p->job->ids, SLICE_MEMBERS, &done);

	if (err == 0 && done)
		err = loop_work(p->loop, on_work, on_written, p);
	if (err != 0)
		end_job(p, err);
	else if (!done)
		loop_timer_start(p->timer, 0);
}

int
publish_start(struct publisher *publisher,
    const struct publish_content *content, publish_done_fn *fn, void *arg)
{
	int err = publish_running(publisher)
	    ? ERR_EXISTS
	    : job_new(publisher, content, &publisher->job);

	if (err != 0)
		return err;
	publisher->job->fn = fn;
	publisher->job->arg = arg;
	snapfile_sweep(publisher->options.path);
	loop_timer_start(publisher->timer, 0);
	return 0;
}

bool
publish_running(const struct publisher *publisher)
{
	return publisher->job != NULL;
}

int
publish_carry(struct publisher *publisher, const struct member *const *changed,
    size_t count)
{
	struct job *job = publisher->job;
	struct overlay *overlay = NULL;
	int err = job == NULL ? ERR_NOT_FOUND
			      : overlay_new(job->ids, changed, count, &overlay);

	if (err != 0)
		return err;
	overlay_free(job->carried);
	job->carried = overlay;
	return 0;
}

static int
show_overlay(struct publisher *p, const struct overlay *overlay,
    const struct publish_content *content, const struct snapshot *snapshot,
    int fd)
{
	const struct overlay_base base = {.options = &p->options,
	    .memberships = p->base.memberships,
	    .snapshot = snapshot,
	    .generation = content->generation,
	    .created = content->now,
	    .number = ++p->base.number};
	struct snapfile *file SNAPFILE_AUTO = NULL;
	int err = write_overlay(p, overlay, &base, &file);
	int fault = 0;

	if (err == 0)
		err = snapfile_show(file);
	if (err != 0)
		return err;
	err = snapfile_sync(file);
	fault = snapfile_tell_overlay(fd, base.number);
	return err == 0 ? fault : err;
}

int
publish_changes(struct publisher *publisher,
    const struct publish_content *content, const struct member *const *changed,
    size_t count)
{
	const struct base *base = &publisher->base;
	struct overlay *overlay OVERLAY_AUTO = NULL;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	int fd FD_AUTO = -1;
	int err = 0;

	if (!base->known ||
	    base->digest !=
		memberships_digest(
		    publisher->options.policy, content->ids, content->locals))
		return ERR_TOO_LARGE;
	/* Somebody may have put another file there. */
	if (snapshot_open(publisher->options.path, &snapshot) != 0 ||
	    snapshot.checksum != base->checksum)
		return ERR_TOO_LARGE;
	fd = snapfile_open_standing(publisher->options.path);
	if (fd < 0)
		return ERR_IO;
	err = overlay_new(content->ids, changed, count, &overlay);
	return err == 0
	    ? show_overlay(publisher, overlay, content, &snapshot, fd)
	    : err;
}

/* The bytes of a file, held against those that would be written. */
struct comparison {
	int fd;
	uint64_t size;
	bool same;
};

/* The marks are no part of it: one that is set makes another file. */
static int
compare(void *context, uint64_t offset, const void *bytes, size_t len)
{
	struct comparison *c = context;
	const uint8_t *wanted = bytes;
	uint8_t there[COMPARE_BYTES];

	if (offset + len > c->size)
		c->size = offset + len;
	while (len > 0 && c->same) {
		size_t part = len < sizeof(there) ? len : sizeof(there);

		c->same =
		    pread(c->fd, there, part, (off_t)offset) == (ssize_t)part &&
		    memcmp(there, wanted, part) == 0;
		wanted += part;
		offset += part;
		len -= part;
	}
	return c->same ? 0 : ERR_NOT_FOUND;
}

static int
compare_draft(struct draft *draft, const char *path,
    const struct snapshot *standing, struct wall_time now)
{
	int fd FD_AUTO = snapfile_open_standing(path);
	struct comparison comparison = {.fd = fd, .same = fd >= 0};
	const struct snapwrite_sink sink = {
	    .write = compare, .context = &comparison};

	/* The time goes on without a new file. */
	if (standing->created.s <= now.s)
		draft_set_created(draft, standing->created);
	int err = draft_write(draft, &sink);

	if (err != 0)
		return err;
	return comparison.size == standing->size &&
		draft_refusal_count(draft) == 0
	    ? 0
	    : ERR_NOT_FOUND;
}

bool
publish_adopt(
    struct publisher *publisher, const struct publish_content *content)
{
	struct publisher *p = publisher;
	struct job *job CLEANUP(job_cleanup) = NULL;
	struct snapshot standing SNAPSHOT_AUTO = {0};
	bool done = false;

	if (access(p->overlay_path, F_OK) == 0 || errno != ENOENT ||
	    snapshot_open(p->options.path, &standing) != 0)
		return false;
	/* After a reboot this is where most of it is read. */
	snapfile_prefer_large(&standing);
	if (standing.generation != content->generation ||
	    job_new(p, content, &job) != 0 ||
	    draft_take(job->draft, content->ids, SIZE_MAX, &done) != 0 ||
	    compare_draft(
		job->draft, p->options.path, &standing, content->now) != 0)
		return false;
	memberships_free(p->base.memberships);
	p->base = (struct base){.known = true,
	    .checksum = standing.checksum,
	    .digest = job->digest,
	    .memberships = draft_take_memberships(job->draft)};
	return true;
}
