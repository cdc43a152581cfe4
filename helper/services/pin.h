/*
 * pin.h - the PIN with which a member comes back to this host.
 *
 * What is kept is a verifier by scrypt (RFC 7914), sealed in the vault: nothing
 * to guess against without this host's key.  Its cost is measured on the host
 * when the first PIN is set, and is kept with each.  The work is done beside
 * the loop; callbacks run from the loop.  Blocks on the disk only.
 */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "rules/members.h"
#include "services/attempts.h"
#include "services/vault.h"

#define PIN_WAITING_MAX 8 /* besides the one that is worked on */

struct pin;

/* All borrowed. */
struct pin_options {
	struct vault *vault;
	struct attempts *attempts;
	uint8_t log2n; /* the cost, for tests; 0: as measured */
};

MUST_CHECK int pin_new(
    struct loop *loop, const struct pin_options *options, struct pin **ret_pin);
/* Waits for the work under way; no callback runs any more. */
void pin_free(struct pin *pin);

typedef void pin_fn(void *arg, int reason);

/* 0: there is one that can be asked for.  PIN_MISSING; VAULT_KEY: there is one
 * that does not open; FACTOR_LOCKED. */
MUST_CHECK int pin_state(struct pin *pin, const char *member_id);

/*
 * Sets it, in the place of the one before, and counts anew.  The text is
 * copied. Returns why not: PIN_WEAK, VAULT_KEY, BUSY_HOST (too many are
 * waiting); else fn is told 0 when it lasts, or the fault.
 */
MUST_CHECK int pin_set(struct pin *pin, const struct member *member,
    const char *text, pin_fn *fn, void *arg, uint64_t *ret_id);
/*
 * Returns why it is not tried: what pin_state() says, TRY_LATER, BUSY_HOST, or
 * a fault.  Else the try is counted, and fn is told 0 (then it counts no more),
 * PIN_WRONG, or the fault.  A PIN that was set or removed meanwhile is wrong.
 */
MUST_CHECK int pin_check(struct pin *pin, const char *member_id,
    const char *text, pin_fn *fn, void *arg, uint64_t *ret_id);
/* fn does not run; a PIN is not set, and a try stays counted.  An unknown or
 * finished id is ignored. */
void pin_cancel(struct pin *pin, uint64_t id);

/* Also where there is none; an administrator's way to unlock too. */
MUST_CHECK int pin_remove(struct pin *pin, const char *member_id);
