/*
 * access.h - who may log in, which groups a member is in, which role is held:
 * the whole policy in one screen.  Pure.
 *
 * Every answer is a reason: 0 allows, anything else is why not.  A zeroed
 * policy allows nobody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/members.h"

#define ACCESS_LIST_MAX 32 /* entries of each configured list */
#define ACCESS_MAPPINGS_MAX 100000
/* Mappings that one member can hold. */
#define ACCESS_HELD_MAX (2 * (size_t)MEMBERS_ROLES_MAX + MEMBERS_CLAIMED_MAX)

struct table;

/* One [role ID] or [scope ID] section. */
struct access_mapping {
	bool is_scope;
	uint32_t place; /* in mappings */
	char *id;       /* compared byte for byte */
	char (*groups)[NAME_USER_MAX + 1];
	size_t group_count;
	char (*local_groups)[NAME_USER_MAX + 1];
	size_t local_group_count;
};

struct access_policy {
	char allow_roles[ACCESS_LIST_MAX][NAME_ROLE_MAX + 1];
	size_t allow_role_count;
	char deny_local_groups[ACCESS_LIST_MAX][NAME_USER_MAX + 1];
	size_t deny_local_group_count;
	char everyone[NAME_USER_MAX + 1]; /* "" for none */
	struct access_mapping **mappings; /* owned; see access_map() */
	size_t mapping_count;
	struct table *by_id; /* owned; the mappings */
};

void access_policy_done(struct access_policy *policy);
/* The section of that id, added where there is none. Borrowed from the policy.
 * TOO_LARGE past ACCESS_MAPPINGS_MAX, NO_MEMORY. */
MUST_CHECK int access_map(struct access_policy *policy, bool is_scope,
    const char *id, struct access_mapping **ret_mapping);
/* Whether there is a section of that id. */
bool access_maps(
    const struct access_policy *policy, bool is_scope, const char *id);
/* Adds a group, or a local one, whose name the caller checked.  TOO_LARGE past
 * ACCESS_LIST_MAX, NO_MEMORY. */
MUST_CHECK int access_grant(
    struct access_mapping *mapping, bool local, const char *group);
/* Takes back what was granted of that kind. */
void access_revoke(struct access_mapping *mapping, bool local);

/* NOT_CONFIGURED, MEMBER_EXCLUDED, the state's reason, ROLE_NOT_ALLOWED. */
MUST_CHECK int access_login(
    const struct access_policy *policy, const struct member *member);
/* The reason of a state that is not Active; 0 for Active. */
MUST_CHECK int access_state(enum member_state state);
/*
 * Whether one of the roles (parted by '\n') is held by an Active member.
 * ROLE_NOT_HELD, or the state's reason.
 */
MUST_CHECK int access_role(const struct member *member, const char *roles);

/*
 * The mappings that an Active member holds, through her roles and scopes, in
 * their order; none in any other state.  Who belongs to which groups follows
 * from these and everyone; the denied local groups are given to nobody.
 */
size_t access_held(const struct access_policy *policy,
    const struct member *member,
    const struct access_mapping *out[ACCESS_HELD_MAX]);
bool access_local_group_denied(
    const struct access_policy *policy, const char *local_group);
