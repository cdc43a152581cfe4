/*
 * overlay.c - the members who changed since a base was made.
 *
 * Promises that whoever changed is hidden in the base, whatever became of her,
 * and that gid lists name groups that stand in the base.  Must not know files.
 */
#include "services/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/snapshot_hidden.h"
#include "services/draft.h"
#include "services/lastroles.h"
#include "services/shells.h"

struct overlay {
	struct members *members; /* who stands, copied */
	char (*homes)[NAME_USER_MAX + 1];
	uint32_t *numbers; /* of all who changed */
	size_t number_count;
};

void
overlay_free(struct overlay *overlay)
{
	if (overlay == NULL)
		return;
	members_free(overlay->members);
	free(overlay->homes);
	free(overlay->numbers);
	free(overlay);
}

static int
take_member(
    struct overlay *overlay, const struct ids *ids, const struct member *member)
{
	uint32_t number = ids_number(ids, member->id);

	if (number != 0)
		overlay->numbers[overlay->number_count++] = number;
	return member->excluded != 0 || member->uid == 0
	    ? 0
	    : members_add(overlay->members, member);
}

static int
take_homes(struct overlay *overlay, const struct ids *ids)
{
	size_t count = members_count(overlay->members);

	overlay->homes = calloc(count + 1, sizeof(*overlay->homes));
	if (overlay->homes == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		struct member member = {0};
		const char *home = NULL;

		if (!members_get(overlay->members, i, &member))
			return ERR_INTERNAL;
		home = ids_home(ids, member.id);
		if (strlen(home) > NAME_USER_MAX)
			return ERR_TOO_LARGE;
		memcpy(overlay->homes[i], home, strlen(home) + 1);
	}
	return 0;
}

int
overlay_new(const struct ids *ids, const struct member *const *changed,
    size_t count, struct overlay **ret_overlay)
{
	struct overlay *overlay OVERLAY_AUTO = NULL;
	int err = 0;

	if (count > PUBLISH_CHANGES_MAX)
		return ERR_TOO_LARGE;
	overlay = calloc(1, sizeof(*overlay));
	if (overlay == NULL)
		return ERR_NO_MEMORY;
	overlay->numbers = calloc(count + 1, sizeof(*overlay->numbers));
	err = overlay->numbers == NULL ? ERR_NO_MEMORY
				       : members_new(&overlay->members);
	for (size_t i = 0; i < count && err == 0; i++)
		err = take_member(overlay, ids, changed[i]);
	if (err == 0)
		err = take_homes(overlay, ids);
	if (err == 0)
		*ret_overlay = TAKE(overlay);
	return err;
}

/* The input of the writer in the making. */
struct content {
	const struct overlay *overlay;
	const struct overlay_base *base;
	struct snapwrite_user *users;
	char (*homes)[DRAFT_HOME_SIZE];
	uint32_t *list;  /* of one user, MEMBERSHIPS_MAX at most */
	uint32_t *lists; /* of all users */
	size_t list_count;
	struct snapwrite_group *groups; /* that somebody is in */
	uint32_t group_count;
	uint32_t *places; /* by number of the group: in groups, + 1 */
	uint32_t *hidden;
	uint32_t hidden_count;
	bool refused;
};

static void
content_done(struct content *content)
{
	free(content->users);
	free(content->homes);
	free(content->list);
	free(content->lists);
	free(content->groups);
	free(content->places);
	free(content->hidden);
}

static int
allocate(struct content *c)
{
	size_t users = members_count(c->overlay->members);
	size_t groups = memberships_group_count(c->base->memberships);

	c->users = calloc(users + 1, sizeof(*c->users));
	c->homes = calloc(users + 1, sizeof(*c->homes));
	c->list = calloc(MEMBERSHIPS_MAX, sizeof(*c->list));
	c->groups = calloc(groups + 1, sizeof(*c->groups));
	c->places = calloc(groups + 1, sizeof(*c->places));
	c->hidden = calloc(c->overlay->number_count + 1, sizeof(*c->hidden));
	return c->users && c->homes && c->list && c->groups && c->places &&
		c->hidden
	    ? 0
	    : ERR_NO_MEMORY;
}

/* A group that was left out of the base is nobody's. */
static bool
stands(const struct content *c, const struct snapwrite_group *group)
{
	struct snapshot_group there;

	return snapshot_group_by_id(c->base->snapshot, group->gid, &there) ==
	    0 &&
	    !there.private_group && there.local == group->local;
}

static void
put_group(struct content *c, uint32_t number)
{
	const struct snapwrite_group *group =
	    &memberships_groups(c->base->memberships)[number];

	if (c->places[number] == 0) {
		if (!stands(c, group))
			return;
		c->groups[c->group_count++] = *group;
		c->places[number] = c->group_count;
	}
	c->lists[c->list_count++] = c->places[number] - 1;
}

static int
put_groups(
    struct content *c, struct snapwrite_user *user, const struct member *member)
{
	const struct publish_options *options = c->base->options;
	struct member counted = *member;
	struct tokenroles_room room;
	size_t before = c->list_count;
	size_t count = 0;
	uint32_t *grown = NULL;

	(void)lastroles_add(
	    options->lastroles, options->claimed_age_s, &counted, &room);
	count = memberships_of(c->base->memberships, &counted, c->list);
	grown = reallocarray(c->lists, before + count + 1, sizeof(*c->lists));
	if (grown == NULL)
		return ERR_NO_MEMORY;
	c->lists = grown;
	for (size_t i = 0; i < count; i++)
		put_group(c, c->list[i]);
	user->group_count = (uint32_t)(c->list_count - before);
	return 0;
}

static int
put_users(struct content *c)
{
	const struct publish_options *options = c->base->options;
	struct shells shells SHELLS_AUTO = {0};
	const uint32_t *list = NULL;
	size_t count = members_count(c->overlay->members);

	shells_read(options->shells_path, &shells);
	for (size_t i = 0; i < count; i++) {
		struct member member = {0};
		bool own_shell = false;
		int err = 0;

		if (!members_get(c->overlay->members, i, &member))
			return ERR_INTERNAL;
		own_shell = member.shell[0] != '\0' &&
		    shells_allow(&shells, member.shell);
		draft_home(options->home, c->overlay->homes[i], member.uid,
		    c->homes[i]);
		c->users[i] = (struct snapwrite_user){.name = member.user,
		    .gecos = member.name,
		    .home = c->homes[i],
		    .shell = own_shell ? member.shell : options->shell,
		    .uid = member.uid};
		err = put_groups(c, &c->users[i], &member);
		if (err != 0)
			return err;
	}
	list = c->lists;
	for (size_t i = 0; i < count; i++) {
		c->users[i].groups = list;
		list += c->users[i].group_count;
	}
	return 0;
}

static int
compare_refs(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static int
hide(struct content *c)
{
	const struct snapshot *base = c->base->snapshot;

	for (size_t i = 0; i < c->overlay->number_count; i++) {
		struct snapshot_user user;
		int err =
		    snapshot_user_by_id(base, c->overlay->numbers[i], &user);

		if (err == 0)
			c->hidden[c->hidden_count++] =
			    snapshot_user_ref(base, &user);
		else if (err != ERR_NOT_FOUND)
			return err;
	}
	qsort(c->hidden, c->hidden_count, sizeof(*c->hidden), compare_refs);
	return 0;
}

static void
on_refused(void *context, const struct snapwrite_refusal *refusal)
{
	((struct content *)context)->refused = true;
}

static int
write_content(struct content *c, const struct snapwrite_sink *sink)
{
	const struct overlay_base *base = c->base;
	const struct snapwrite_overlay over = {
	    .base_checksum = base->snapshot->checksum,
	    .number = base->number,
	    .hidden = c->hidden,
	    .hidden_count = c->hidden_count};
	const struct snapwrite_input input = {.users = c->users,
	    .user_count = members_count(c->overlay->members),
	    .groups = c->groups,
	    .group_count = c->group_count,
	    .generation = base->generation,
	    .created = base->created,
	    .soft_age_s = base->options->soft_age_s,
	    .hard_age_s = base->options->hard_age_s,
	    .organization = base->options->organization_name,
	    .overlay = &over,
	    .on_refused = on_refused,
	    .context = c};
	int err = snapwrite_stream(&input, sink);

	return err == 0 && c->refused ? ERR_TOO_LARGE : err;
}

int
overlay_write(const struct overlay *overlay, const struct overlay_base *base,
    const struct snapwrite_sink *sink)
{
	struct content content CLEANUP(content_done) = {
	    .overlay = overlay, .base = base};
	int err = allocate(&content);

	if (err == 0)
		err = put_users(&content);
	if (err == 0)
		err = hide(&content);
	return err == 0 ? write_content(&content, sink) : err;
}
