/*
 * access.c - the policy: who may log in, which role is held, which groups
 * follow from roles and scopes.
 *
 * Role ids are compared byte for byte and never folded; a state that is not
 * Active gives nothing; a local group on the denied list is never given, even
 * where the configuration names it.
 */
#include "rules/access.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/table.h"

struct key {
	bool is_scope;
	const char *id;
};

static bool
is_same(const void *entry, const void *key)
{
	const struct access_mapping *mapping = entry;
	const struct key *wanted = key;

	return mapping->is_scope == wanted->is_scope &&
	    strcmp(mapping->id, wanted->id) == 0;
}

static struct access_mapping *
find(const struct access_policy *policy, bool is_scope, const char *id)
{
	const struct key key = {.is_scope = is_scope, .id = id};

	if (policy->by_id == NULL)
		return NULL;
	return table_get(
	    policy->by_id, table_hash_text(policy->by_id, id), is_same, &key);
}

bool
access_maps(const struct access_policy *policy, bool is_scope, const char *id)
{
	return find(policy, is_scope, id) != NULL;
}

static void
free_mapping(struct access_mapping *mapping)
{
	if (mapping == NULL)
		return;
	free(mapping->id);
	free(mapping->groups);
	free(mapping->local_groups);
	free(mapping);
}
DEFINE_CLEANUP(struct access_mapping, mapping, free_mapping)

void
access_policy_done(struct access_policy *policy)
{
	for (size_t i = 0; i < policy->mapping_count; i++)
		free_mapping(policy->mappings[i]);
	free(policy->mappings);
	if (policy->by_id != NULL)
		table_done(policy->by_id);
	free(policy->by_id);
	memset(policy, 0, sizeof(*policy));
}

static int
add_mapping(struct access_policy *policy, struct access_mapping *mapping)
{
	size_t count = policy->mapping_count;
	struct access_mapping **grown = NULL;

	if (count >= ACCESS_MAPPINGS_MAX)
		return ERR_TOO_LARGE;
	if (policy->by_id == NULL)
		policy->by_id = calloc(1, sizeof(*policy->by_id));
	/* Room is doubled at each power of two. */
	if ((count & (count - 1)) == 0) {
		grown =
		    reallocarray(policy->mappings, count == 0 ? 1 : count * 2,
			sizeof(struct access_mapping *));
		if (grown == NULL)
			return ERR_NO_MEMORY;
		policy->mappings = grown;
	}
	if (policy->by_id == NULL ||
	    table_put(policy->by_id,
		table_hash_text(policy->by_id, mapping->id), mapping) != 0)
		return ERR_NO_MEMORY;
	mapping->place = (uint32_t)count;
	policy->mappings[policy->mapping_count++] = mapping;
	return 0;
}

int
access_map(struct access_policy *policy, bool is_scope, const char *id,
    struct access_mapping **ret_mapping)
{
	struct access_mapping *known = find(policy, is_scope, id);
	struct access_mapping *added CLEANUP(mapping_cleanup) = NULL;
	int err = 0;

	if (known != NULL) {
		*ret_mapping = known;
		return 0;
	}
	added = calloc(1, sizeof(*added));
	if (added == NULL)
		return ERR_NO_MEMORY;
	added->is_scope = is_scope;
	added->id = strdup(id);
	if (added->id == NULL)
		return ERR_NO_MEMORY;
	err = add_mapping(policy, added);
	if (err == 0)
		*ret_mapping = TAKE(added);
	return err;
}

int
access_grant(struct access_mapping *mapping, bool local, const char *group)
{
	char(**names)[NAME_USER_MAX + 1] =
	    local ? &mapping->local_groups : &mapping->groups;
	size_t *count =
	    local ? &mapping->local_group_count : &mapping->group_count;
	char(*grown)[NAME_USER_MAX + 1] = NULL;

	if (*count >= ACCESS_LIST_MAX || strlen(group) > NAME_USER_MAX)
		return ERR_TOO_LARGE;
	grown = reallocarray(*names, *count + 1, sizeof(**names));
	if (grown == NULL)
		return ERR_NO_MEMORY;
	*names = grown;
	memcpy(grown[(*count)++], group, strlen(group) + 1);
	return 0;
}

void
access_revoke(struct access_mapping *mapping, bool local)
{
	if (local)
		mapping->local_group_count = 0;
	else
		mapping->group_count = 0;
}

int
access_state(enum member_state state)
{
	switch (state) {
	case MEMBER_ACTIVE:
		return ERR_OK;
	case MEMBER_PENDING:
		return ERR_MEMBER_PENDING;
	case MEMBER_DEACTIVATED:
		return ERR_MEMBER_DEACTIVATED;
	case MEMBER_SUSPENDED:
		return ERR_MEMBER_SUSPENDED;
	case MEMBER_UNKNOWN:
		return ERR_MEMBER_STATE_UNKNOWN;
	}
	return ERR_MEMBER_STATE_UNKNOWN;
}

int
access_login(const struct access_policy *policy, const struct member *member)
{
	int r = access_state(member->state);

	if (r != 0)
		return r;
	if (member->excluded != 0 || member->uid == 0)
		return ERR_MEMBER_EXCLUDED;
	if (policy->allow_role_count == 0)
		return ERR_NOT_CONFIGURED;
	for (size_t i = 0; i < policy->allow_role_count; i++) {
		if (member_has_role(member, policy->allow_roles[i]))
			return ERR_OK;
	}
	return ERR_ROLE_NOT_ALLOWED;
}

int
access_role(const struct member *member, const char *roles)
{
	int r = access_state(member->state);

	if (r != 0)
		return r;
	if (member->excluded != 0 || member->uid == 0)
		return ERR_MEMBER_EXCLUDED;
	for (const char *p = roles; *p != '\0';) {
		char role[NAME_ROLE_MAX + 1];
		size_t len = strcspn(p, "\n");

		if (len > 0 && len <= NAME_ROLE_MAX) {
			memcpy(role, p, len);
			role[len] = '\0';
			if (member_has_role(member, role))
				return ERR_OK;
		}
		p += len + (p[len] == '\n');
	}
	return ERR_ROLE_NOT_HELD;
}

size_t
access_held(const struct access_policy *policy, const struct member *member,
    const struct access_mapping *out[ACCESS_HELD_MAX])
{
	size_t count = 0;

	if (member->state != MEMBER_ACTIVE)
		return 0;
	for (size_t i = 0; i < member->role_count && count < ACCESS_HELD_MAX;
	     i++) {
		out[count] = find(policy, false, member->roles[i]);
		count += out[count] != NULL;
	}
	for (size_t i = 0; i < member->scope_count && count < ACCESS_HELD_MAX;
	     i++) {
		out[count] = find(policy, true, member->scopes[i]);
		count += out[count] != NULL;
	}
	return count;
}

bool
access_local_group_denied(
    const struct access_policy *policy, const char *local_group)
{
	for (size_t i = 0; i < policy->deny_local_group_count; i++) {
		if (strcmp(policy->deny_local_groups[i], local_group) == 0)
			return true;
	}
	return false;
}
