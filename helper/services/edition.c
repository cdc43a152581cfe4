/*
 * edition.c - overlay or whole list, and who waits for which.
 *
 * Promises that a change that was shown stays so: what changes while a whole
 * list is being written is shown over the list before, and goes with the new
 * one.  Must not know what a change is, nor how a file is written.
 */
#include "services/edition.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "common/err.h"
#include "common/roster.h"
#include "rules/changes.h"
#include "services/shells.h"

/* With so many changes a whole list is due, before the overlay is full. */
#define WHOLE_FROM (CHANGES_MAX / 2)

_Static_assert(CHANGES_MAX <= PUBLISH_CHANGES_MAX, "an overlay holds them");

/* The soft age: this many missed beats, and at least ten minutes. */
#define SOFT_BEATS 10
#define SOFT_MIN_S 600

struct waiter {
	struct waiter *next;
	uint64_t id;
	uint64_t generation; /* that must be seen */
	edition_fn *fn;
	void *arg;
};

/* Members as the publisher takes them. */
struct picked {
	struct member *members;
	const struct member **list;
	size_t count;
};

struct edition {
	struct edition_options options;
	struct publisher *publisher;
	struct shells shells;       /* of this host, as last looked at */
	struct changes since_base;  /* not in the list that stands */
	struct changes since_start; /* not in the list on its way */
	struct picked carried;      /* what goes with that */
	uint64_t started;           /* the generation that it was begun with */
	uint64_t coming;            /* and with what goes with it */
	bool carrying;              /* all of since_start goes with it */
	bool again;                 /* another whole list is due after it */
	struct waiter *waiters;
	uint64_t last_id;
	uint64_t generation;
	struct wall_time time;
	uint32_t users;
	uint64_t base_generation;
	char overlay_path[PATH_MAX];
	/* the files that we wrote, or found good */
	struct stat base;
	struct stat overlay;
};

uint32_t
edition_soft_age_s(int64_t refresh_s, int64_t hard_age_s)
{
	int64_t age_s = refresh_s * SOFT_BEATS;

	if (age_s < SOFT_MIN_S)
		age_s = SOFT_MIN_S;
	return (uint32_t)(age_s < hard_age_s ? age_s : hard_age_s);
}

static void
picked_done(struct picked *picked)
{
	free(picked->members);
	free(picked->list);
	*picked = (struct picked){0};
}
#define PICKED_AUTO CLEANUP(picked_done)

/* Who is no member any more is shown as one who was excluded. */
static int
pick(struct members *members, const struct changes *changes,
    struct picked *ret_picked)
{
	struct picked picked PICKED_AUTO = {.count = changes->count};

	picked.members = calloc(changes->count + 1, sizeof(*picked.members));
	picked.list = calloc(changes->count + 1, sizeof(const struct member *));
	if (picked.members == NULL || picked.list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < changes->count; i++) {
		picked.members[i] = (struct member){
		    .id = changes->ids[i], .excluded = ERR_NOT_A_MEMBER};
		(void)members_get_id(
		    members, changes->ids[i], &picked.members[i]);
		picked.list[i] = &picked.members[i];
	}
	*ret_picked = picked;
	picked = (struct picked){0};
	return 0;
}

static struct edition_source
source_of(const struct edition *e)
{
	struct edition_source source = {0};

	e->options.source(e->options.arg, &source);
	return source;
}

int
edition_new(struct loop *loop, const struct edition_options *options,
    struct edition **ret_edition)
{
	struct edition *e = calloc(1, sizeof(*e));
	int err = 0;

	if (e == NULL)
		return ERR_NO_MEMORY;
	e->options = *options;
	shells_read(options->publish.shells_path, &e->shells);
	err = roster_overlay_path(
	    options->publish.path, e->overlay_path, sizeof(e->overlay_path));
	if (err == 0)
		err = publisher_new(loop, &options->publish, &e->publisher);
	if (err != 0) {
		edition_free(e);
		return err;
	}
	*ret_edition = e;
	return 0;
}

void
edition_free(struct edition *edition)
{
	if (edition == NULL)
		return;
	publisher_free(edition->publisher);
	shells_done(&edition->shells);
	while (edition->waiters != NULL) {
		struct waiter *next = edition->waiters->next;

		free(edition->waiters);
		edition->waiters = next;
	}
	changes_clear(&edition->since_base);
	changes_clear(&edition->since_start);
	picked_done(&edition->carried);
	free(edition);
}

/* The content of this source is seen from now on. */
static void
seen(struct edition *e, uint64_t generation, const struct edition_source *s)
{
	e->generation = generation;
	e->time = s->content.now;
	e->users = s->users;
}

/* What stands there now is ours; of a file that is not there nothing is. */
static void
remember(const char *path, struct stat *ret_file)
{
	if (stat(path, ret_file) != 0)
		*ret_file = (struct stat){0};
}

static void
remember_base(struct edition *e, uint64_t generation)
{
	e->base_generation = generation;
	remember(e->options.publish.path, &e->base);
	remember(e->overlay_path, &e->overlay);
}

static bool
still(const char *path, const struct stat *file)
{
	struct stat now;

	remember(path, &now);
	return now.st_ino == file->st_ino && now.st_dev == file->st_dev &&
	    now.st_size == file->st_size;
}

int
edition_begin(struct edition *edition)
{
	struct edition *e = edition;
	struct edition_source source = source_of(e);
	struct publish_result result = {0};
	int err = 0;

	if (!publish_adopt(e->publisher, &source.content)) {
		err = publish_now(e->publisher, &source.content, &result);
		e->options.result(e->options.arg, &result);
		source.users = result.users;
	}
	if (err != 0)
		return err;
	remember_base(e, source.content.generation);
	seen(e, source.content.generation, &source);
	return 0;
}

void
edition_touch(struct edition *edition, const char *member_id)
{
	changes_add(&edition->since_base, member_id);
	if (publish_running(edition->publisher))
		changes_add(&edition->since_start, member_id);
}

/* Those who wait for this generation or an older one, one by one, because a
 * callback may cancel another or wait anew. */
static void
tell(struct edition *e, uint64_t generation, int reason)
{
	uint64_t last = e->last_id;
	struct waiter **link = &e->waiters;

	while (*link != NULL) {
		struct waiter *w = *link;

		if (w->id > last || w->generation > generation) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		w->fn(w->arg, reason);
		free(w);
		link = &e->waiters;
	}
}

static void on_written(void *arg, const struct publish_result *result);

static int
start(struct edition *e)
{
	const struct edition_source source = source_of(e);
	int err = publish_start(e->publisher, &source.content, on_written, e);

	if (err != 0)
		return err;
	changes_clear(&e->since_start);
	e->started = e->coming = source.content.generation;
	e->carrying = true;
	e->again = false;
	return 0;
}

/* What changed since the list on its way was begun goes with it. */
static void
carry(struct edition *e, struct members *members)
{
	struct picked picked PICKED_AUTO = {0};

	e->carrying = !e->since_start.too_many &&
	    pick(members, &e->since_start, &picked) == 0 &&
	    publish_carry(e->publisher, picked.list, picked.count) == 0;
	if (!e->carrying)
		return;
	picked_done(&e->carried);
	e->carried = picked;
	picked = (struct picked){0};
}

static int
show_changes(struct edition *e, const struct edition_source *source)
{
	struct picked picked PICKED_AUTO = {0};
	int err = e->since_base.too_many
	    ? ERR_TOO_LARGE
	    : pick(source->content.members, &e->since_base, &picked);

	if (err == 0)
		err = publish_changes(
		    e->publisher, &source->content, picked.list, picked.count);
	if (err != 0) {
		e->generation = 0;
		return err;
	}
	remember(e->overlay_path, &e->overlay);
	seen(e, source->content.generation, source);
	return 0;
}

int
edition_show(struct edition *edition)
{
	struct edition *e = edition;
	const struct edition_source source = source_of(e);
	int err = 0;

	if (publish_running(e->publisher)) {
		carry(e, source.content.members);
		if (e->carrying)
			e->coming = source.content.generation;
	}
	err = show_changes(e, &source);
	if (err == ERR_TOO_LARGE || e->since_base.count >= WHOLE_FROM) {
		int fault =
		    publish_running(e->publisher) ? 0 : edition_show_whole(e);

		if (err == ERR_TOO_LARGE && fault != 0)
			return fault;
	}
	return err;
}

int
edition_show_whole(struct edition *edition)
{
	if (!publish_running(edition->publisher))
		return start(edition);
	edition->again = true;
	return 0;
}

int
edition_follow_shells(struct edition *edition)
{
	struct shells now = {0};
	bool same = false;

	shells_read(edition->options.publish.shells_path, &now);
	same = shells_same(&edition->shells, &now);
	shells_done(&edition->shells);
	edition->shells = now;
	return same ? 0 : edition_show_whole(edition);
}

/* The new list stands, and shows what went with it.  Returns the generation
 * that is seen. */
static uint64_t
take_over(struct edition *e)
{
	const struct edition_source source = source_of(e);

	remember_base(e, e->started);
	changes_clear(&e->since_base);
	e->since_base = e->since_start;
	e->since_start = (struct changes){0};
	seen(e, e->coming, &source);
	if (e->carrying)
		return e->coming;
	/* What was too much to go with it may fit over it. */
	if (show_changes(e, &source) == 0)
		return e->generation;
	e->again = true;
	return e->started;
}

static void
on_written(void *arg, const struct publish_result *result)
{
	struct edition *e = arg;
	uint64_t reached = UINT64_MAX;
	int err = result->err;

	e->options.result(e->options.arg, result);
	picked_done(&e->carried);
	if (err != 0) {
		changes_clear(&e->since_start);
		e->again = false;
		e->generation = 0;
		tell(e, UINT64_MAX, err);
		return;
	}
	reached = take_over(e);
	err = e->again ? start(e) : 0;
	tell(e, reached, 0);
	if (err != 0)
		tell(e, UINT64_MAX, err);
}

int
edition_wait(
    struct edition *edition, edition_fn *fn, void *arg, uint64_t *ret_id)
{
	struct edition *e = edition;
	const struct edition_source source = source_of(e);
	struct waiter *w = NULL;

	if (!publish_running(e->publisher))
		return ERR_NOT_FOUND;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return ERR_NO_MEMORY;
	*w = (struct waiter){.next = e->waiters,
	    .id = ++e->last_id,
	    .generation = source.content.generation,
	    .fn = fn,
	    .arg = arg};
	e->waiters = w;
	*ret_id = w->id;
	return 0;
}

int
edition_show_for(
    struct edition *edition, edition_fn *fn, void *arg, uint64_t *ret_id)
{
	int err = edition_show(edition);

	*ret_id = 0;
	if (err != ERR_TOO_LARGE)
		return err;
	return fn == NULL ? 0 : edition_wait(edition, fn, arg, ret_id);
}

void
edition_cancel(struct edition *edition, uint64_t id)
{
	for (struct waiter **link = &edition->waiters; *link != NULL;
	     link = &(*link)->next) {
		struct waiter *w = *link;

		if (w->id != id)
			continue;
		*link = w->next;
		free(w);
		return;
	}
}

bool
edition_running(const struct edition *edition)
{
	return publish_running(edition->publisher);
}

uint64_t
edition_generation(const struct edition *edition)
{
	return edition->generation;
}

uint32_t
edition_users(const struct edition *edition)
{
	return edition->users;
}

static bool
displaced(const struct edition *e)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	const char *path = e->options.publish.path;

	if (e->base.st_ino == 0)
		return false;
	return !still(path, &e->base) || !still(e->overlay_path, &e->overlay) ||
	    snapshot_open(path, &snapshot) != 0 ||
	    snapshot.generation != e->base_generation;
}

bool
edition_outdated(
    const struct edition *edition, uint64_t generation, struct wall_time now)
{
	const struct edition *e = edition;
	int64_t ahead_s = now.s - e->time.s;

	if (publish_running(e->publisher))
		return false;
	return e->generation != generation || displaced(e) || ahead_s < 0 ||
	    ahead_s >= e->options.publish.soft_age_s / 2;
}
