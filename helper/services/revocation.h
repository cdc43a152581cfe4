/*
 * revocation.h - what a member loses on this host with the right to log in:
 * the tokens, which are revoked too, the PIN, the proofs of before and what
 * they told of roles; who is no member any more, all else that is kept too.
 *
 * With end_sessions, who has ended loses open sessions as well.  The daemon may
 * not end them: it stirs a file, a unit of root's that watches it asks for each
 * number that something runs under, and ends them (orgloginctl end-sessions).
 *
 * Who has ended is for services/standing and rules/cutoff to say; a list that
 * is late, held or damaged ends nobody.  The right itself goes with the list,
 * at once, whatever becomes of this.  Blocks on the disk only.
 */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "services/audit.h"
#include "services/directory.h"
#include "services/proofs.h"
#include "services/rolewatch.h"
#include "services/standing.h"
#include "services/vault.h"
#include "services/vouching.h"
#include "services/wallet.h"

struct revocation;

/* All borrowed. */
struct revocation_options {
	struct directory *directory;
	const struct standing *standing;
	struct vault *vault;
	struct wallet *wallet;
	struct vouching *vouching; /* NULL: the service renews */
	struct proofs *proofs;
	struct rolewatch *rolewatch; /* with profile none alone */
	struct audit *audit;         /* NULL: none is kept */
	const char *stir_path;       /* NULL: sessions stay */
};

MUST_CHECK int revocation_new(struct loop *loop,
    const struct revocation_options *options,
    struct revocation **ret_revocation);
void revocation_free(struct revocation *revocation);

/* A list of members counts: takes from all who have ended, in slices of the
 * loop. */
void revocation_sweep(struct revocation *revocation);
/*
 * The service itself says that a member has ended, with this reason, maybe
 * before its list does.  Deactivated and Suspended count for every door at
 * once; who is no member any more, when the list says so too.
 */
void revocation_member(
    struct revocation *revocation, const char *member_id, int reason);
/*
 * Why the sessions of this number must end: it is, or was, that of a member who
 * has ended.  0: they need not.
 */
MUST_CHECK int revocation_uid(
    const struct revocation *revocation, uint32_t uid);
