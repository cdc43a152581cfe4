/*
 * publish.h - the members with their names, numbers and groups as
 * members.snapshot, replaced whole or not at all.
 *
 * A reader sees the old file or the new one, never a mix, whatever call fails
 * and wherever the process dies; on any fault the last good file stands.
 * Blocks on the disk.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/times.h"
#include "rules/access.h"
#include "rules/members.h"
#include "services/ids.h"
#include "services/locals.h"

struct publish_options {
	const char *path;
	const char *organization_name;
	const char *shell; /* where the member has none */
	const char *home;  /* "/home/%u": %u name, %i id */
	const struct access_policy *policy;
	uint32_t soft_age_s;
	uint32_t hard_age_s;
};

/* What is published; all borrowed. */
struct publish_content {
	struct members *members; /* after ids_assign() */
	const struct ids *ids;
	const struct locals *locals;
	uint64_t generation;
	struct wall_time now; /* when the source said so */
	bool tell;            /* log the groups that are left out */
};

/*
 * Writes, and marks the file that was there as superseded.  A member whom the
 * writer leaves out is marked as excluded, with the reason.  ret_users: how
 * many members stand in it.
 */
MUST_CHECK int publish(const struct publish_options *options,
    const struct publish_content *content, uint32_t *ret_users);

/* Whether the file that is there is whole, ours to read, of this generation
 * and of these members. */
bool publish_stands(const char *path, const struct publish_content *content);
