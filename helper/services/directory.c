/*
 * directory.c - every change of the members: committed (roll), then published
 * (edition), in the order in which they come.
 *
 * Promises that what was committed counts at once, also where it could not be
 * published: a withdrawn role must not live on because a disk is full; and that
 * what changes while a list is on its way goes into it.  Must not know where
 * lists come from, nor when.
 */
#include "services/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "rules/changes.h"
#include "services/edition.h"
#include "services/identities.h"
#include "services/reconcile.h"
#include "services/roll.h"

/* Members of a partial list that go into one transaction. */
#define MERGE_ROWS 32

/* A list on its way. */
struct job {
	struct reconcile *reconcile; /* a complete one */
	struct members *part;        /* or a part of one */
	size_t at;                   /* in the part */
	struct confirmed confirmed;  /* when the source said so */
	bool locals_only;            /* the source said nothing */
	struct changes carried;      /* who changed meanwhile */
	bool under_way;              /* until fn was called */
	directory_done_fn *fn;       /* NULL: nobody waits */
	void *arg;
};

struct directory {
	const struct clock *clock;
	struct directory_options options;
	struct loop_timer *timer; /* the next slice of the job */
	struct job job;
	bool locals_due; /* they changed while a job was under way */
	struct identities *identities;
	struct roll roll;
	struct edition *edition;
	size_t lost;    /* with the last complete list */
	bool tell;      /* log the groups that are left out */
	uint64_t edits; /* of members, by sign-ins */
};

static void on_slice(void *arg);
static void on_content(void *arg, struct edition_source *ret_source);
static void on_result(void *arg, const struct publish_result *result);

static int
open_parts(struct directory *d, struct loop *loop)
{
	const struct directory_options *o = &d->options;
	const struct ids_options ids = {
	    .organization_id = o->organization_id,
	    .policy = o->policy,
	    .username = o->username,
	    .range = {o->id_first, o->id_last},
	    .snapshot_path = o->snapshot_path,
	};
	const struct edition_options edition = {
	    .publish = {.path = o->snapshot_path,
		.organization_name = o->organization_name,
		.shell = o->shell,
		.home = o->home,
		.policy = o->policy,
		.lastroles = o->lastroles,
		.claimed_age_s = o->claimed_age_s,
		.soft_age_s = edition_soft_age_s(o->refresh_s, o->hard_age_s),
		.shells_path = o->shells_path,
		.hard_age_s = (uint32_t)o->hard_age_s,
		.group_members_max = o->group_members_max},
	    .source = on_content,
	    .result = on_result,
	    .arg = d,
	};
	int err = roll_open(&d->roll, &ids);

	if (err == 0)
		err = identities_new(d->roll.db, &d->identities);
	if (err == 0)
		err = edition_new(loop, &edition, &d->edition);
	if (err == 0)
		err = loop_timer_new(loop, on_slice, d, &d->timer);
	return err;
}

int
directory_new(struct loop *loop, struct db *db, const struct clock *clock,
    const struct directory_options *options, struct directory **ret_directory)
{
	struct directory *d = calloc(1, sizeof(*d));
	int err = 0;

	if (d == NULL)
		return ERR_NO_MEMORY;
	d->clock = clock;
	d->options = *options;
	d->roll.db = db;
	d->roll.clock = clock;
	d->roll.organization_id = options->organization_id;
	err = open_parts(d, loop);
	if (err != 0) {
		directory_free(d);
		return err;
	}
	*ret_directory = d;
	return 0;
}

static void
drop_job(struct job *job)
{
	reconcile_free(job->reconcile);
	members_free(job->part);
	changes_clear(&job->carried);
	*job = (struct job){0};
}

void
directory_free(struct directory *directory)
{
	struct directory *d = directory;

	if (d == NULL)
		return;
	loop_timer_free(d->timer);
	drop_job(&d->job);
	edition_free(d->edition);
	identities_free(d->identities);
	roll_close(&d->roll);
	free(d);
}

static void
on_content(void *arg, struct edition_source *ret_source)
{
	const struct directory *d = arg;
	const struct roll *roll = &d->roll;

	*ret_source = (struct edition_source){
	    .content = {.members = roll->members,
		.ids = roll->ids,
		.locals = roll->locals,
		.generation = roll->generation,
		.now = roll->confirmed.wall,
		.tell = d->tell},
	    .users = (uint32_t)members_count(roll->members) - roll->excluded,
	};
}

/* What could not be written is not there, so nobody may find it. */
static void
exclude(struct directory *d, const char *id, int reason)
{
	int err = roll_exclude(&d->roll, id, reason);

	if (err != 0)
		log_error("member not taken out", LOG_TEXT("member", id),
		    LOG_TEXT("reason", err_name(err)));
}

static void
on_result(void *arg, const struct publish_result *result)
{
	struct directory *d = arg;

	d->tell = false;
	for (size_t i = 0; i < result->refusal_count; i++)
		exclude(d, result->refusals[i].member_id,
		    result->refusals[i].reason);
	if (result->err != 0)
		log_error("snapshot not published",
		    LOG_TEXT("reason", err_name(result->err)),
		    LOG_NUMBER("generation", (int64_t)d->roll.generation));
	else
		log_info("members published",
		    LOG_NUMBER(
			"members", (int64_t)members_count(d->roll.members)),
		    LOG_NUMBER("published", result->users),
		    LOG_NUMBER("lost", (int64_t)d->lost),
		    LOG_NUMBER("generation", (int64_t)d->roll.generation));
	d->lost = 0;
}

int
directory_load(struct directory *directory)
{
	struct directory *d = directory;
	LOCALS_AUTO struct locals *locals = NULL;
	int err = locals_read(&d->options.locals, &locals);

	if (err == 0)
		err = roll_load(&d->roll, TAKE(locals));
	d->tell = true;
	if (err != 0 || d->roll.generation == 0)
		return err;
	/* A half-written list never takes the place of the last good file. And
	 * where ours cannot be written that serves on; a beat tries again. */
	if (d->roll.stored)
		(void)!edition_begin(d->edition);
	return 0;
}

/* The job is over; who waits may begin another one. */
static void
end_job(void *directory, int reason)
{
	struct directory *d = directory;
	directory_done_fn *fn = d->job.fn;
	void *arg = d->job.arg;

	if (reason != 0 && d->job.reconcile != NULL)
		roll_drop(&d->roll, d->job.reconcile);
	drop_job(&d->job);
	if (fn != NULL)
		fn(arg, reason);
	else if (reason != 0)
		log_error("local users and groups not taken over",
		    LOG_TEXT("reason", err_name(reason)));
	if (d->locals_due && !d->job.under_way &&
	    directory_locals_changed(d) != 0)
		d->locals_due = true;
}

/* What the job changed is committed; it is over once that is seen. */
static void
await(struct directory *d, int shown)
{
	uint64_t id = 0;
	int err = shown;

	if (edition_running(d->edition) &&
	    (shown == 0 || shown == ERR_TOO_LARGE))
		err = edition_wait(d->edition, end_job, d, &id);
	if (id == 0)
		end_job(d, err);
}

static void
take_over(struct directory *d)
{
	struct job *job = &d->job;
	const struct confirmed confirmed =
	    job->locals_only ? d->roll.confirmed : job->confirmed;
	bool tell =
	    !locals_same(d->roll.locals, reconcile_locals(job->reconcile));
	int err =
	    roll_take(&d->roll, job->reconcile, &job->carried, &confirmed);

	if (err != 0) {
		end_job(d, err);
		return;
	}
	d->lost = reconcile_lost(job->reconcile);
	d->tell = d->tell || tell;
	reconcile_free(TAKE(job->reconcile));
	await(d, edition_show_whole(d->edition));
}

static bool
needs_list(const struct directory *d)
{
	return !d->roll.stored || !d->roll.confirmed.known ||
	    !locals_same(d->roll.locals, reconcile_locals(d->job.reconcile));
}

static void
list_slice(struct directory *d)
{
	enum reconcile_state state = RECONCILE_GOES_ON;
	int err = reconcile_step(d->job.reconcile, &state);

	if (err != 0)
		end_job(d, err);
	else if (state == RECONCILE_READY)
		take_over(d);
	else if (state == RECONCILE_SAME && !needs_list(d))
		await(d, directory_confirm(d));
	else
		loop_timer_start(d->timer, 0);
}

/* Commits these members, and has them shown with the next show. */
static int
amend(struct directory *d, const struct member *members, size_t count,
    const struct confirmed *confirmed)
{
	CHANGES_AUTO struct changes changed = {0};
	const struct roll_change change = {.members = members,
	    .count = count,
	    .confirmed = confirmed,
	    .naming = d->job.reconcile == NULL};
	int err = roll_amend(&d->roll, &change, &changed);

	for (size_t i = 0; i < changed.count; i++) {
		edition_touch(d->edition, changed.ids[i]);
		if (d->job.reconcile != NULL)
			changes_add(&d->job.carried, changed.ids[i]);
	}
	return err;
}

static void
part_slice(struct directory *d)
{
	struct member members[MERGE_ROWS];
	size_t count = 0;
	bool last = d->job.at + MERGE_ROWS >= members_count(d->job.part);
	int err = 0;

	while (count < MERGE_ROWS &&
	    members_get(d->job.part, d->job.at, &members[count])) {
		d->job.at++;
		count++;
	}
	err = amend(
	    d, members, count, last ? &d->job.confirmed : &d->roll.confirmed);
	if (err != 0)
		end_job(d, err);
	else if (last)
		await(d, edition_show(d->edition));
	else
		loop_timer_start(d->timer, 0);
}

static void
on_slice(void *arg)
{
	struct directory *d = arg;

	if (d->job.reconcile != NULL)
		list_slice(d);
	else
		part_slice(d);
}

static void
begin(struct directory *d, struct job job)
{
	job.under_way = true;
	d->job = job;
	loop_timer_start(d->timer, 0);
}

/* members: NULL for the current ones against other locals. Takes both over. */
static int
begin_list(struct directory *d, struct members *members, struct locals *locals,
    bool accept_shrink, struct job job)
{
	MEMBERS_AUTO struct members *after = members;
	LOCALS_AUTO struct locals *beside = locals;
	const struct reconcile_options options = {.db = d->roll.db,
	    .ids = d->roll.ids,
	    .current = d->roll.members,
	    .stored = d->roll.stored,
	    .accept_shrink = accept_shrink,
	    .max_shrink_percent = d->options.max_shrink_percent,
	    .now = clock_wall(d->clock)};
	int err = reconcile_new(&options, after, beside, &job.reconcile);

	if (err != 0)
		return err;
	after = NULL;
	beside = NULL;
	begin(d, job);
	return 0;
}

int
directory_replace(struct directory *directory, struct members *members,
    bool accept_shrink, directory_done_fn *fn, void *arg)
{
	struct directory *d = directory;
	MEMBERS_AUTO struct members *after = members;
	LOCALS_AUTO struct locals *locals = NULL;
	struct job job = {
	    .confirmed = roll_now(&d->roll), .fn = fn, .arg = arg};
	int err = d->job.under_way ? ERR_EXISTS
				   : locals_read(&d->options.locals, &locals);

	return err == 0
	    ? begin_list(d, TAKE(after), TAKE(locals), accept_shrink, job)
	    : err;
}

int
directory_merge(struct directory *directory, struct members *changed,
    directory_done_fn *fn, void *arg)
{
	struct directory *d = directory;

	if (d->job.under_way || !d->roll.stored) {
		members_free(changed);
		return d->job.under_way ? ERR_EXISTS : ERR_NOT_FOUND;
	}
	begin(d,
	    (struct job){.part = changed,
		.confirmed = roll_now(&d->roll),
		.fn = fn,
		.arg = arg});
	return 0;
}

int
directory_confirm(struct directory *directory)
{
	struct directory *d = directory;
	const struct confirmed confirmed = roll_now(&d->roll);
	bool again =
	    edition_outdated(d->edition, d->roll.generation, confirmed.wall);
	int err = directory_locals_changed(d);

	if (err == 0)
		err = roll_confirm(
		    &d->roll, &confirmed, d->roll.generation + (again ? 1 : 0));
	return err == 0 && again ? edition_show_whole(d->edition) : err;
}

/* Whoever has a name or number of the host's own gives way before anything
 * else happens; the job does the rest. */
static void
on_local(void *arg, const char *name, uint32_t number)
{
	struct directory *d = arg;
	struct member member;

	if (!members_get_user(d->roll.members, name, &member) &&
	    !members_get_uid(d->roll.members, number, &member))
		return;
	edition_touch(d->edition, member.id);
	exclude(d, member.id, ERR_LOCAL_USER);
}

int
directory_locals_changed(struct directory *directory)
{
	struct directory *d = directory;
	LOCALS_AUTO struct locals *locals = NULL;
	uint32_t before = d->roll.excluded;
	int err = locals_read(&d->options.locals, &locals);

	d->locals_due = false;
	/* Without a list there is nobody to give way. */
	if (err != 0 || d->roll.generation == 0)
		return err;
	err = edition_follow_shells(d->edition);
	if (err != 0 || locals_same(d->roll.locals, locals))
		return err;
	locals_each(locals, on_local, d);
	/* What does not fit an overlay is shown by the job. */
	if (d->roll.excluded != before)
		(void)!edition_show(d->edition);
	d->locals_due = d->job.under_way;
	if (d->locals_due)
		return 0;
	return begin_list(
	    d, NULL, TAKE(locals), true, (struct job){.locals_only = true});
}

int
directory_update(struct directory *directory, const struct member *member,
    directory_done_fn *fn, void *arg, uint64_t *ret_id)
{
	struct directory *d = directory;
	struct member known;
	int err = 0;

	*ret_id = 0;
	if (members_get_id(d->roll.members, member->id, &known) &&
	    member_same(&known, member))
		return 0;
	err = amend(d, member, 1, &d->roll.confirmed);
	d->edits += err == 0;
	return err == 0 ? edition_show_for(d->edition, fn, arg, ret_id) : err;
}

void
directory_touch(struct directory *directory, const char *member_id)
{
	edition_touch(directory->edition, member_id);
}

/* A new generation tells it from what is being written already. */
int
directory_show(struct directory *directory, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	struct directory *d = directory;
	int fault = roll_renew(&d->roll);
	int err = fault == ERR_NOT_FOUND
	    ? fault
	    : edition_show_for(d->edition, fn, arg, ret_id);

	return err == 0 ? fault : err;
}

void
directory_cancel(struct directory *directory, uint64_t id)
{
	edition_cancel(directory->edition, id);
}

int
directory_bind(struct directory *directory, const char *member_id,
    const char *issuer, const char *subject)
{
	struct directory *d = directory;
	bool bound = false;
	int err = roll_identity(&d->roll, member_id, issuer, subject, &bound);

	return err != 0 || bound ? err
				 : identities_bind(d->identities, member_id,
				       issuer, subject, clock_wall(d->clock));
}

struct ids *
directory_ids(struct directory *directory)
{
	return directory->roll.ids;
}

const struct locals *
directory_locals(const struct directory *directory)
{
	return directory->roll.locals;
}

struct members *
directory_members(struct directory *directory)
{
	return directory->roll.members;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	if (member->subject[0] == '\0')
		return identities_get(
		    directory->identities, member->id, ret_issuer, ret_subject);
	*ret_issuer = member->issuer;
	*ret_subject = member->subject;
	return true;
}

int64_t
directory_age_ms(const struct directory *directory)
{
	return roll_age_ms(&directory->roll);
}

bool
directory_set_back(const struct directory *directory)
{
	return confirmed_set_back(&directory->roll.confirmed, directory->clock);
}

int
directory_look(struct directory *directory)
{
	return roll_look(&directory->roll);
}

bool
directory_busy(const struct directory *directory)
{
	return directory->job.under_way || edition_running(directory->edition);
}

uint64_t
directory_edits(const struct directory *directory)
{
	return directory->edits;
}

uint64_t
directory_generation(const struct directory *directory)
{
	return edition_generation(directory->edition);
}

uint32_t
directory_published(const struct directory *directory)
{
	return edition_users(directory->edition);
}

uint32_t
directory_excluded(const struct directory *directory)
{
	return directory->roll.excluded;
}
