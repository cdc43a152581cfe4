/*
 * signon.h - the authentication phase, and the credentials that hang on it.
 *
 * Both return a PAM code.  PAM_SUCCESS comes only of an exact ALLOW,
 * PAM_USER_UNKNOWN and PAM_IGNORE only for proven local users and strangers.
 */
#pragma once

#include "common/attrs.h"
#include "pam_module/request.h"

/* Prompts for as long as the daemon lets a sign-in live; never waits longer
 * than 3 s for the daemon. */
MUST_CHECK int signon_authenticate(const struct request_call *call);

/* PAM_SUCCESS only for the user whom this very handle has signed in. */
MUST_CHECK int signon_setcred(const struct request_call *call);
