/*
 * eligible.h - may a sign-in begin at all?  Asks neither provider nor service,
 * so that nobody who could not log in costs them a request.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "services/signin.h"

/* What orgloginctl(1) is to [login] services. */
#define ELIGIBLE_OWN_SERVICE "orgloginctl"

/*
 * 0: who is meant is in ret_member, borrowed like any member, and either begins
 * or (*ret_proven) gave a proof lately that is enough.  Else the verdict: what
 * the account phase says, but that a Pending member may begin where the
 * profile can accept invitations, and that where ID Tokens tell of roles, the
 * one to come may tell any; SERVICE_NOT_LISTED.
 */
MUST_CHECK int eligible_check(const struct signin_options *options,
    const struct proto_signin *request, struct member *ret_member,
    bool *ret_proven);
