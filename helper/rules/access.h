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
#define ACCESS_MAPPINGS_MAX 128

/* One [role ID] or [scope ID] section. */
struct access_mapping {
	bool is_scope;
	char id[NAME_ROLE_MAX + 1]; /* compared byte for byte */
	char groups[ACCESS_LIST_MAX][NAME_USER_MAX + 1];
	size_t group_count;
	char local_groups[ACCESS_LIST_MAX][NAME_USER_MAX + 1];
	size_t local_group_count;
};

struct access_policy {
	char allow_roles[ACCESS_LIST_MAX][NAME_ROLE_MAX + 1];
	size_t allow_role_count;
	char deny_local_groups[ACCESS_LIST_MAX][NAME_USER_MAX + 1];
	size_t deny_local_group_count;
	char everyone[NAME_USER_MAX + 1]; /* "" for none */
	struct access_mapping *mappings;  /* owned; ACCESS_MAPPINGS_MAX */
	size_t mapping_count;
};

void access_policy_done(struct access_policy *policy);

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
 * Whether the member belongs to an organisation group, or to a local group
 * (denied local groups never).  Whole sets are built by services/publish from
 * these two.
 */
bool access_in_group(const struct access_policy *policy,
    const struct member *member, const char *group);
bool access_in_local_group(const struct access_policy *policy,
    const struct member *member, const char *local_group);
bool access_local_group_denied(
    const struct access_policy *policy, const char *local_group);
