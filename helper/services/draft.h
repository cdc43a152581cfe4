/*
 * draft.h - a whole list on its way to the bytes of the snapshot.
 *
 * What belongs to the loop's thread (ids, locals, the list itself, what tokens
 * told) is taken by draft_new() and draft_take(); then draft_write() touches
 * nothing of it and may run in another thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/snapwrite.h"
#include "services/memberships.h"
#include "services/publish.h"

#define DRAFT_HOME_SIZE (NAME_PATH_MAX + 1)

struct draft;

/* Holds the members, and takes their records and the groups, in a few
 * milliseconds.  The options are borrowed. */
MUST_CHECK int draft_new(const struct publish_options *options,
    const struct publish_content *content, struct draft **ret_draft);
/* Lets the members go. Accepts NULL. */
void draft_free(struct draft *draft);
DEFINE_CLEANUP(struct draft, draft, draft_free)
#define DRAFT_AUTO CLEANUP(draft_cleanup)

/* Looks at so many members more, for what the ids say of them. ret_done: none
 * is left. */
MUST_CHECK int draft_take(
    struct draft *draft, const struct ids *ids, size_t most, bool *ret_done);
/* Faults of snapwrite_stream(). */
MUST_CHECK int draft_write(
    struct draft *draft, const struct snapwrite_sink *sink);

/* Who and what was left out; borrowed. */
const struct publish_refusal *draft_refusals(const struct draft *draft);
size_t draft_refusal_count(const struct draft *draft);
/* Logs the groups among them, and a shell that is not allowed. */
void draft_tell(const struct draft *draft);
/* Members that stand, and the groups; the second is given away. */
uint32_t draft_users(const struct draft *draft);
struct memberships *draft_take_memberships(struct draft *draft);
const struct memberships *draft_memberships(const struct draft *draft);
uint64_t draft_generation(const struct draft *draft);
struct wall_time draft_created(const struct draft *draft);
/* For another file of the same content. */
void draft_set_created(struct draft *draft, struct wall_time created);

/* A home by its pattern; "" where it is too long. */
void draft_home(const char *pattern, const char *folder, uint32_t uid,
    char out[DRAFT_HOME_SIZE]);
