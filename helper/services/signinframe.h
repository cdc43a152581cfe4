/*
 * signinframe.h - one sign-in and all of them, between services/signin.c, which
 * takes the steps, and services/signins.c, which keeps the list.  Nobody else
 * includes it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "services/choosing.h"
#include "services/confirming.h"
#include "services/dialogue.h"
#include "services/proving.h"
#include "services/second.h"
#include "services/signin.h"
#include "services/tries.h"
#include "services/unlocking.h"
#include "services/ways.h"

#define SIGNIN_ACCOUNT_SIZE (PROTO_NAME_SIZE + 256) /* user@host */

struct signin {
	struct signin *next;
	struct signins *all;
	uint64_t id;
	signin_fn *fn;
	void *arg;
	struct proto_signin request;
	char member_id[NAME_ID_MAX + 1];
	struct boot_time deadline;
	struct loop_timer *turn_timer; /* the first step, or the verdict */
	struct loop_timer *deadline_timer;
	int refused;   /* the verdict at once, if not 0 */
	bool allowed;  /* likewise: by a proof given lately */
	bool steps_up; /* the caller is that user already */
	struct ways ways;
	struct choosing choosing;
	struct tries tries;
	char account[SIGNIN_ACCOUNT_SIZE];
	enum proofs_factor factor; /* what shows who it is */
	bool offline;              /* and nobody could be asked about them */
	struct dialogue *dialogue; /* each NULL until it is its turn */
	struct unlocking *unlocking;
	struct idp *idp; /* that proves */
	struct proving *proving;
	struct confirming *confirming;
	struct second *second;
	const struct idsvc_standing *standing; /* confirming's; NULL: none */
	uint64_t shown_id; /* waits until the name service sees a change */
	bool first_binding;
	bool hindered;       /* what a renewal may mend stands in the way */
	char *refresh_token; /* of the provider; NULL: none came */
	char issuer[1024];
	char subject[CLAIMS_SUB_MAX + 1];
};

struct signins {
	struct loop *loop;
	const struct clock *clock;
	struct signin_options options;
	struct ways_options ways;
	struct signin *list;
	uint64_t last_id;
	uint32_t count;
};

/* Leaves the list, and ends whatever is under way. */
void signin_free(struct signin *signin);
/* The first step, or the verdict that stands already; and the last moment. */
loop_fn signin_turn;
loop_fn signin_deadline;
dialogue_show_fn signin_show;
