/*
 * ids.h - which name and number each member and each organisation group has on
 * this host: given once, written down, never given to anybody else.
 *
 * Rows are never deleted: who leaves becomes a tombstone, and finds the old
 * number again on coming back.  A map that lost rows or was altered is
 * STATE_DAMAGED, and nothing is given until it is repaired: giving the numbers
 * anew would hand one member the files of another.  Blocks on the disk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/access.h"
#include "rules/idmap.h"
#include "rules/members.h"
#include "rules/username.h"
#include "services/locals.h"

struct ids;

struct ids_options {
	const char *organization_id; /* borrowed, as is the policy */
	const struct access_policy *policy;
	enum username_rule username;
	struct idmap_range range;
	/* What is published; where it stands, an empty map is a lost one. NULL:
	 * none. */
	const char *snapshot_path;
};

MUST_CHECK int ids_new(
    struct db *db, const struct ids_options *options, struct ids **ret_ids);
void ids_free(struct ids *ids);
/* Reads the map, checks it whole, and forgets what was not committed.
 * STATE_DAMAGED: then ids_assign() refuses. */
MUST_CHECK int ids_load(struct ids *ids);

/* 0, or STATE_DAMAGED: the map is damaged or lost. */
int ids_state(const struct ids *ids);
struct idmap_range ids_range(const struct ids *ids);
/* The name that a member asks for. ERR_NAME_INVALID. */
MUST_CHECK int ids_wish(const struct ids *ids, const struct member *member,
    char out[NAME_USER_MAX + 1]);
/* The map was brought in from outside: takes it for whole as it lies in the
 * database, inside the caller's transaction; after a rollback the caller calls
 * ids_load(). */
MUST_CHECK int ids_seal(struct ids *ids);
size_t ids_count(const struct ids *ids);

/*
 * Gives every member a user name and a number, or the reason why not
 * (NAME_INVALID, NAME_TAKEN, NAME_PRIVILEGED, LOCAL_USER, ID_TAKEN,
 * ID_OUT_OF_RANGE, ID_EXHAUSTED), and every group of the policy a number; marks
 * who is gone; indexes the members.  Writes inside the caller's transaction:
 * after a rollback the caller calls ids_load().
 *
 * Who holds a name keeps it while the source still says it; a new name is
 * taken over if nobody else holds it, else the old one stays.
 */
MUST_CHECK int ids_assign(struct ids *ids, struct members *members,
    const struct locals *locals, struct wall_time now);

/*
 * The same in slices, for a list that is not shown yet.  Start borrows members
 * and locals until a step says done; a start drops what was under way.  A step
 * looks at members_max members in memory only; ids_save() writes at most
 * rows_max rows inside the caller's transaction, which may be one of many: a
 * number written early is never taken back.  done: nothing is left.
 */
MUST_CHECK int ids_assign_start(struct ids *ids, struct members *members,
    const struct locals *locals, struct wall_time now);
MUST_CHECK int ids_assign_step(
    struct ids *ids, size_t members_max, bool *ret_done);
MUST_CHECK int ids_save(struct ids *ids, size_t rows_max, bool *ret_done);
/* One member of a list in which all others are assigned, also of the list that
 * is shown; not between a start and its done. To be saved. */
MUST_CHECK int ids_assign_one(struct ids *ids, struct members *members,
    size_t index, const struct locals *locals, struct wall_time now);

/* The name in the path of the member's home folder, given once for good: the
 * first user name or, where somebody else had that first, the number, which no
 * user name can be.  "" when the member has none.  Borrowed until the next
 * change. */
const char *ids_home(const struct ids *ids, const char *member_id);

/* The number that was given to the member, also while she is excluded or gone;
 * 0: none yet. */
uint32_t ids_number(const struct ids *ids, const char *member_id);

/* The id of the member to whom the number was given, also while she is excluded
 * or gone; NULL: to none.  Borrowed until the next change. */
const char *ids_owner(const struct ids *ids, uint32_t number);

/* The organisation's groups, in the order of names: 0, or why the group is not
 * served (NAME_INVALID, NAME_TAKEN, NAME_PRIVILEGED, ID_TAKEN, ID_EXHAUSTED).
 */
struct ids_group {
	const char *name;
	uint32_t gid;
	int reason;
};
size_t ids_group_count(const struct ids *ids);
const struct ids_group *ids_group(const struct ids *ids, size_t index);
