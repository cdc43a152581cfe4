/*
 * signon.h - the authentication phase, and the credentials that hang on it.
 *
 * Both return a PAM code.  PAM_SUCCESS comes only of an exact ALLOW,
 * PAM_USER_UNKNOWN and PAM_IGNORE only for proven local users and strangers.
 */
#pragma once

#include "common/attrs.h"
#include "pam_module/request.h"

/* Shows what the daemon asks, one question after another, for as long as it
 * lets a sign-in live; waits no longer than 3 s for a daemon that says nothing
 * at all.  A failed conversation ends it with a hard error. */
MUST_CHECK int signon_authenticate(const struct request_call *call);

/* PAM_SUCCESS only for the user whom this very handle has signed in. */
MUST_CHECK int signon_setcred(const struct request_call *call);
