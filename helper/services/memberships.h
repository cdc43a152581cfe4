/*
 * memberships.h - which groups this host serves, and which of them a member is
 * in.
 *
 * A value made once from the policy, the ids and the host's own groups; then
 * it knows neither ids nor the host any more, so that another thread may read
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/access.h"
#include "rules/snapwrite.h"
#include "services/ids.h"
#include "services/locals.h"

/* Groups of one member: everyone, and those of all mappings she can hold. */
#define MEMBERSHIPS_MAX (1 + ACCESS_HELD_MAX * 2 * ACCESS_LIST_MAX)

struct memberships;

/* The policy is borrowed for good, ids and locals for this call.  tell: log
 * the groups that are not served. */
MUST_CHECK int memberships_new(const struct access_policy *policy,
    const struct ids *ids, const struct locals *locals, bool tell,
    struct memberships **ret_memberships);
void memberships_free(struct memberships *memberships);
DEFINE_CLEANUP(struct memberships, memberships, memberships_free)
#define MEMBERSHIPS_AUTO CLEANUP(memberships_cleanup)

/* The organisation's by gid, then the host's by gid. Borrowed. */
size_t memberships_group_count(const struct memberships *memberships);
const struct snapwrite_group *memberships_groups(
    const struct memberships *memberships);

/* The member's groups: indexes, ascending, each once.  How many. */
size_t memberships_of(const struct memberships *memberships,
    const struct member *member, uint32_t out[MEMBERSHIPS_MAX]);

/* The same number as long as the same groups would be served. Reads all. */
uint64_t memberships_digest(const struct access_policy *policy,
    const struct ids *ids, const struct locals *locals);
