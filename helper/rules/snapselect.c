/*
 * snapselect.c - which members and groups may stand in the snapshot.
 *
 * Owns the judgement of each entry, alone and against the others, and the
 * order of what is left.  Promises that the choice depends on nothing but the
 * entries and their order.  Must not know the layout of the file.
 *
 * Every entry has a code: its order, in which the first of two equals stands.
 * Groups of the host come first, then other groups, then users.
 */
#include "rules/snapselect.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/name.h"
#include "rules/snapsort.h"

/* The fixed texts of a record: four NULs and "*". */
#define TEXT_FIXED 6
#define POOL_MIN 4096

struct selector {
	const struct snapwrite_input *in;
	uint32_t *group_codes; /* to the index of a group */
	uint32_t group_code_count;
	/* By index in the input: 0, or why it is left out, negated. */
	uint8_t *group_reasons;
	uint8_t *user_reasons;
	size_t name_bytes;
	size_t name_size;
	size_t list_count;
	size_t list_size;
	struct snapsort_entry *entries;
	size_t entry_count;
	struct snapselect chosen;
};

static void
selector_done(struct selector *s)
{
	free(s->group_codes);
	free(s->group_reasons);
	free(s->user_reasons);
	free(s->entries);
	snapselect_done(&s->chosen);
}

void
snapselect_done(struct snapselect *chosen)
{
	free(chosen->users);
	free(chosen->groups);
	free(chosen->places);
	free(chosen->place_ranks);
	free(chosen->place_gids);
	free(chosen->uids);
	free(chosen->name_starts);
	free(chosen->list_starts);
	free(chosen->text_lengths);
	free(chosen->names);
	free(chosen->lists);
	*chosen = (struct snapselect){0};
}

const char *
snapselect_gecos(const struct snapwrite_user *user)
{
	return name_gecos_valid(user->gecos) ? user->gecos : "";
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
	struct snapselect *c = &s->chosen;

	if (users > SNAPWRITE_USERS_MAX || groups > SNAPWRITE_GROUPS_MAX)
		return ERR_TOO_LARGE;
	s->group_codes = new_array(groups, sizeof(*s->group_codes));
	s->group_reasons = new_array(groups, sizeof(*s->group_reasons));
	s->user_reasons = new_array(users, sizeof(*s->user_reasons));
	c->places = new_array(groups, sizeof(*c->places));
	c->place_ranks = new_array(groups, sizeof(*c->place_ranks));
	c->place_gids = new_array(groups, sizeof(*c->place_gids));
	c->uids = new_array(users, sizeof(*c->uids));
	c->name_starts = new_array(users, sizeof(*c->name_starts));
	c->list_starts = new_array(users + 1, sizeof(*c->list_starts));
	c->text_lengths = new_array(users, sizeof(*c->text_lengths));
	if (!s->group_codes || !s->group_reasons || !s->user_reasons ||
	    !c->places || !c->place_ranks || !c->place_gids || !c->uids ||
	    !c->name_starts || !c->list_starts || !c->text_lengths)
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

/* Judges the groups of the host, or the others. */
static void
take_groups(struct selector *s, bool local)
{
	for (uint32_t i = 0; i < s->in->group_count; i++) {
		const struct snapwrite_group *g = &s->in->groups[i];

		if (g->local != local)
			continue;
		s->group_reasons[i] = (uint8_t)-judge_group(g);
		s->group_codes[s->group_code_count++] = i;
	}
}

/* The place of each group in gid lists. */
static int
place_groups(struct selector *s)
{
	size_t count = s->in->group_count;
	uint64_t *order = new_array(2 * count, sizeof(*order));
	struct snapselect *c = &s->chosen;

	if (order == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		order[i] = (uint64_t)s->in->groups[i].gid << 32 | i;
	snapsort_numbers(order, order + count, count);
	for (int local = 0, place = 0; local < 2; local++) {
		for (size_t i = 0; i < count; i++) {
			uint32_t index = (uint32_t)order[i];

			if (s->in->groups[index].local != (local != 0))
				continue;
			c->place_gids[place] = s->in->groups[index].gid;
			c->places[index] = (uint32_t)place++;
		}
		if (local == 0)
			c->first_local = (uint32_t)place;
	}
	free(order);
	return 0;
}

static int
grow(void **array, size_t *size, size_t wanted, size_t unit)
{
	size_t grown = *size == 0 ? POOL_MIN : *size;
	void *moved = NULL;

	if (wanted <= *size)
		return 0;
	while (grown < wanted)
		grown *= 2;
	if (grown > UINT32_MAX)
		return ERR_TOO_LARGE;
	moved = reallocarray(*array, grown, unit);
	if (moved == NULL)
		return ERR_NO_MEMORY;
	*array = moved;
	*size = grown;
	return 0;
}

static int
keep_name(struct selector *s, size_t i, const char *name)
{
	size_t size = strlen(name) + 1;
	void *names = s->chosen.names;
	int err = grow(&names, &s->name_size, s->name_bytes + size, 1);

	s->chosen.names = names;
	if (err != 0)
		return err;
	s->chosen.name_starts[i] = (uint32_t)s->name_bytes;
	memcpy(s->chosen.names + s->name_bytes, name, size);
	s->name_bytes += size;
	return 0;
}

static int
compare_u32(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* Most lists come in order: those cost one look. */
static void
sort_list(uint32_t *list, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (list[i] < list[i - 1]) {
			qsort(list, count, sizeof(*list), compare_u32);
			return;
		}
}

static int
keep_list(struct selector *s, const uint32_t *groups, uint32_t count)
{
	void *lists = s->chosen.lists;
	int err = grow(&lists, &s->list_size, s->list_count + count,
	    sizeof(*s->chosen.lists));
	uint32_t *list = NULL;
	size_t kept = 0;

	s->chosen.lists = lists;
	if (err != 0 || count == 0)
		return err;
	list = s->chosen.lists + s->list_count;
	for (uint32_t k = 0; k < count; k++) {
		if (groups[k] >= s->in->group_count)
			return ERR_INVALID_ARGUMENT;
		list[k] = s->chosen.places[groups[k]];
	}
	sort_list(list, count);
	for (uint32_t k = 0; k < count; k++)
		if (kept == 0 || list[kept - 1] != list[k])
			list[kept++] = list[k];
	s->list_count += kept;
	return 0;
}

static void
read_user(
    const struct snapwrite_input *in, size_t i, struct snapwrite_user *ret_user)
{
	if (in->users) {
		*ret_user = in->users[i];
		return;
	}
	in->user_at(in->context, i, ret_user);
	ret_user->groups =
	    in->groups_at(in->context, i, &ret_user->group_count);
}

static int
take_user(struct selector *s, size_t i)
{
	struct snapselect *c = &s->chosen;
	struct snapwrite_user u = {0};
	int reason = 0;
	int err = 0;

	read_user(s->in, i, &u);
	reason = judge_user(&u);
	s->user_reasons[i] = (uint8_t)-reason;
	c->list_starts[i] = (uint32_t)s->list_count;
	if (reason != 0)
		return 0;
	c->uids[i] = u.uid;
	c->text_lengths[i] =
	    (uint16_t)(strlen(u.name) + strlen(snapselect_gecos(&u)) +
		strlen(u.home) + strlen(u.shell) + TEXT_FIXED);
	err = keep_name(s, i, u.name);
	return err == 0 ? keep_list(s, u.groups, u.group_count) : err;
}

static int
take_users(struct selector *s)
{
	int err = 0;

	for (size_t i = 0; i < s->in->user_count && err == 0; i++)
		err = take_user(s, i);
	s->chosen.list_starts[s->in->user_count] = (uint32_t)s->list_count;
	return err;
}

/* Where the reason of an entry stands. */
static uint8_t *
reason_of(const struct selector *s, uint32_t code)
{
	return code < s->group_code_count
	    ? &s->group_reasons[s->group_codes[code]]
	    : &s->user_reasons[code - s->group_code_count];
}

static uint32_t
id_of(const struct selector *s, uint32_t code)
{
	return code < s->group_code_count
	    ? s->in->groups[s->group_codes[code]].gid
	    : s->chosen.uids[code - s->group_code_count];
}

static const char *
name_of(const void *context, uint32_t code)
{
	const struct selector *s = context;

	return code < s->group_code_count
	    ? s->in->groups[s->group_codes[code]].name
	    : s->chosen.names +
		s->chosen.name_starts[code - s->group_code_count];
}

/* Of the entries with one id the first stands. */
static int
drop_repeated_ids(struct selector *s)
{
	size_t most = s->group_code_count + s->in->user_count;
	uint64_t *ids = new_array(2 * most, sizeof(*ids));
	size_t count = 0;

	if (ids == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t code = 0; code < most; code++)
		if (*reason_of(s, code) == 0)
			ids[count++] = (uint64_t)id_of(s, code) << 32 | code;
	snapsort_numbers(ids, ids + count, count);
	for (size_t i = 1; i < count; i++)
		if (ids[i] >> 32 == ids[i - 1] >> 32)
			*reason_of(s, (uint32_t)ids[i]) = -ERR_ID_TAKEN;
	free(ids);
	return 0;
}

static bool
is_same_name(const struct selector *s, const struct snapsort_entry *a,
    const struct snapsort_entry *b)
{
	return a->key == b->key &&
	    strcmp(name_of(s, a->code), name_of(s, b->code)) == 0;
}

/* Sorts what is left by name; of one name the first stands. */
static int
drop_repeated_names(struct selector *s)
{
	size_t most = s->group_code_count + s->in->user_count;
	struct snapsort_entry *e = new_array(2 * most, sizeof(*e));
	size_t count = 0;

	if (e == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t code = 0; code < most; code++)
		if (*reason_of(s, code) == 0)
			e[count++] = (struct snapsort_entry){
			    .key = snapsort_key(name_of(s, code)),
			    .code = code};
	snapsort_names(e, e + count, count, name_of, s);
	for (size_t i = 0; i < count; i++) {
		if (s->entry_count > 0 &&
		    is_same_name(s, &e[s->entry_count - 1], &e[i]))
			*reason_of(s, e[i].code) = -ERR_NAME_TAKEN;
		else
			e[s->entry_count++] = e[i];
	}
	s->entries = e;
	return 0;
}

static void
tell_refused(const struct snapwrite_input *in, enum snapwrite_kind kind,
    const uint8_t *reasons, size_t count)
{
	for (size_t i = 0; i < count && in->on_refused; i++) {
		struct snapwrite_refusal refusal = {
		    .kind = kind,
		    .index = i,
		    .reason = (enum err) - (int)reasons[i],
		};

		if (reasons[i])
			in->on_refused(in->context, &refusal);
	}
}

/* The entries stand in the order of names by now. */
static int
rank_entries(struct selector *s)
{
	struct snapselect *c = &s->chosen;

	c->users = new_array(s->entry_count, sizeof(*c->users));
	c->groups = new_array(s->in->group_count, sizeof(*c->groups));
	if (!c->users || !c->groups)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < s->in->group_count; i++)
		c->place_ranks[i] = SNAPSELECT_NONE;
	for (size_t i = 0; i < s->entry_count; i++) {
		uint32_t code = s->entries[i].code;

		if (code >= s->group_code_count) {
			c->users[c->user_count++] = code - s->group_code_count;
			continue;
		}
		code = s->group_codes[code];
		c->place_ranks[c->places[code]] = c->group_count;
		c->groups[c->group_count++] = code;
	}
	return 0;
}

static int
choose_entries(struct selector *s)
{
	int err = place_groups(s);

	take_groups(s, true);
	take_groups(s, false);
	if (err == 0)
		err = take_users(s);
	if (err == 0)
		err = drop_repeated_ids(s);
	if (err == 0)
		err = drop_repeated_names(s);
	if (err != 0)
		return err;
	tell_refused(
	    s->in, SNAPWRITE_GROUP, s->group_reasons, s->in->group_count);
	tell_refused(s->in, SNAPWRITE_USER, s->user_reasons, s->in->user_count);
	return rank_entries(s);
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
	*ret_chosen = s.chosen;
	s.chosen = (struct snapselect){0};
	return 0;
}
