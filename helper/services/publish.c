/*
 * publish.c - from members to the file that the name service reads.
 *
 * Promises that what is published passed the reader's own full check, and that
 * the old file is told of its successor only once that has taken its place.
 * Must not know when, or why, something is published.
 */
#include "services/publish.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/snapshot.h"
#include "rules/snapwrite.h"
#include "services/memberships.h"

#define SNAPSHOT_MODE 0644
#define POOL_MAX_BYTES ((size_t)1 << 31)

/* The snapshot in the making. */
struct draft {
	const struct publish_options *options;
	const struct publish_content *content;
	struct memberships *memberships;
	struct snapwrite_user *users;
	const struct member **owners; /* of the users */
	uint32_t *places;             /* of the owners among the members */
	size_t user_count;
	struct publish_refusal *refusals; /* room for all users */
	size_t refusal_count;
	struct buf homes; /* NUL-terminated, in the order of users */
	struct buf gids;  /* indexes into groups, native u32 */
};

static void
draft_done(struct draft *draft)
{
	memberships_free(draft->memberships);
	free(draft->users);
	free(draft->owners);
	free(draft->places);
	free(draft->refusals);
	buf_done(&draft->homes);
	buf_done(&draft->gids);
}
#define DRAFT_AUTO CLEANUP(draft_done)

static void
tell_group(const struct draft *draft, const char *name, int reason)
{
	if (draft->content->tell)
		log_warning("group not served", LOG_TEXT("group", name),
		    LOG_TEXT("reason", err_name(reason)));
}

static void
put_home(struct draft *draft, const struct member *member)
{
	const char *folder = ids_home(draft->content->ids, member->id);

	for (const char *p = draft->options->home; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 'u')
			buf_put_text(&draft->homes, folder);
		else if (p[0] == '%' && p[1] == 'i')
			buf_put_format(&draft->homes, "%u", member->uid);
		else
			buf_put_u8(&draft->homes, (uint8_t)*p);
		p += *p == '%' && (p[1] == 'u' || p[1] == 'i');
	}
	buf_put_u8(&draft->homes, '\0');
}

static void
put_gids(struct draft *draft, struct snapwrite_user *user,
    const struct member *member)
{
	uint32_t list[MEMBERSHIPS_MAX];
	size_t count = memberships_of(draft->memberships, member, list);

	buf_put(&draft->gids, list, count * sizeof(*list));
	user->group_count = (uint32_t)count;
}

/* Once the pools no longer move. */
static void
set_pointers(struct draft *draft)
{
	const char *home = (const char *)draft->homes.bytes;
	const uint32_t *gids =
	    (const uint32_t *)(const void *)draft->gids.bytes;

	for (size_t i = 0; i < draft->user_count; i++) {
		draft->users[i].home = home;
		draft->users[i].groups = gids;
		home += strlen(home) + 1;
		gids += draft->users[i].group_count;
	}
}

static int
add_users(struct draft *draft)
{
	struct members *members = draft->content->members;
	size_t most = members_count(members) + 1;

	draft->users = calloc(most, sizeof(*draft->users));
	draft->owners = calloc(most, sizeof(const struct member *));
	draft->places = calloc(most, sizeof(*draft->places));
	draft->refusals = calloc(most, sizeof(*draft->refusals));
	if (draft->users == NULL || draft->owners == NULL ||
	    draft->places == NULL || draft->refusals == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < members_count(members); i++) {
		const struct member *member = members_at(members, i);
		struct snapwrite_user *user = &draft->users[draft->user_count];

		if (member->excluded != 0 || member->uid == 0)
			continue;
		draft->places[draft->user_count] = (uint32_t)i;
		draft->owners[draft->user_count++] = member;
		user->name = member->user;
		user->gecos = member->name;
		user->uid = member->uid;
		user->shell = member->shell[0] != '\0' ? member->shell
						       : draft->options->shell;
		put_home(draft, member);
		put_gids(draft, user, member);
	}
	if (buf_fault(&draft->homes) != 0)
		return buf_fault(&draft->homes);
	if (buf_fault(&draft->gids) != 0)
		return buf_fault(&draft->gids);
	set_pointers(draft);
	return 0;
}

static void
on_refused(void *context, const struct snapwrite_refusal *refusal)
{
	struct draft *draft = context;

	if (refusal->kind == SNAPWRITE_GROUP)
		tell_group(draft,
		    memberships_groups(draft->memberships)[refusal->index].name,
		    (int)refusal->reason);
	else
		draft->refusals[draft->refusal_count++] =
		    (struct publish_refusal){
			.member_id = draft->owners[refusal->index]->id,
			.index = draft->places[refusal->index],
			.reason = (int)refusal->reason};
}

static void
free_bytes(uint8_t **ptr)
{
	free(*ptr);
}

static int
check_bytes(const uint8_t *bytes, size_t size)
{
	struct snapshot snapshot;
	int err = snapshot_init(bytes, size, &snapshot);

	return err == 0 ? snapshot_validate(&snapshot) : err;
}

static void
close_file(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* One aligned store through a shared map, which readers see at once. */
static void
supersede(int fd)
{
	struct snapshot_header_1 *header = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)sizeof(*header))
		return;
	header = mmap(
	    NULL, sizeof(*header), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (header == MAP_FAILED)
		return;
	__atomic_store_n(&header->superseded, 1, __ATOMIC_RELEASE);
	(void)munmap(header, sizeof(*header));
}

static int
replace(const char *path, const uint8_t *bytes, size_t size)
{
	int old CLEANUP(close_file) =
	    open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err = files_replace(path, bytes, size, SNAPSHOT_MODE);

	if (err == 0)
		supersede(old);
	return err;
}

static int
publish_draft(struct draft *draft)
{
	const struct publish_options *options = draft->options;
	const struct publish_content *content = draft->content;
	struct snapwrite_input input = {.generation = content->generation,
	    .created = content->now,
	    .soft_age_s = options->soft_age_s,
	    .hard_age_s = options->hard_age_s,
	    .organization = options->organization_name,
	    .on_refused = on_refused,
	    .context = draft};
	uint8_t *bytes CLEANUP(free_bytes) = NULL;
	size_t size = 0;
	int err = memberships_new(options->policy, content->ids,
	    content->locals, content->tell, &draft->memberships);

	if (err == 0)
		err = add_users(draft);
	if (err != 0)
		return err;
	input.users = draft->users;
	input.user_count = draft->user_count;
	input.groups = memberships_groups(draft->memberships);
	input.group_count = memberships_group_count(draft->memberships);
	err = snapwrite(&input, &bytes, &size);
	if (err == 0)
		err = check_bytes(bytes, size);
	return err == 0 ? replace(options->path, bytes, size) : err;
}

struct publisher {
	struct loop *loop;
	struct publish_options options;
	struct publish_refusal *refusals; /* of the last result */
	struct publish_content content;   /* while fn is set */
	publish_done_fn *fn;
	void *arg;
};

int
publisher_new(struct loop *loop, const struct publish_options *options,
    struct publisher **ret_publisher)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));

	if (publisher == NULL)
		return ERR_NO_MEMORY;
	publisher->loop = loop;
	publisher->options = *options;
	*ret_publisher = publisher;
	return 0;
}

void
publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	if (publisher->loop != NULL)
		loop_work_cancel(publisher->loop, publisher);
	free(publisher->refusals);
	free(publisher);
}

void
publisher_set_ages(
    struct publisher *publisher, uint32_t soft_age_s, uint32_t hard_age_s)
{
	publisher->options.soft_age_s = soft_age_s;
	publisher->options.hard_age_s = hard_age_s;
}

int
publish_now(struct publisher *publisher, const struct publish_content *content,
    struct publish_result *ret_result)
{
	struct draft draft DRAFT_AUTO = {.options = &publisher->options,
	    .content = content,
	    .homes = {.limit = POOL_MAX_BYTES},
	    .gids = {.limit = POOL_MAX_BYTES}};
	int err = publish_draft(&draft);

	free(publisher->refusals);
	publisher->refusals = TAKE(draft.refusals);
	*ret_result = (struct publish_result){.err = err,
	    .users = (uint32_t)(draft.user_count - draft.refusal_count),
	    .refusals = publisher->refusals,
	    .refusal_count = draft.refusal_count};
	return err;
}

static void
on_nothing(void *arg)
{
}

static void
on_turn(void *arg)
{
	struct publisher *publisher = arg;
	publish_done_fn *fn = TAKE(publisher->fn);
	struct publish_result result = {0};

	result.err = publish_now(publisher, &publisher->content, &result);
	fn(publisher->arg, &result);
}

int
publish_start(struct publisher *publisher,
    const struct publish_content *content, publish_done_fn *fn, void *arg)
{
	int err = publish_running(publisher)
	    ? ERR_EXISTS
	    : loop_work(publisher->loop, on_nothing, on_turn, publisher);

	if (err != 0)
		return err;
	publisher->content = *content;
	publisher->fn = fn;
	publisher->arg = arg;
	return 0;
}

bool
publish_running(const struct publisher *publisher)
{
	return publisher->fn != NULL;
}

int
publish_changes(struct publisher *publisher,
    const struct publish_content *content, const struct member *const *changed,
    size_t count)
{
	return ERR_TOO_LARGE;
}

int
publish_carry(struct publisher *publisher, const struct member *const *changed,
    size_t count)
{
	if (!publish_running(publisher))
		return ERR_NOT_FOUND;
	return count == 0 ? 0 : ERR_TOO_LARGE;
}

bool
publish_adopt(
    struct publisher *publisher, const struct publish_content *content)
{
	return publish_stands(publisher->options.path, content);
}

/* What could not be written is not there, so nobody may find it. */
static int
apply_refusals(struct members *members, const struct publish_result *result)
{
	for (size_t i = 0; i < result->refusal_count; i++) {
		const struct publish_refusal *refusal = &result->refusals[i];
		int err = members_exclude(
		    members, refusal->member_id, refusal->reason);

		if (err != 0)
			return err;
	}
	return result->refusal_count == 0 ? 0 : members_index(members);
}

int
publish(const struct publish_options *options,
    const struct publish_content *content, uint32_t *ret_users)
{
	struct publisher *publisher PUBLISHER_AUTO = NULL;
	struct publish_result result = {0};
	int err = publisher_new(NULL, options, &publisher);

	if (err == 0)
		err = publish_now(publisher, content, &result);
	if (err == 0)
		err = apply_refusals(content->members, &result);
	if (err == 0)
		*ret_users = result.users;
	return err;
}

bool
publish_stands(const char *path, const struct publish_content *content)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	size_t users = 0;

	if (snapshot_open(path, &snapshot) != 0 ||
	    snapshot_validate(&snapshot) != 0 ||
	    snapshot.generation != content->generation)
		return false;
	for (size_t i = 0; i < members_count(content->members); i++) {
		const struct member *member = members_at(content->members, i);
		struct snapshot_user user;

		if (member->uid == 0)
			continue;
		if (snapshot_user_by_id(&snapshot, member->uid, &user) != 0 ||
		    strcmp(user.name, member->user) != 0)
			return false;
		users++;
	}
	return users == snapshot.user_count;
}
