/*
 * signin.h - sign-ins under way: from a name to a verdict.
 *
 * Nothing is asked of the provider for a name that is not a member who could
 * log in now.  One sign-in a member, a cap for each source and for the host.
 * ALLOW comes only out of a verified, bound identity that passed the same
 * check as the account phase, or out of a fresh proof of the same person.
 * Non-blocking but for the state database; callbacks run from the loop.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "common/proto.h"
#include "services/directory.h"
#include "services/idp.h"
#include "services/idsvc.h"
#include "services/pin.h"
#include "services/proofs.h"
#include "services/rolewatch.h"
#include "services/second.h"
#include "services/standing.h"
#include "services/vouching.h"
#include "services/wallet.h"

#define SIGNIN_PER_SOURCE_MAX 16
#define SIGNIN_MAX 1000
#define SIGNIN_LIST_MAX 32

struct signins;

struct signin_options {
	struct directory *directory; /* all borrowed */
	const struct standing *standing;
	struct proofs *proofs;
	struct wallet *wallet;
	struct vouching *vouching; /* NULL: the service renews */
	struct attempts *attempts;
	struct totp *totp;
	struct pin *pin;
	struct idp *const *idps; /* in the order of the configuration */
	size_t idp_count;
	struct idsvc *idsvc;         /* NULL: profile none */
	struct rolewatch *rolewatch; /* with profile none alone */
	const char *organization_name;
	const char *host_name;
	int64_t deadline_s; /* [login] deadline */
	int64_t max_age_s;  /* [sudo] max_age */
	/* [login] services */
	char services[SIGNIN_LIST_MAX][PROTO_SERVICE_SIZE];
	size_t service_count;
	/* [login] pin_services */
	char pin_services[SIGNIN_LIST_MAX][PROTO_SERVICE_SIZE];
	size_t pin_service_count;
	struct second_policy second; /* [totp] */
};

enum signin_event {
	SIGNIN_SHOW = 1, /* a prompt is there: show it */
	SIGNIN_DECIDED,  /* reason is the verdict; the sign-in is over */
};

/* Borrowed during the callback. */
struct signin_news {
	enum signin_event event;
	const struct proto_prompt *prompt; /* SIGNIN_SHOW */
	int reason;                        /* SIGNIN_DECIDED: 0 allows */
	const char *factor; /* likewise: what was to prove it; static */
};
typedef void signin_fn(void *arg, const struct signin_news *news);

MUST_CHECK int signins_new(struct loop *loop, const struct clock *clock,
    const struct signin_options *options, struct signins **ret_signins);
void signins_free(struct signins *signins);

/* fn runs from the loop: SHOW at most PROTO_QUESTIONS_MAX times, then DECIDED
 * once, unless cancelled. The request is copied. */
MUST_CHECK int signins_begin(struct signins *signins,
    const struct proto_signin *request, signin_fn *fn, void *arg,
    uint64_t *ret_id);
/* What was typed at the last prompt shown, once, and only where it was a
 * question; copied and wiped.  MALFORMED where none is open, NO_MEMORY. */
MUST_CHECK int signins_answer(
    struct signins *signins, uint64_t id, const char *text);
/* The person is gone: the flow ends, nothing that comes later is used. */
void signins_cancel(struct signins *signins, uint64_t id);
uint32_t signins_count(const struct signins *signins);
