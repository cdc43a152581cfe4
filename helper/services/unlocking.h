/*
 * unlocking.h - coming back by what this host itself can check: the PIN, or the
 * authenticator's code alone where that is enough.
 *
 * A PIN counts together with the organisation's word: its service, or else the
 * provider, is asked whether it still stands by the member, and only where it
 * does not answer does what it said last stand in for it, for so long.
 * Non-blocking but for the disk; callbacks run from the loop.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "common/attrs.h"
#include "rules/members.h"
#include "services/dialogue.h"
#include "services/pin.h"
#include "services/second.h"
#include "services/standing.h"
#include "services/tries.h"
#include "services/vouching.h"
#include "services/wallet.h"

/* How often a PIN may be wrong before it ends. */
#define UNLOCKING_TRIES 3

struct unlocking;

/* All borrowed, and outlive it. */
struct unlocking_options {
	const struct clock *clock;
	struct pin *pin;
	struct totp *totp;
	struct wallet *wallet;
	struct vouching *vouching; /* NULL: the service renews */
	const struct standing *standing;
	const struct second_policy *policy;
	struct dialogue *dialogue;
	struct tries *tries;
	const char *member;  /* id */
	const char *account; /* as the authenticator names it */
	bool by_pin;         /* this program may ask for it */
	bool by_key;         /* a key was seen: the code alone is enough */
	bool step_up; /* she is signed in already: one of them is enough */
};

/* What was asked for last: with the reason 0 what showed who it is. */
enum unlocking_factor {
	UNLOCKING_NONE = 0,
	UNLOCKING_PIN,
	UNLOCKING_CODE, /* with a key, or for a step up */
};

/*
 * Once, unless freed; it may be freed by it.  0: by that factor, and offline
 * says that the organisation did not answer.  CANCELLED: a full sign-in is
 * wanted, or needed; else the verdict.
 */
struct unlocking_end {
	int reason;
	enum unlocking_factor factor;
	bool offline;
};
typedef void unlocking_fn(void *arg, const struct unlocking_end *end);

MUST_CHECK int unlocking_new(const struct unlocking_options *options,
    unlocking_fn *fn, void *arg, struct unlocking **ret_unlocking);
/* What is under way is given up; a try stays counted. */
void unlocking_free(struct unlocking *unlocking);
/* To be called from the loop, once.  CANCELLED: nothing of this host's own can
 * be asked for, fn does not run. */
MUST_CHECK int unlocking_start(
    struct unlocking *unlocking, const struct member *member);
