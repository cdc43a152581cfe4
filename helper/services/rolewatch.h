/*
 * rolewatch.h - what members' ID Tokens say of their roles takes effect, with
 * profile none: it is kept, the name service shows the groups that follow, and
 * shows them no more when its time is over.
 *
 * Blocks on the disk only; callbacks run from the loop.
 */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "services/directory.h"
#include "services/lastroles.h"

struct rolewatch;

/*
 * The two are borrowed, and outlive it; the directory has the same lastroles
 * and limit, and is not loaded yet.
 */
MUST_CHECK int rolewatch_new(struct loop *loop, struct directory *directory,
    struct lastroles *lastroles, int64_t claimed_age_s,
    struct rolewatch **ret_rolewatch);
void rolewatch_free(struct rolewatch *rolewatch);

/*
 * A sign-in of the member, whose identity is bound, just showed this token.
 * Counts before this returns, and is shown like directory_update() shows a
 * change: where *ret_id is not 0, fn runs once it is seen.  Faults of
 * lastroles_record(), or why it is not seen; it counts all the same.
 */
MUST_CHECK int rolewatch_record(struct rolewatch *rolewatch,
    const char *member_id, const struct tokenroles *told, directory_done_fn *fn,
    void *arg, uint64_t *ret_id);
/* For a member who has ended: as though there had been no sign-in.  Likewise,
 * and nobody waits. */
MUST_CHECK int rolewatch_forget(
    struct rolewatch *rolewatch, const char *member_id);
