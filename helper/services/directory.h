/*
 * directory.h - what this host knows about the members, and how sure it is.
 *
 * Holds the current members with their assigned names and ids, and the time of
 * the last complete answer.  It is filled from state.db at start, replaced by
 * services/sync, and corrected member by member at sign-in.  Every change is
 * persisted (ids first, then the list), then visible here, then published
 * (services/edition).  What takes long is done in slices from the loop, and
 * everybody is answered meanwhile.  Blocks on the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "rules/access.h"
#include "rules/members.h"
#include "rules/username.h"
#include "services/locals.h"

struct directory;
struct ids;       /* services/ids.h */
struct lastroles; /* services/lastroles.h */

struct directory_options {
	/* Whose roles count for the groups beside those of the list, for so
	 * long; NULL: nobody's. */
	const struct lastroles *lastroles;
	int64_t claimed_age_s;
	const char *organization_id;
	const char *organization_name;
	const struct access_policy *policy; /* borrowed */
	enum username_rule username;
	const char *shell;       /* default login shell */
	const char *shells_path; /* PATH_SHELLS; NULL: every shell is allowed */
	const char *home;        /* "/home/%u": %u name, %i id */
	uint32_t id_first;       /* [accounts] id_range */
	uint32_t id_last;
	int64_t refresh_s; /* soft age of the snapshot follows from it */
	int64_t hard_age_s;
	unsigned int max_shrink_percent;
	uint32_t group_members_max; /* 0: no limit */
	const char *snapshot_path;
	struct locals_paths locals; /* the host's; tests give their own */
};

MUST_CHECK int directory_new(struct loop *loop, struct db *db,
    const struct clock *clock, const struct directory_options *options,
    struct directory **ret_directory);
/* Also while a list is taken over: its fn does not run any more. */
void directory_free(struct directory *directory);

/*
 * Reads the stored list back and publishes it when the snapshot is missing,
 * damaged, foreign or older than what is stored.  STATE_DAMAGED: nothing was
 * changed, nobody is known; to be called again once that was mended.
 */
MUST_CHECK int directory_load(struct directory *directory);

/* From the loop, once; 0, or why the list did not take effect. */
typedef void directory_done_fn(void *arg, int reason);
/*
 * A complete new list, taken over at once.  It takes effect as a whole, after
 * slices; until then everything is answered from the list before, and fn runs
 * when it is published.  DIRECTORY_SHRUNK: held, because more than max_shrink
 * of the members would vanish and accept_shrink is false.  Returns a fault,
 * and fn does not run, while another list is on its way (EXISTS) or where the
 * host's own files cannot be read.
 */
MUST_CHECK int directory_replace(struct directory *directory,
    struct members *members, bool accept_shrink, directory_done_fn *fn,
    void *arg);
/*
 * Like directory_replace() for a part of the list: these members replace those
 * of the same id, or join; nobody is removed.  ERR_NOT_FOUND: there is no list
 * yet.
 */
MUST_CHECK int directory_merge(struct directory *directory,
    struct members *changed, directory_done_fn *fn, void *arg);
/* The source was reached and nothing changed. */
MUST_CHECK int directory_confirm(struct directory *directory);
/*
 * The host's own users, groups, delegated numbers or shells may have changed:
 * reads them, and where they did, they win at once, and members return who left
 * because of them.
 */
MUST_CHECK int directory_locals_changed(struct directory *directory);
/*
 * What a verified sign-in said about one member: roles, scopes and state take
 * effect at once, and the name service sees them before this returns, if that
 * changed its content.  Now and then that takes a whole list: then *ret_id is
 * not 0, and fn runs once it is seen, or with the reason why not.  ERR_EXISTS:
 * a list is on its way, and the change could give somebody another name.
 */
MUST_CHECK int directory_update(struct directory *directory,
    const struct member *member, directory_done_fn *fn, void *arg,
    uint64_t *ret_id);
/*
 * What the lastroles say of a member has changed: nothing of the list, but the
 * groups may be others.  They are shown by the next directory_show(), as
 * directory_update() shows what it changed; fn NULL: nobody waits for it.
 * ERR_NOT_FOUND: there is no list yet.
 */
void directory_touch(struct directory *directory, const char *member_id);
MUST_CHECK int directory_show(struct directory *directory,
    directory_done_fn *fn, void *arg, uint64_t *ret_id);
void directory_cancel(struct directory *directory, uint64_t id);
/* The first binding of a member to an identity (DESIGN 5); persisted.
 * ERR_EXISTS when the member or the identity is bound otherwise. */
MUST_CHECK int directory_bind(struct directory *directory,
    const char *member_id, const char *issuer, const char *subject);

/* Borrowed; the second until the next change, and NULL while not known. */
struct ids *directory_ids(struct directory *directory);
const struct locals *directory_locals(const struct directory *directory);
/* Borrowed until the next change. */
struct members *directory_members(struct directory *directory);
/* The stored identity of a member: from the source, else the binding; false:
 * none. Borrowed. */
bool directory_identity(struct directory *directory,
    const struct member *member, const char **ret_issuer,
    const char **ret_subject);
/* Age of the last complete answer in milliseconds by the boot clock, held
 * against the stored wall time too, so that neither a reboot nor a clock set
 * back makes it younger; -1: never. */
int64_t directory_age_ms(const struct directory *directory);
/* The wall clock stands before a time at which it was already seen. */
bool directory_set_back(const struct directory *directory);
/* Nothing was confirmed: stores how old what is known has become, so that a
 * reboot with another clock does not take it back. */
MUST_CHECK int directory_look(struct directory *directory);
/* A list is on its way, or being published. */
bool directory_busy(const struct directory *directory);
/* How often a sign-in has changed a member since the start: what a source last
 * told is no longer all that is known. */
uint64_t directory_edits(const struct directory *directory);
/* Generation of the published snapshot; 0: none. */
uint64_t directory_generation(const struct directory *directory);
uint32_t directory_published(const struct directory *directory);
/* Members who are left out, each with its reason. */
uint32_t directory_excluded(const struct directory *directory);
