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

/* A program that may show the questions of a full sign-in; a member at a
 * terminal of his own asks them of himself. */
bool eligible_shows(const struct signin_options *options,
    const struct proto_signin *request, const struct member *member);
/* One that may ask for a PIN. */
bool eligible_takes_pin(
    const struct signin_options *options, const struct proto_signin *request);
/* The caller is that very user on this host already, as sudo's is; not where he
 * signs in for its own sake. */
bool eligible_steps_up(
    const struct proto_signin *request, const struct member *member);

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
