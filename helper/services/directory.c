/*
 * directory.c - the current members, and how every change of them goes: read
 * the host's own files, assign, store, commit, show, publish.
 *
 * Promises that a fault on the way to the commit leaves everything as it was,
 * and that what was committed counts at once, also where the snapshot could
 * not be written: a withdrawn role must not live on because a disk is full.
 * Must not know where lists come from, nor when.
 */
#include "services/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "services/confirmed.h"
#include "services/identities.h"
#include "services/ids.h"
#include "services/locals.h"
#include "services/memberstore.h"
#include "services/meta.h"
#include "services/publish.h"

/* The soft age: this many missed beats, and at least ten minutes. */
#define SOFT_BEATS 10
#define SOFT_MIN_S 600

/* A list on its way. */
struct job {
	struct members *members;
	bool merge;
	bool accept_shrink;
	directory_done_fn *fn;
	void *arg;
};

struct directory {
	struct loop_timer *timer; /* the next slice of the job */
	struct job job;           /* members is NULL: none */
	struct db *db;
	const struct clock *clock;
	struct directory_options options;
	char boot_id[CLOCK_BOOT_ID_SIZE];
	struct ids *ids;
	struct identities *identities;
	struct locals *locals;
	struct members *members;
	struct confirmed confirmed;  /* the last complete answer */
	bool stored;                 /* the database holds these members */
	uint64_t generation;         /* committed */
	uint64_t shown;              /* of the file; 0: not known to stand */
	struct wall_time shown_wall; /* the confirmation that it carries */
	uint32_t published;
};

static void on_slice(void *arg);

static int
open_parts(struct directory *d, struct loop *loop)
{
	const struct directory_options *o = &d->options;
	const struct ids_options ids = {
	    .organization_id = o->organization_id,
	    .policy = o->policy,
	    .username = o->username,
	    .range = {o->id_first, o->id_last},
	};
	int err = clock_boot_id(d->boot_id);

	if (err == 0)
		err = ids_new(d->db, &ids, &d->ids);
	if (err == 0)
		err = identities_new(d->db, &d->identities);
	if (err == 0)
		err = members_new(&d->members);
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
	d->db = db;
	d->clock = clock;
	d->options = *options;
	err = open_parts(d, loop);
	if (err != 0) {
		directory_free(d);
		return err;
	}
	*ret_directory = d;
	return 0;
}

void
directory_free(struct directory *directory)
{
	if (directory == NULL)
		return;
	loop_timer_free(directory->timer);
	members_free(directory->job.members);
	ids_free(directory->ids);
	identities_free(directory->identities);
	locals_free(directory->locals);
	members_free(directory->members);
	free(directory);
}

static uint32_t
soft_age_s(const struct directory *d)
{
	int64_t age_s = d->options.refresh_s * SOFT_BEATS;

	if (age_s < SOFT_MIN_S)
		age_s = SOFT_MIN_S;
	return (uint32_t)(age_s < d->options.hard_age_s
		? age_s
		: d->options.hard_age_s);
}

static struct publish_content
content_of(const struct directory *d)
{
	return (struct publish_content){.members = d->members,
	    .ids = d->ids,
	    .locals = d->locals,
	    .generation = d->generation,
	    .now = d->confirmed.wall};
}

/* Writes the file of the committed generation. */
static int
show(struct directory *d, bool tell)
{
	const struct directory_options *o = &d->options;
	const struct publish_options options = {.path = o->snapshot_path,
	    .organization_name = o->organization_name,
	    .shell = o->shell,
	    .home = o->home,
	    .policy = o->policy,
	    .soft_age_s = soft_age_s(d),
	    .hard_age_s = (uint32_t)o->hard_age_s};
	struct publish_content content = content_of(d);
	int err = 0;

	content.tell = tell;
	d->shown = 0;
	err = publish(&options, &content, &d->published);
	if (err != 0)
		return err;
	d->shown = d->generation;
	d->shown_wall = d->confirmed.wall;
	return 0;
}

static int
write_all(struct directory *d, struct members *after,
    const struct locals *locals, const struct confirmed *confirmed)
{
	int err = ids_assign(d->ids, after, locals, clock_wall(d->clock));

	if (err == 0)
		err = memberstore_save(
		    d->db, d->stored ? d->members : NULL, after);
	if (err == 0)
		err =
		    meta_set(d->db, "organization", d->options.organization_id);
	if (err == 0)
		err = meta_set_number(d->db, "generation", d->generation + 1);
	return err == 0 ? confirmed_store(d->db, confirmed) : err;
}

static int
commit(struct directory *d, struct members *after, const struct locals *locals,
    const struct confirmed *confirmed)
{
	int err = db_begin(d->db);

	if (err != 0)
		return err;
	err = write_all(d, after, locals, confirmed);
	if (err == 0)
		err = db_commit(d->db);
	if (err == 0)
		return 0;
	db_rollback(d->db);
	/* What was assigned in memory only is gone; when even this fails,
	 * ids_assign() refuses from now on. */
	if (ids_load(d->ids) != 0)
		log_error("id map not read back",
		    LOG_TEXT("reason", err_name(ERR_STATE_DAMAGED)));
	return err;
}

static void
tell_excluded(struct members *before, struct members *after)
{
	for (size_t i = 0; i < members_count(after); i++) {
		const struct member *member = members_at(after, i);
		const struct member *old = members_by_id(before, member->id);

		if (member->excluded != 0 &&
		    (old == NULL || old->excluded != member->excluded))
			log_warning("member excluded",
			    LOG_TEXT("member", member->id),
			    LOG_TEXT("mail", member->mail),
			    LOG_TEXT("reason", err_name(member->excluded)));
	}
}

static void
tell_change(const struct directory *d, size_t lost, int err)
{
	if (err != 0)
		log_error("snapshot not published",
		    LOG_TEXT("reason", err_name(err)),
		    LOG_NUMBER("generation", (int64_t)d->generation));
	else
		log_info("members published",
		    LOG_NUMBER("members", (int64_t)members_count(d->members)),
		    LOG_NUMBER("published", d->published),
		    LOG_NUMBER("lost", (int64_t)lost),
		    LOG_NUMBER("generation", (int64_t)d->generation));
}

/* Takes over the list and the locals once they are committed. */
static int
change(struct directory *d, struct members **after, struct locals **locals,
    const struct confirmed *confirmed)
{
	bool tell = !locals_same(d->locals, *locals);
	struct members *before = d->members;
	size_t lost = members_lost(before, *after);
	int err = commit(d, *after, *locals, confirmed);

	if (err != 0)
		return err;
	d->generation++;
	d->confirmed = *confirmed;
	d->stored = true;
	d->members = TAKE(*after);
	locals_free(d->locals);
	d->locals = TAKE(*locals);
	err = show(d, tell);
	tell_excluded(before, d->members);
	tell_change(d, lost, err);
	members_free(before);
	return err;
}

static int
copy_members(struct members *from, struct members **ret_members)
{
	MEMBERS_AUTO struct members *copy = NULL;
	int err = members_new(&copy);

	for (size_t i = 0; i < members_count(from) && err == 0; i++)
		err = members_add(copy, members_at(from, i));
	if (err == 0)
		err = members_index(copy);
	if (err != 0)
		return err;
	*ret_members = TAKE(copy);
	return 0;
}

static int
read_locals(const struct directory *d, struct locals **ret_locals)
{
	return locals_read(&d->options.locals, ret_locals);
}

/* Whether what is stored belongs to our organisation. */
static int
check_organization(struct directory *d, bool *ret_ours)
{
	char stored[512];
	int err = meta_get(d->db, "organization", stored, sizeof(stored));

	if (err == ERR_NOT_FOUND) {
		*ret_ours = true;
		return 0;
	}
	if (err != 0)
		return err;
	*ret_ours = strcmp(stored, d->options.organization_id) == 0;
	return 0;
}

static int
load_generation(struct db *db, uint64_t *ret_generation)
{
	int err = meta_get_number(db, "generation", ret_generation);

	return err == ERR_NOT_FOUND ? 0 : err;
}

/* What is stored of another organisation is left to be overwritten. */
static int
load_state(struct directory *d, struct members *stored)
{
	struct confirmed confirmed = {0};
	uint64_t generation = 0;
	bool ours = false;
	bool whole = true;
	int err = ids_load(d->ids);

	if (err == 0)
		err = load_generation(d->db, &generation);
	if (err == 0)
		err = check_organization(d, &ours);
	if (err == 0 && ours)
		err = memberstore_load(d->db, stored, &whole);
	if (err == 0 && ours)
		err = confirmed_load(d->db, &confirmed);
	if (err != 0)
		return err;
	d->stored = ours && whole;
	d->generation = generation;
	d->confirmed = confirmed;
	return 0;
}

/* Names as they were stored, held against the host's files as they are now. */
static int
assign_stored(struct directory *d, struct members *stored)
{
	int err = db_begin(d->db);

	if (err != 0)
		return err;
	err = ids_assign(d->ids, stored, d->locals, clock_wall(d->clock));
	if (err == 0)
		err = db_commit(d->db);
	if (err != 0)
		db_rollback(d->db);
	return err;
}

static uint32_t
count_published(struct members *members)
{
	uint32_t count = 0;

	for (size_t i = 0; i < members_count(members); i++)
		count += members_at(members, i)->uid != 0;
	return count;
}

/* When it cannot be written, the file on the disk serves on, and the next beat
 * tries again. */
static void
show_stored(struct directory *d)
{
	const struct publish_content content = content_of(d);

	d->published = count_published(d->members);
	if (publish_stands(d->options.snapshot_path, &content)) {
		d->shown = d->generation;
		d->shown_wall = d->confirmed.wall;
		return;
	}
	tell_change(d, 0, show(d, true));
}

int
directory_load(struct directory *directory)
{
	struct directory *d = directory;
	MEMBERS_AUTO struct members *stored = NULL;
	int err = members_new(&stored);

	if (err == 0)
		err = read_locals(d, &d->locals);
	if (err == 0)
		err = load_state(d, stored);
	if (err == 0)
		err = assign_stored(d, stored);
	if (err != 0 || !d->stored || d->generation == 0)
		return err;
	tell_excluded(d->members, stored);
	members_free(d->members);
	d->members = TAKE(stored);
	show_stored(d);
	return 0;
}

/* A few people leave; a fifth of them at once, or all, do not. */
static bool
shrinks(const struct directory *d, struct members *after)
{
	size_t before = members_count(d->members);
	size_t lost = members_lost(d->members, after);

	if (before > 0 && members_count(after) == 0)
		return true;
	return lost > 1 && lost * 100 > before * d->options.max_shrink_percent;
}

static bool
same_members(struct members *a, struct members *b)
{
	if (members_count(a) != members_count(b))
		return false;
	for (size_t i = 0; i < members_count(a); i++)
		if (!member_same(members_at(a, i), members_at(b, i)))
			return false;
	return true;
}

static int
replace(struct directory *d, struct members *members, bool accept_shrink)
{
	MEMBERS_AUTO struct members *after = members;
	LOCALS_AUTO struct locals *locals = NULL;
	const struct confirmed confirmed = confirmed_now(d->clock, d->boot_id);
	int err = 0;

	if (!accept_shrink && shrinks(d, after))
		return ERR_DIRECTORY_SHRUNK;
	if (d->confirmed.known && same_members(d->members, after))
		return directory_confirm(d);
	err = read_locals(d, &locals);
	return err == 0 ? change(d, &after, &locals, &confirmed) : err;
}

/* The file carries the time of a confirmation: it is written anew before that
 * looks old to its readers, or when the last attempt failed. */
static bool
needs_show(const struct directory *d, const struct confirmed *confirmed)
{
	int64_t ahead_s = confirmed->wall.s - d->shown_wall.s;

	return d->shown != d->generation || ahead_s < 0 ||
	    ahead_s >= soft_age_s(d) / 2;
}

/* The new time, and the generation of the file that will carry it. */
static int
commit_confirmed(
    struct directory *d, const struct confirmed *confirmed, uint64_t generation)
{
	int err = db_begin(d->db);

	if (err != 0)
		return err;
	err = confirmed_store(d->db, confirmed);
	if (err == 0)
		err = meta_set_number(d->db, "generation", generation);
	if (err == 0)
		err = db_commit(d->db);
	if (err != 0)
		db_rollback(d->db);
	return err;
}

static int
confirm_same(struct directory *d, const struct confirmed *confirmed)
{
	bool again = needs_show(d, confirmed);
	uint64_t generation = d->generation + again;
	int err = commit_confirmed(d, confirmed, generation);

	if (err != 0)
		return err;
	d->confirmed = *confirmed;
	d->generation = generation;
	if (!again)
		return 0;
	err = show(d, false);
	if (err != 0)
		tell_change(d, 0, err);
	return err;
}

int
directory_confirm(struct directory *directory)
{
	struct directory *d = directory;
	MEMBERS_AUTO struct members *after = NULL;
	LOCALS_AUTO struct locals *locals = NULL;
	const struct confirmed confirmed = confirmed_now(d->clock, d->boot_id);
	int err = read_locals(d, &locals);

	if (err == 0 && locals_same(d->locals, locals))
		return confirm_same(d, &confirmed);
	if (err == 0)
		err = copy_members(d->members, &after);
	return err == 0 ? change(d, &after, &locals, &confirmed) : err;
}

static int
merge(struct directory *d, struct members *changed)
{
	MEMBERS_AUTO struct members *after = NULL;
	int err = copy_members(d->members, &after);

	for (size_t i = 0; i < members_count(changed) && err == 0; i++)
		err = members_replace(after, members_at(changed, i));
	members_free(changed);
	return err == 0 ? replace(d, TAKE(after), true) : err;
}

static void
on_slice(void *arg)
{
	struct directory *d = arg;
	struct job job = d->job;

	d->job.members = NULL;
	job.fn(job.arg,
	    job.merge ? merge(d, job.members)
		      : replace(d, job.members, job.accept_shrink));
}

static int
begin(struct directory *d, const struct job *job)
{
	if (d->job.members != NULL) {
		members_free(job->members);
		return ERR_EXISTS;
	}
	d->job = *job;
	loop_timer_start(d->timer, 0);
	return 0;
}

int
directory_replace(struct directory *directory, struct members *members,
    bool accept_shrink, directory_done_fn *fn, void *arg)
{
	const struct job job = {.members = members,
	    .accept_shrink = accept_shrink,
	    .fn = fn,
	    .arg = arg};

	return begin(directory, &job);
}

int
directory_merge(struct directory *directory, struct members *changed,
    directory_done_fn *fn, void *arg)
{
	const struct job job = {
	    .members = changed, .merge = true, .fn = fn, .arg = arg};

	return begin(directory, &job);
}

int
directory_locals_changed(struct directory *directory)
{
	struct directory *d = directory;
	MEMBERS_AUTO struct members *after = NULL;
	LOCALS_AUTO struct locals *locals = NULL;
	int err = read_locals(d, &locals);

	/* Without a list there is nobody to give way. */
	if (err != 0 || !d->stored || locals_same(d->locals, locals))
		return err;
	err = copy_members(d->members, &after);
	return err == 0 ? change(d, &after, &locals, &d->confirmed) : err;
}

int
directory_update(struct directory *directory, const struct member *member)
{
	struct directory *d = directory;
	MEMBERS_AUTO struct members *after = NULL;
	LOCALS_AUTO struct locals *locals = NULL;
	const struct member *known = members_by_id(d->members, member->id);
	int err = 0;

	if (known != NULL && member_same(known, member))
		return 0;
	err = copy_members(d->members, &after);
	if (err == 0)
		err = members_replace(after, member);
	if (err == 0)
		err = read_locals(d, &locals);
	return err == 0 ? change(d, &after, &locals, &d->confirmed) : err;
}

int
directory_bind(struct directory *directory, const char *member_id,
    const char *issuer, const char *subject)
{
	struct directory *d = directory;

	for (size_t i = 0; i < members_count(d->members); i++) {
		const struct member *member = members_at(d->members, i);
		bool same = strcmp(member->subject, subject) == 0 &&
		    strcmp(member->issuer, issuer) == 0;
		bool self = strcmp(member->id, member_id) == 0;

		if (same && self)
			return 0;
		if (same || (self && member->subject[0] != '\0'))
			return ERR_EXISTS;
	}
	return identities_bind(
	    d->identities, member_id, issuer, subject, clock_wall(d->clock));
}

struct members *
directory_members(struct directory *directory)
{
	return directory->members;
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
	return confirmed_age_ms(
	    &directory->confirmed, directory->clock, directory->boot_id);
}

uint64_t
directory_generation(const struct directory *directory)
{
	return directory->shown;
}

uint32_t
directory_published(const struct directory *directory)
{
	return directory->published;
}
