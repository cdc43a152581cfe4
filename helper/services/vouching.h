/*
 * vouching.h - asks a provider again whether it stands by a member who signed
 * in with it before, where no identity service can be asked.
 *
 * What a sign-in brought for it, a refresh token, is sealed by services/vault
 * and read from there when it is needed.  One question at a time a member; a
 * token that rotates is on the disk before anything that came with it counts.
 * Callbacks run from the loop.  Blocks on the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "services/directory.h"
#include "services/idp.h"
#include "services/rolewatch.h"
#include "services/vault.h"

struct vouching;

/* All borrowed, and outlive it. */
struct vouching_options {
	struct vault *vault;
	struct directory *directory;
	struct idp *const *idps; /* in any order */
	size_t idp_count;
	struct rolewatch *rolewatch; /* NULL: a token's roles are not ours */
	/* The provider said that the member has ended; NULL: nobody is told. */
	void (*ended)(void *arg, const char *member_id, int reason);
	void *arg;
};

MUST_CHECK int vouching_new(struct loop *loop,
    const struct vouching_options *options, struct vouching **ret_vouching);
/* Their fn do not run any more. Accepts NULL. */
void vouching_free(struct vouching *vouching);

/*
 * Keeps what a full sign-in brought in the place of what was kept before.
 * refresh_token NULL: the provider gave none, and will not be asked.  The one
 * before is not revoked: with many providers that would end the new one too.
 */
MUST_CHECK int vouching_keep(struct vouching *vouching, const char *member_id,
    const struct idp *idp, const char *refresh_token);
/* Whether there is something to ask the member's provider with. */
bool vouching_holds(struct vouching *vouching, const char *member_id);

/*
 * 0: the provider stands by the member, and what its token said of roles
 * counts.  UNSUPPORTED: it never gave anything to ask it with; NO_TOKEN: what
 * it gave counts no more, or it wants to see the person; else what rules/cutoff
 * knows of it.
 */
typedef void vouching_fn(void *arg, int reason);
MUST_CHECK int vouching_ask(struct vouching *vouching, const char *member_id,
    vouching_fn *fn, void *arg, uint64_t *ret_id);
/* fn does not run; what is under way is finished and kept all the same. An
 * unknown or finished id is ignored. */
void vouching_cancel(struct vouching *vouching, uint64_t id);

/* The member signs out: what is kept is revoked at the provider, and until the
 * next full sign-in the answer is NO_TOKEN. */
MUST_CHECK int vouching_log_out(
    struct vouching *vouching, const char *member_id);
/* The member has ended: revoked, and nothing is left. */
MUST_CHECK int vouching_forget(
    struct vouching *vouching, const char *member_id);
