/*
 * draft.c - a whole list on its way to the bytes of the snapshot.
 *
 * Promises that nothing of the loop's thread is touched while the bytes are
 * made, and that a member costs a few words meanwhile: what the file says of
 * her is put together when it is asked for.  Must not know files.
 */
#include "services/draft.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/text.h"
#include "services/lastroles.h"
#include "services/shells.h"

#define HOMES_MAX_BYTES ((size_t)1 << 28)
#define CLAIMED_MAX_BYTES ((size_t)1 << 30)
#define SETS 131072 /* a power of two */
#define SET_WAYS 4  /* places of a set: one line of the cache */
#define SETS_MAX_BYTES ((size_t)1 << 22)

/* A member of whom something is kept apart. */
struct apart {
	uint32_t user;
	uint32_t start; /* in the pool of texts, or of groups */
	uint32_t count; /* bytes, or groups */
};

/*
 * The groups of members who hold the same roles and scopes: they share the
 * very lists, which stay where they are while the members are held, and where
 * the roles begin tells one from all others.
 */
struct set {
	const char *const *roles; /* NULL: free */
	uint32_t start;           /* in the pool of lists */
	uint16_t count;
	bool active;
};

struct draft {
	const struct publish_options *options;
	struct members *members;
	struct memberships *memberships;
	struct shells shells;
	char refused_shell[NAME_PATH_MAX + 1]; /* the last one, or "" */
	uint64_t generation;
	struct wall_time created;
	/* First all members; draft_take() leaves those who stand. */
	const struct member_record **records;
	size_t record_count;
	size_t taken;
	size_t user_count;
	struct buf moved; /* struct apart: whose home is not named like them */
	struct buf texts;
	struct buf claimed; /* struct apart: to whose roles a token adds */
	struct buf claimed_groups;
	struct publish_refusal *refusals;
	size_t refusal_count;
	struct snapwrite_refusal *group_refusals;
	size_t group_refusal_count;
	int fault; /* of a callback */
	struct set *sets;
	struct buf lists;
	/* What the last callbacks told. */
	struct member member;
	size_t member_at;
	char home[DRAFT_HOME_SIZE];
	uint32_t groups[MEMBERSHIPS_MAX];
};

void
draft_home(const char *pattern, const char *folder, uint32_t uid,
    char out[DRAFT_HOME_SIZE])
{
	char number[sizeof("4294967295")];
	size_t len = 0;

	for (const char *p = pattern; *p != '\0' && len < DRAFT_HOME_SIZE;
	     p++) {
		bool named = p[0] == '%' && p[1] == 'u';
		bool numbered = p[0] == '%' && p[1] == 'i';
		const char *part = named ? folder : p;
		size_t size = named ? strlen(folder) : 1;

		if (numbered) {
			size =
			    (size_t)snprintf(number, sizeof(number), "%u", uid);
			part = number;
		}
		if (size < DRAFT_HOME_SIZE - len)
			memcpy(out + len, part, size);
		len += size;
		p += named || numbered;
	}
	out[len < DRAFT_HOME_SIZE ? len : 0] = '\0';
}

static int
take_records(struct draft *draft)
{
	size_t count = members_count(draft->members);

	draft->records = calloc(count + 1, sizeof(struct member_record *));
	if (draft->records == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		draft->records[i] = members_record(draft->members, i);
	draft->record_count = count;
	return 0;
}

int
draft_new(const struct publish_options *options,
    const struct publish_content *content, struct draft **ret_draft)
{
	struct draft *draft DRAFT_AUTO = calloc(1, sizeof(*draft));
	int err = 0;

	if (draft == NULL)
		return ERR_NO_MEMORY;
	draft->options = options;
	shells_read(options->shells_path, &draft->shells);
	draft->generation = content->generation;
	draft->created = content->now;
	buf_init(&draft->moved, HOMES_MAX_BYTES);
	buf_init(&draft->texts, HOMES_MAX_BYTES);
	buf_init(&draft->claimed, CLAIMED_MAX_BYTES);
	buf_init(&draft->claimed_groups, CLAIMED_MAX_BYTES);
	buf_init(&draft->lists, SETS_MAX_BYTES);
	draft->member_at = SIZE_MAX;
	draft->members = content->members;
	members_hold(draft->members);
	err = take_records(draft);
	if (err == 0)
		err = memberships_new(options->policy, content->ids,
		    content->locals, content->tell, &draft->memberships);
	if (err == 0)
		*ret_draft = TAKE(draft);
	return err;
}

void
draft_free(struct draft *draft)
{
	if (draft == NULL)
		return;
	free(draft->records);
	free(draft->refusals);
	free(draft->group_refusals);
	free(draft->sets);
	buf_done(&draft->moved);
	buf_done(&draft->texts);
	buf_done(&draft->claimed);
	buf_done(&draft->claimed_groups);
	buf_done(&draft->lists);
	shells_done(&draft->shells);
	memberships_free(draft->memberships);
	if (draft->members != NULL)
		members_release(draft->members);
	free(draft);
}

/* Most homes are that of the name: they stand nowhere, and nobody is asked. */
static void
keep_home(struct draft *draft, const char *folder)
{
	const struct apart moved = {.user = (uint32_t)draft->user_count,
	    .start = (uint32_t)draft->texts.len,
	    .count = (uint32_t)strlen(folder) + 1};

	buf_put(&draft->texts, folder, moved.count);
	buf_put(&draft->moved, &moved, sizeof(moved));
}

/* The groups of the few to whose roles an ID Token adds, while the loop's
 * thread may be asked for them. */
static void
keep_claimed(struct draft *draft, struct member member)
{
	struct apart claimed = {.user = (uint32_t)draft->user_count};
	struct tokenroles_room room;

	if (!lastroles_add(draft->options->lastroles,
		draft->options->claimed_age_s, &member, &room))
		return;
	claimed.start =
	    (uint32_t)(draft->claimed_groups.len / sizeof(*draft->groups));
	claimed.count = (uint32_t)memberships_of(
	    draft->memberships, &member, draft->groups);
	buf_put(&draft->claimed_groups, draft->groups,
	    claimed.count * sizeof(*draft->groups));
	buf_put(&draft->claimed, &claimed, sizeof(claimed));
}

int
draft_take(
    struct draft *draft, const struct ids *ids, size_t most, bool *ret_done)
{
	int err = 0;

	for (; most > 0 && draft->taken < draft->record_count; most--) {
		const struct member_record *record =
		    draft->records[draft->taken++];
		struct member member = {0};

		member_read(record, &member);
		if (member.excluded != 0 || member.uid == 0)
			continue;
		if (!member.at_home)
			keep_home(draft, ids_home(ids, member.id));
		keep_claimed(draft, member);
		draft->records[draft->user_count++] = record;
	}
	err = buf_fault(&draft->moved);
	if (err == 0)
		err = buf_fault(&draft->texts);
	if (err == 0)
		err = buf_fault(&draft->claimed);
	if (err == 0)
		err = buf_fault(&draft->claimed_groups);
	if (err == 0)
		*ret_done = draft->taken == draft->record_count;
	return err;
}

/* NULL: nothing of that member is kept there. */
static const struct apart *
find_apart(const struct buf *kept, size_t user)
{
	const struct apart *list = (const void *)kept->bytes;
	size_t low = 0;
	size_t high = kept->len / sizeof(*list);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].user == user)
			return &list[middle];
		if (list[middle].user < user)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const char *
find_folder(const struct draft *draft, size_t i, const char *user)
{
	const struct apart *moved = find_apart(&draft->moved, i);

	return moved == NULL ? user
			     : (const char *)draft->texts.bytes + moved->start;
}

/* Her own, where the host allows it. */
static const char *
shell_of(struct draft *draft, const struct member *member)
{
	if (member->shell[0] == '\0')
		return draft->options->shell;
	if (shells_allow(&draft->shells, member->shell))
		return member->shell;
	(void)text_cut(
	    draft->refused_shell, sizeof(draft->refused_shell), member->shell);
	return draft->options->shell;
}

static const struct member *
read_member(struct draft *draft, size_t i)
{
	if (draft->member_at != i)
		member_read(draft->records[i], &draft->member);
	draft->member_at = i;
	return &draft->member;
}

static void
user_at(void *context, size_t i, struct snapwrite_user *ret_user)
{
	struct draft *draft = context;
	const struct member *member = read_member(draft, i);

	draft_home(draft->options->home, find_folder(draft, i, member->user),
	    member->uid, draft->home);
	*ret_user = (struct snapwrite_user){.name = member->user,
	    .gecos = member->name,
	    .home = draft->home,
	    .shell = shell_of(draft, member),
	    .uid = member->uid};
}

/* Where the member's set is, or may be kept. */
static struct set *
place_of(const struct draft *draft, const struct member *member)
{
	uint64_t hash =
	    (uint64_t)(uintptr_t)member->roles * UINT64_C(0x9e3779b97f4a7c15);
	struct set *sets =
	    &draft->sets[(hash >> 32) % (SETS / SET_WAYS) * SET_WAYS];
	bool active = member->state == MEMBER_ACTIVE;
	size_t way = 0;

	while (way < SET_WAYS - 1 && sets[way].roles != NULL &&
	    (sets[way].roles != member->roles || sets[way].active != active))
		way++;
	return &sets[way];
}

/* Full is empty again. */
static void
keep_set(struct draft *draft, const struct member *member, size_t count)
{
	size_t bytes = count * sizeof(*draft->groups);
	struct set set = {
	    .roles = member->roles, .active = member->state == MEMBER_ACTIVE};

	if (draft->lists.len + bytes > SETS_MAX_BYTES) {
		memset(draft->sets, 0, SETS * sizeof(*draft->sets));
		buf_reset(&draft->lists);
	}
	set.start = (uint32_t)(draft->lists.len / sizeof(*draft->groups));
	set.count = (uint16_t)count;
	buf_put(&draft->lists, draft->groups, bytes);
	if (buf_fault(&draft->lists) != 0)
		draft->fault = buf_fault(&draft->lists);
	else
		*place_of(draft, member) = set;
}

static const uint32_t *
groups_at(void *context, size_t i, uint32_t *ret_count)
{
	struct draft *draft = context;
	const struct member *member = read_member(draft, i);
	const struct set *known = place_of(draft, member);
	const struct apart *claimed = find_apart(&draft->claimed, i);
	size_t count = 0;

	if (claimed != NULL) {
		*ret_count = claimed->count;
		return (const uint32_t *)(const void *)
			   draft->claimed_groups.bytes +
		    claimed->start;
	}
	if (known->roles == member->roles &&
	    known->active == (member->state == MEMBER_ACTIVE)) {
		*ret_count = known->count;
		return (const uint32_t *)(const void *)draft->lists.bytes +
		    known->start;
	}
	count = memberships_of(draft->memberships, member, draft->groups);
	keep_set(draft, member, count);
	*ret_count = (uint32_t)count;
	return draft->groups;
}

/* Room is doubled at each power of two. */
static void *
more(struct draft *draft, void *array, size_t count, size_t unit)
{
	void *grown = NULL;

	if ((count & (count - 1)) != 0)
		return array;
	grown = reallocarray(array, count == 0 ? 1 : count * 2, unit);
	if (grown == NULL)
		draft->fault = ERR_NO_MEMORY;
	return grown != NULL ? grown : array;
}

static void
on_refused(void *context, const struct snapwrite_refusal *refusal)
{
	struct draft *draft = context;
	struct member member = {0};

	if (refusal->kind == SNAPWRITE_GROUP) {
		draft->group_refusals = more(draft, draft->group_refusals,
		    draft->group_refusal_count, sizeof(*refusal));
		if (draft->fault == 0)
			draft->group_refusals[draft->group_refusal_count++] =
			    *refusal;
		return;
	}
	member_read(draft->records[refusal->index], &member);
	draft->refusals = more(draft, draft->refusals, draft->refusal_count,
	    sizeof(*draft->refusals));
	if (draft->fault == 0)
		draft->refusals[draft->refusal_count++] =
		    (struct publish_refusal){
			.member_id = member.id, .reason = (int)refusal->reason};
}

int
draft_write(struct draft *draft, const struct snapwrite_sink *sink)
{
	const struct snapwrite_input input = {
	    .user_count = draft->user_count,
	    .user_at = user_at,
	    .groups_at = groups_at,
	    .groups = memberships_groups(draft->memberships),
	    .group_count = memberships_group_count(draft->memberships),
	    .generation = draft->generation,
	    .created = draft->created,
	    .soft_age_s = draft->options->soft_age_s,
	    .hard_age_s = draft->options->hard_age_s,
	    .organization = draft->options->organization_name,
	    .group_members_max = draft->options->group_members_max,
	    .on_refused = on_refused,
	    .context = draft,
	};
	int err = 0;

	free(draft->sets);
	draft->sets = calloc(SETS, sizeof(*draft->sets));
	if (draft->sets == NULL)
		return ERR_NO_MEMORY;
	buf_reset(&draft->lists);
	draft->refusal_count = 0;
	draft->group_refusal_count = 0;
	err = snapwrite_stream(&input, sink);
	return err == 0 ? draft->fault : err;
}

const struct publish_refusal *
draft_refusals(const struct draft *draft)
{
	return draft->refusals;
}

size_t
draft_refusal_count(const struct draft *draft)
{
	return draft->refusal_count;
}

void
draft_tell(const struct draft *draft)
{
	const struct snapwrite_group *groups =
	    memberships_groups(draft->memberships);

	if (draft->refused_shell[0] != '\0')
		log_warning("shell not allowed, the default is given",
		    LOG_TEXT("shell", draft->refused_shell),
		    LOG_TEXT("remedy", "add it to shells(5)"));
	for (size_t i = 0; i < draft->group_refusal_count; i++) {
		const struct snapwrite_refusal *r = &draft->group_refusals[i];

		log_warning("group not served",
		    LOG_TEXT("group", groups[r->index].name),
		    LOG_TEXT("reason", err_name((int)r->reason)));
	}
}

uint32_t
draft_users(const struct draft *draft)
{
	return (uint32_t)(draft->user_count - draft->refusal_count);
}

struct memberships *
draft_take_memberships(struct draft *draft)
{
	return TAKE(draft->memberships);
}

const struct memberships *
draft_memberships(const struct draft *draft)
{
	return draft->memberships;
}

uint64_t
draft_generation(const struct draft *draft)
{
	return draft->generation;
}

struct wall_time
draft_created(const struct draft *draft)
{
	return draft->created;
}

void
draft_set_created(struct draft *draft, struct wall_time created)
{
	draft->created = created;
}
