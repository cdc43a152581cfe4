/*
 * proving.h - one proof of who somebody is, by a grant of one provider: the
 * device grant (RFC 8628) or a pasted code (RFC 6749 4.1 with RFC 7636).
 *
 * Shows what the person needs for it, polls or redeems, and ends with whom the
 * provider named.  Who that may be is not its business.  Non-blocking;
 * callbacks run from the loop.
 */
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "rules/questions.h"
#include "services/dialogue.h"
#include "services/idp.h"
#include "services/tries.h"

/* A pasted code, or a piece of it, may be mistyped twice. */
#define PROVING_WRONGS_MAX 3

struct proving;

/* All borrowed, and outlive it. */
struct proving_options {
	struct loop *loop;
	const struct clock *clock;
	struct idp *idp;
	struct dialogue *dialogue;
	struct questions_scene scene;
	struct tries *tries;
	struct boot_time deadline; /* of the whole sign-in */
};

/*
 * Once, unless freed; it may be freed by it.  reason 0: identity is what the
 * provider's verified token says, borrowed.
 */
typedef void proving_fn(
    void *arg, int reason, const struct idp_identity *identity);

/* To be called from the loop. A fault of the provider's start is returned. */
MUST_CHECK int proving_new(const struct proving_options *options,
    proving_fn *fn, void *arg, struct proving **ret_proving);
/* Ends the grant: nothing that comes later is used. */
void proving_free(struct proving *proving);
/* Why the provider did not answer when it was last asked; 0: it did. */
int proving_trouble(const struct proving *proving);
