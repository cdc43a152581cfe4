/*
 * lastroles.h - what each member's last ID Token on this host said of their
 * roles, for profile none; rules/tokenroles says what follows from it.
 *
 * Kept apart from the list, so that a list neither removes nor prolongs them.
 * They age like the list does: neither a reboot nor a clock that was set back
 * makes them younger.  Blocks on the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"
#include "rules/tokenroles.h"

struct lastroles;

/* Reads what is stored.  boot_id: of this boot, see clock_boot_id(); copied.
 * STATE_DAMAGED. */
MUST_CHECK int lastroles_new(struct db *db, const struct clock *clock,
    const char *boot_id, struct lastroles **ret_lastroles);
void lastroles_free(struct lastroles *lastroles);
DEFINE_CLEANUP(struct lastroles, lastroles, lastroles_free)
#define LASTROLES_AUTO CLEANUP(lastroles_cleanup)

/*
 * A full sign-in of that member succeeded now.  Replaces what the token before
 * said, also by nothing; the age in told is not looked at.  Copied.
 * INVALID_ARGUMENT, NO_MEMORY: nothing has changed.  At any other fault it is
 * not stored, but counts all the same while the daemon runs: a role that was
 * withdrawn must not live on because a disk is full.
 */
MUST_CHECK int lastroles_record(struct lastroles *lastroles,
    const char *member_id, const struct tokenroles *told);
/* With its age now; borrowed until the next change of that member. */
struct tokenroles lastroles_get(
    const struct lastroles *lastroles, const char *member_id);
/*
 * Adds what counts of the member's last token, no older than limit_s, to his
 * roles; those stand in room then.  lastroles may be NULL: that adds nothing.
 */
bool lastroles_add(const struct lastroles *lastroles, int64_t limit_s,
    struct member *member, struct tokenroles_room *room);
/*
 * Calls fn for each member whose roles began or ceased to count by their age
 * alone, since they were recorded or since the last call.  For how long nobody
 * else's will cease to, in milliseconds; INT64_MAX: nobody's count.
 */
typedef void lastroles_fn(void *arg, const char *member_id);
int64_t lastroles_follow(
    struct lastroles *lastroles, int64_t limit_s, lastroles_fn *fn, void *arg);
/* Whether the member's count, as they were recorded or last followed. */
bool lastroles_counted(
    const struct lastroles *lastroles, const char *member_id);
/* As though the member had never signed in; likewise. */
MUST_CHECK int lastroles_forget(
    struct lastroles *lastroles, const char *member_id);
