/*
 * memberships.c - groups of the organisation and of the host, and what each
 * mapping of the policy gives of them.
 *
 * Promises that a local group takes its gid from the host's own file only, and
 * that root's group and the denied ones are nobody's.  Must not know how
 * members are stored, nor what is written.
 */
#include "services/memberships.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/snapshot_hash.h"
#include "rules/table.h"

#define NO_GROUP UINT32_MAX

struct memberships {
	const struct access_policy *policy;
	struct snapwrite_group *groups;
	size_t group_count;
	/* Mapping number i gives lists[starts[i]] up to lists[starts[i + 1]]:
	 * indexes into groups. */
	uint32_t *starts;
	uint32_t *lists;
	uint32_t everyone;
	struct table own; /* groups by name */
	struct table local;
};

void
memberships_free(struct memberships *memberships)
{
	if (memberships == NULL)
		return;
	table_done(&memberships->own);
	table_done(&memberships->local);
	free(memberships->groups);
	free(memberships->starts);
	free(memberships->lists);
	free(memberships);
}

static bool
has_name(const void *entry, const void *key)
{
	return strcmp(((const struct snapwrite_group *)entry)->name, key) == 0;
}

static uint32_t
find(const struct memberships *m, bool local, const char *name)
{
	const struct table *table = local ? &m->local : &m->own;
	const struct snapwrite_group *group =
	    table_get(table, table_hash_text(table, name), has_name, name);

	return group == NULL ? NO_GROUP : (uint32_t)(group - m->groups);
}

static void
tell_group(const char *name, int reason)
{
	log_warning("group not served", LOG_TEXT("group", name),
	    LOG_TEXT("reason", err_name(reason)));
}

static void
add_own(struct memberships *m, const struct ids *ids, bool tell)
{
	for (size_t i = 0; i < ids_group_count(ids); i++) {
		const struct ids_group *group = ids_group(ids, i);

		if (group->reason == 0)
			m->groups[m->group_count++] = (struct snapwrite_group){
			    .name = group->name, .gid = group->gid};
		else if (tell)
			tell_group(group->name, group->reason);
	}
}

static int
judge_local(const struct access_policy *policy, const struct locals *locals,
    const char *name, uint32_t *ret_gid)
{
	uint32_t gid = 0;
	int err = access_local_group_denied(policy, name)
	    ? ERR_GROUP_DENIED
	    : locals_gid(locals, name, &gid);

	if (err == 0 && gid == 0)
		err = ERR_GROUP_DENIED;
	if (err == 0)
		*ret_gid = gid;
	return err;
}

static void
add_local(struct memberships *m, const struct locals *locals, bool tell)
{
	const struct access_policy *policy = m->policy;

	for (size_t i = 0; i < policy->mapping_count; i++)
		for (size_t j = 0; j < policy->mappings[i]->local_group_count;
		     j++) {
			struct snapwrite_group group = {.local = true,
			    .name = policy->mappings[i]->local_groups[j]};
			int err =
			    judge_local(policy, locals, group.name, &group.gid);

			if (err == 0)
				m->groups[m->group_count++] = group;
			else if (tell)
				tell_group(group.name, err);
		}
}

static int
compare(const void *left, const void *right)
{
	const struct snapwrite_group *a = left;
	const struct snapwrite_group *b = right;

	if (a->local != b->local)
		return a->local - b->local;
	if (a->gid != b->gid)
		return a->gid < b->gid ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* The policy may name a group of the host many times. */
static int
order_groups(struct memberships *m)
{
	size_t kept = 0;
	int err = 0;

	qsort(m->groups, m->group_count, sizeof(*m->groups), compare);
	for (size_t i = 0; i < m->group_count; i++)
		if (kept == 0 ||
		    compare(&m->groups[kept - 1], &m->groups[i]) != 0)
			m->groups[kept++] = m->groups[i];
	m->group_count = kept;
	for (size_t i = 0; i < kept && err == 0; i++) {
		struct snapwrite_group *group = &m->groups[i];
		struct table *table = group->local ? &m->local : &m->own;

		err = table_put(
		    table, table_hash_text(table, group->name), group);
	}
	return err;
}

static uint32_t
list_groups(struct memberships *m, uint32_t count, bool local,
    const char (*names)[NAME_USER_MAX + 1], size_t name_count)
{
	for (size_t i = 0; i < name_count; i++) {
		uint32_t group = find(m, local, names[i]);

		if (group != NO_GROUP)
			m->lists[count++] = group;
	}
	return count;
}

static void
list_mappings(struct memberships *m)
{
	uint32_t count = 0;

	for (size_t i = 0; i < m->policy->mapping_count; i++) {
		const struct access_mapping *from = m->policy->mappings[i];

		m->starts[i] = count;
		count = list_groups(m, count, false,
		    (const char(*)[NAME_USER_MAX + 1]) from->groups,
		    from->group_count);
		count = list_groups(m, count, true,
		    (const char(*)[NAME_USER_MAX + 1]) from->local_groups,
		    from->local_group_count);
	}
	m->starts[m->policy->mapping_count] = count;
	m->everyone = find(m, false, m->policy->everyone);
}

static int
allocate(struct memberships *m, const struct ids *ids)
{
	const struct access_policy *policy = m->policy;
	size_t own = 0;
	size_t local = 0;

	for (size_t i = 0; i < policy->mapping_count; i++) {
		own += policy->mappings[i]->group_count;
		local += policy->mappings[i]->local_group_count;
	}
	m->groups =
	    calloc(ids_group_count(ids) + local + 1, sizeof(*m->groups));
	m->lists = calloc(own + local + 1, sizeof(*m->lists));
	m->starts = calloc(policy->mapping_count + 1, sizeof(*m->starts));
	return m->groups && m->lists && m->starts ? 0 : ERR_NO_MEMORY;
}

int
memberships_new(const struct access_policy *policy, const struct ids *ids,
    const struct locals *locals, bool tell,
    struct memberships **ret_memberships)
{
	struct memberships *m MEMBERSHIPS_AUTO = calloc(1, sizeof(*m));
	int err = 0;

	if (m == NULL)
		return ERR_NO_MEMORY;
	m->policy = policy;
	err = allocate(m, ids);
	if (err != 0)
		return err;
	add_own(m, ids, tell);
	add_local(m, locals, tell);
	err = order_groups(m);
	if (err != 0)
		return err;
	list_mappings(m);
	*ret_memberships = TAKE(m);
	return 0;
}

size_t
memberships_group_count(const struct memberships *memberships)
{
	return memberships->group_count;
}

const struct snapwrite_group *
memberships_groups(const struct memberships *memberships)
{
	return memberships->groups;
}

/* Keeps the list ascending, each once; lists are short. */
static size_t
insert(uint32_t *list, size_t count, uint32_t group)
{
	size_t at = count;

	while (at > 0 && list[at - 1] > group)
		at--;
	if (at > 0 && list[at - 1] == group)
		return count;
	memmove(list + at + 1, list + at, (count - at) * sizeof(*list));
	list[at] = group;
	return count + 1;
}

size_t
memberships_of(const struct memberships *memberships,
    const struct member *member, uint32_t out[MEMBERSHIPS_MAX])
{
	const struct memberships *m = memberships;
	const struct access_mapping *held[ACCESS_HELD_MAX];
	size_t held_count = access_held(m->policy, member, held);
	size_t count = 0;

	if (member->state == MEMBER_ACTIVE && m->everyone != NO_GROUP)
		out[count++] = m->everyone;
	for (size_t i = 0; i < held_count; i++)
		for (uint32_t k = m->starts[held[i]->place];
		     k < m->starts[held[i]->place + 1]; k++)
			count = insert(out, count, m->lists[k]);
	return count;
}

uint64_t
memberships_digest(const struct access_policy *policy, const struct ids *ids,
    const struct locals *locals)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < ids_group_count(ids); i++) {
		const struct ids_group *group = ids_group(ids, i);

		digest = snapshot_fold(digest ^ group->gid ^
				 (uint64_t)(group->reason != 0) << 32,
			     SNAPSHOT_HASH_KEY_1) +
		    SNAPSHOT_HASH_KEY_2;
	}
	for (size_t i = 0; i < policy->mapping_count; i++)
		for (size_t j = 0; j < policy->mappings[i]->local_group_count;
		     j++) {
			uint32_t gid = 0;

			if (judge_local(policy, locals,
				policy->mappings[i]->local_groups[j],
				&gid) != 0)
				gid = 0;
			digest =
			    snapshot_fold(digest ^ gid, SNAPSHOT_HASH_KEY_1) +
			    SNAPSHOT_HASH_KEY_2;
		}
	return digest;
}
