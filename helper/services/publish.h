/*
 * publish.h - the members with their names, numbers and groups as
 * members.snapshot, replaced whole or not at all, and what changed since as
 * members.overlay beside it.
 *
 * A reader sees the old list or the new one, never a mix, whatever call fails
 * and wherever the process dies; on any fault the last good files stand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/access.h"
#include "rules/members.h"
#include "services/ids.h"
#include "services/locals.h"

#define PUBLISH_CHANGES_MAX 1024 /* members in an overlay */

struct lastroles; /* services/lastroles.h */

struct publish_options {
	const char *path; /* of the base; the overlay lies beside it */
	const char *organization_name;
	const char *shell;       /* where the member has none that is allowed */
	const char *shells_path; /* shells(5); NULL: every shell is allowed */
	const char *home;        /* "/home/%u": %u name, %i id */
	const struct access_policy *policy;
	/* Whose roles count for the groups beside those of the list, for so
	 * long; NULL: nobody's. */
	const struct lastroles *lastroles;
	int64_t claimed_age_s;
	uint32_t soft_age_s;
	uint32_t hard_age_s;
	uint32_t group_members_max; /* larger groups list nobody; 0: none is */
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

/* A member who could not be written, so that nobody may find her. */
struct publish_refusal {
	const char *member_id;
	int reason;
};

/* What became of a whole list. */
struct publish_result {
	int err;        /* 0, or why the last good file stands */
	uint32_t users; /* members that stand in the file */
	const struct publish_refusal *refusals;
	size_t refusal_count;
};

struct publisher;

/* The texts and the policy are borrowed.  Without a loop only publish_start()
 * cannot be used. */
MUST_CHECK int publisher_new(struct loop *loop,
    const struct publish_options *options, struct publisher **ret_publisher);
/* Waits for a publication that runs, whose fn is not called. Accepts NULL. */
void publisher_free(struct publisher *publisher);
DEFINE_CLEANUP(struct publisher, publisher, publisher_free)
#define PUBLISHER_AUTO CLEANUP(publisher_cleanup)

/* The result and what it points to are valid until fn returns. */
typedef void publish_done_fn(void *arg, const struct publish_result *result);

/*
 * Publishes the whole list: holds the members and takes the groups before it
 * returns, asks the ids in slices of the loop (these stay until fn runs), and
 * does the rest in another thread.  From the loop the file then takes its
 * place and fn runs.  The caller applies the refusals.  ERR_EXISTS while one
 * runs, ERR_NO_MEMORY; then fn is not called.
 */
MUST_CHECK int publish_start(struct publisher *publisher,
    const struct publish_content *content, publish_done_fn *fn, void *arg);
bool publish_running(const struct publisher *publisher);

/* The same at once; blocks on the disk.  The result, whose err is returned, is
 * valid until the next call. */
MUST_CHECK int publish_now(struct publisher *publisher,
    const struct publish_content *content, struct publish_result *ret_result);

/*
 * Publishes an overlay over the last whole list: all members that changed,
 * joined or were excluded since that was taken, names and ids assigned.  Only
 * ids, locals, generation and now of the content count.  Blocks on the disk,
 * for one small file.  ERR_TOO_LARGE: they are too many, or the groups are not
 * those of the whole list, or that is not known to stand: publish it whole.
 */
MUST_CHECK int publish_changes(struct publisher *publisher,
    const struct publish_content *content, const struct member *const *changed,
    size_t count);

/*
 * While a whole list is on its way: what changed since that was taken, as for
 * publish_changes().  They are shown with the new list, as its first overlay,
 * so that nobody is lost for a moment.  Replaces what an earlier call said;
 * the members stay untouched until fn runs.  ERR_NOT_FOUND when none runs;
 * ERR_TOO_LARGE, ERR_NO_MEMORY.
 */
MUST_CHECK int publish_carry(struct publisher *publisher,
    const struct member *const *changed, size_t count);

/*
 * Whether the file that is there is, byte for byte, the one that would be
 * published, with the same or an older time in it, and no overlay lies there:
 * then publish_changes() may follow.  Reads it all.
 */
bool publish_adopt(
    struct publisher *publisher, const struct publish_content *content);
