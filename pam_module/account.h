/*
 * account.h - the account phase, and what else concerns a member's account.
 *
 * All return a PAM code and never prompt.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "pam_module/request.h"

/* At most 2 s. PAM_IGNORE only for proven local users and strangers. */
MUST_CHECK int account_check(const struct request_call *call);

/* Tells the daemon of a session; never fails a login; at most 0.5 s. */
MUST_CHECK int account_session(const struct request_call *call, bool opened);
