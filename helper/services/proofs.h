/*
 * proofs.h - when each member last proved on this host who they are.
 *
 * A proof is as old as the boot clock says, and is forgotten by a reboot: a
 * clock that was set back never makes one younger.  Persisted, so that a
 * restarted daemon asks nobody twice.  Blocks on the disk only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"

struct proofs;

/* boot_id: of this boot, see clock_boot_id(); copied. */
MUST_CHECK int proofs_new(struct db *db, const struct clock *clock,
    const char *boot_id, struct proofs **ret_proofs);
void proofs_free(struct proofs *proofs);

/* By what it was proven. */
enum proofs_factor {
	PROOFS_FULL = 1, /* by the provider, or the service's password */
	PROOFS_PIN,
	PROOFS_CODE, /* of the authenticator alone */
};

/* A sign-in succeeded now.  It lasts with the next write: whose proof a crash
 * took is asked once more. */
MUST_CHECK int proofs_record(struct proofs *proofs, const char *member_id,
    const char *service, enum proofs_factor factor);
/* Age of the last full sign-in since this boot in milliseconds; -1: none. */
int64_t proofs_age_ms(struct proofs *proofs, const char *member_id);
/* The same of the last one by any factor: enough to step up, and for nothing
 * that changes how the member is known. */
int64_t proofs_any_age_ms(struct proofs *proofs, const char *member_id);
/* Forgets, for a member who lost the right to log in. */
MUST_CHECK int proofs_forget(struct proofs *proofs, const char *member_id);
/* The first member behind `after` in the order of the ids' bytes of whom there
 * is a proof, into out; NOT_FOUND: nobody. */
MUST_CHECK int proofs_next_member(
    struct proofs *proofs, const char *after, char *out, size_t out_size);
