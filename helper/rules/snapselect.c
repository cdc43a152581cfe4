/*
 * snapselect.c - which members and groups may stand in the snapshot.
 *
 * Owns the judgement of each entry, alone and against the others, and the
 * order of what is left.  Promises that the choice depends on nothing but the
 * entries and their order.  Must not know the layout of the file.
 */
#include "rules/snapselect.h"

#include <stdlib.h>
#include <string.h>

#include "common/name.h"

/* One accepted entry of either kind, as the sorts see it. */
struct entry {
	const char *name;
	uint32_t id;
	uint32_t order; /* groups of the host, other groups, users */
	uint32_t index; /* in its input array */
	enum snapwrite_kind kind;
};

struct selector {
	const struct snapwrite_input *in;
	struct entry *entries;
	size_t entry_count;
	/* By index in the input: 0, or why it is left out. */
	int *group_reasons;
	int *user_reasons;
	struct snapselect chosen;
};

static void
selector_done(struct selector *s)
{
	free(s->entries);
	free(s->group_reasons);
	free(s->user_reasons);
	snapselect_done(&s->chosen);
}

void
snapselect_done(struct snapselect *chosen)
{
	free(chosen->users);
	free(chosen->groups);
	free(chosen->group_ranks);
	*chosen = (struct snapselect){0};
}

/* calloc() of nothing may be NULL, which would look like a lack of memory. */
static void *
new_array(size_t count, size_t size)
{
	return calloc(count + 1, size);
}

static int
allocate(struct selector *s)
{
	size_t users = s->in->user_count;
	size_t groups = s->in->group_count;

	if (users > SNAPWRITE_USERS_MAX || groups > SNAPWRITE_GROUPS_MAX)
		return ERR_TOO_LARGE;
	s->entries = new_array(users + groups, sizeof(*s->entries));
	s->group_reasons = new_array(groups, sizeof(*s->group_reasons));
	s->user_reasons = new_array(users, sizeof(*s->user_reasons));
	s->chosen.users = new_array(users, sizeof(*s->chosen.users));
	s->chosen.groups = new_array(groups, sizeof(*s->chosen.groups));
	s->chosen.group_ranks =
	    new_array(groups, sizeof(*s->chosen.group_ranks));
	if (!s->entries || !s->group_reasons || !s->user_reasons ||
	    !s->chosen.users || !s->chosen.groups || !s->chosen.group_ranks)
		return ERR_NO_MEMORY;
	return 0;
}

static int
judge_group(const struct snapwrite_group *g)
{
	if (!name_user_valid(g->name))
		return ERR_NAME_INVALID;
	if (g->gid == 0 || g->gid == UINT32_MAX ||
	    (!g->local && name_number_reserved(g->gid)))
		return ERR_ID_OUT_OF_RANGE;
	return 0;
}

static int
judge_user(const struct snapwrite_user *u)
{
	if (!name_user_valid(u->name))
		return ERR_NAME_INVALID;
	if (name_number_reserved(u->uid))
		return ERR_ID_OUT_OF_RANGE;
	if (!name_path_valid(u->home) || !name_path_valid(u->shell) ||
	    u->group_count > SNAPWRITE_USER_GROUPS_MAX)
		return ERR_INVALID_ARGUMENT;
	return 0;
}

static void
add_entry(struct selector *s, struct entry entry)
{
	entry.order = (uint32_t)s->entry_count;
	s->entries[s->entry_count++] = entry;
}

/* Judges the groups of the host, or the others. */
static void
take_groups(struct selector *s, bool local)
{
	for (size_t i = 0; i < s->in->group_count; i++) {
		const struct snapwrite_group *g = &s->in->groups[i];

		if (g->local != local)
			continue;
		s->group_reasons[i] = judge_group(g);
		if (!s->group_reasons[i])
			add_entry(s,
			    (struct entry){
				.name = g->name,
				.id = g->gid,
				.index = (uint32_t)i,
				.kind = SNAPWRITE_GROUP,
			    });
	}
}

static int
take_users(struct selector *s)
{
	for (size_t i = 0; i < s->in->user_count; i++) {
		const struct snapwrite_user *u = &s->in->users[i];

		for (uint32_t k = 0; k < u->group_count; k++)
			if (u->groups[k] >= s->in->group_count)
				return ERR_INVALID_ARGUMENT;
		s->user_reasons[i] = judge_user(u);
		if (!s->user_reasons[i])
			add_entry(s,
			    (struct entry){
				.name = u->name,
				.id = u->uid,
				.index = (uint32_t)i,
				.kind = SNAPWRITE_USER,
			    });
	}
	return 0;
}

static int
compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_names(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : compare_u32(x->order, y->order);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int order = compare_u32(x->id, y->id);

	return order ? order : compare_u32(x->order, y->order);
}

static bool
is_same_name(const struct entry *a, const struct entry *b)
{
	return strcmp(a->name, b->name) == 0;
}

static bool
is_same_id(const struct entry *a, const struct entry *b)
{
	return a->id == b->id;
}

/* Of each run of equals in the sorted entries the first one stands. */
static void
drop_repeated(struct selector *s,
    bool (*is_same)(const struct entry *, const struct entry *), int reason)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->entry_count; i++) {
		const struct entry *e = &s->entries[i];

		if (kept == 0 || !is_same(&s->entries[kept - 1], e))
			s->entries[kept++] = *e;
		else if (e->kind == SNAPWRITE_GROUP)
			s->group_reasons[e->index] = reason;
		else
			s->user_reasons[e->index] = reason;
	}
	s->entry_count = kept;
}

static void
tell_refused(const struct snapwrite_input *in, enum snapwrite_kind kind,
    const int *reasons, size_t count)
{
	for (size_t i = 0; i < count && in->on_refused; i++) {
		struct snapwrite_refusal refusal = {
		    .kind = kind,
		    .index = i,
		    .reason = (enum err)reasons[i],
		};

		if (reasons[i])
			in->on_refused(in->context, &refusal);
	}
}

static int
choose_entries(struct selector *s)
{
	take_groups(s, true);
	take_groups(s, false);

	int err = take_users(s);

	if (err)
		return err;
	qsort(s->entries, s->entry_count, sizeof(*s->entries), compare_ids);
	drop_repeated(s, is_same_id, ERR_ID_TAKEN);
	qsort(s->entries, s->entry_count, sizeof(*s->entries), compare_names);
	drop_repeated(s, is_same_name, ERR_NAME_TAKEN);
	tell_refused(
	    s->in, SNAPWRITE_GROUP, s->group_reasons, s->in->group_count);
	tell_refused(s->in, SNAPWRITE_USER, s->user_reasons, s->in->user_count);
	return 0;
}

/* The entries stand in the order of names by now. */
static void
rank_entries(struct selector *s)
{
	struct snapselect *c = &s->chosen;

	for (size_t i = 0; i < s->in->group_count; i++)
		c->group_ranks[i] = SNAPSELECT_NONE;
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct entry *e = &s->entries[i];

		if (e->kind == SNAPWRITE_USER) {
			c->users[c->user_count++] = e->index;
			continue;
		}
		c->group_ranks[e->index] = c->group_count;
		c->groups[c->group_count++] = e->index;
	}
}

int
snapselect(const struct snapwrite_input *input, struct snapselect *ret_chosen)
{
	CLEANUP(selector_done) struct selector s = {.in = input};
	int err = allocate(&s);

	if (!err)
		err = choose_entries(&s);
	if (err)
		return err;
	rank_entries(&s);
	*ret_chosen = s.chosen;
	s.chosen = (struct snapselect){0};
	return 0;
}
