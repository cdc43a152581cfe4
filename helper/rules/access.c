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

void
access_policy_done(struct access_policy *policy)
{
	free(policy->mappings);
	memset(policy, 0, sizeof(*policy));
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

static bool
holds(const struct access_mapping *mapping, const struct member *member)
{
	return mapping->is_scope ? member_has_scope(member, mapping->id)
				 : member_has_role(member, mapping->id);
}

static bool
listed(const char (*names)[NAME_USER_MAX + 1], size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

bool
access_in_group(const struct access_policy *policy, const struct member *member,
    const char *group)
{
	if (member->state != MEMBER_ACTIVE)
		return false;
	if (policy->everyone[0] != '\0' && strcmp(policy->everyone, group) == 0)
		return true;
	for (size_t i = 0; i < policy->mapping_count; i++) {
		const struct access_mapping *m = &policy->mappings[i];

		if (listed((const char(*)[NAME_USER_MAX + 1]) m->groups,
			m->group_count, group) &&
		    holds(m, member))
			return true;
	}
	return false;
}

bool
access_local_group_denied(
    const struct access_policy *policy, const char *local_group)
{
	return listed(
	    (const char(*)[NAME_USER_MAX + 1]) policy->deny_local_groups,
	    policy->deny_local_group_count, local_group);
}

bool
access_in_local_group(const struct access_policy *policy,
    const struct member *member, const char *local_group)
{
	if (member->state != MEMBER_ACTIVE ||
	    access_local_group_denied(policy, local_group))
		return false;
	for (size_t i = 0; i < policy->mapping_count; i++) {
		const struct access_mapping *m = &policy->mappings[i];

		if (listed((const char(*)[NAME_USER_MAX + 1]) m->local_groups,
			m->local_group_count, local_group) &&
		    holds(m, member))
			return true;
	}
	return false;
}
