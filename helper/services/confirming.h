/*
 * confirming.h - the organisation's own word about one person at sign-in: the
 * service's exchange, and what it wants to know of the person meanwhile.
 *
 * Either a proven identity is exchanged, or the person's mail and password are;
 * then the service's second factor, if it asks for one, and for a member who is
 * Pending the invitation.  It ends with a standing whose subject is the very
 * member, or with a reason.  Non-blocking; callbacks run from the loop.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "rules/questions.h"
#include "services/dialogue.h"
#include "services/idp.h"
#include "services/idsvc.h"
#include "services/tries.h"

/* How often each question may be answered wrong before it ends. */
#define CONFIRMING_TRIES 3

struct confirming;

/* All borrowed; idsvc, dialogue and the scene outlive it, the rest is copied.
 */
struct confirming_options {
	struct idsvc *idsvc;
	struct dialogue *dialogue;
	struct questions_scene scene;
	struct tries *tries; /* outlives it too */
	const struct member *member;
};

/*
 * Once, unless freed; it may be freed by it.  reason 0: standing is theirs,
 * borrowed until the confirming is freed.
 */
typedef void confirming_fn(
    void *arg, int reason, const struct idsvc_standing *standing);

/* Nothing runs before one of the two below. */
MUST_CHECK int confirming_new(const struct confirming_options *options,
    confirming_fn *fn, void *arg, struct confirming **ret_confirming);
/* Ends the exchange and wipes what was typed. */
void confirming_free(struct confirming *confirming);

/* To be called from the loop, once.  identity: proven, and bound to this very
 * member; copied. */
MUST_CHECK int confirming_identity(
    struct confirming *confirming, const struct idp_identity *identity);
/* The same, with nothing proven: asks for the password of the member's mail. */
MUST_CHECK int confirming_password(struct confirming *confirming);

/* The invitation was accepted on the way: the member is Active now. */
bool confirming_accepted(const struct confirming *confirming);
/* The service asked for its own second factor, and took it. */
bool confirming_coded(const struct confirming *confirming);
