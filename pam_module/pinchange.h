/*
 * pinchange.h - what passwd(1) does for members: it sets their PIN.
 */
#pragma once

#include "common/attrs.h"
#include "pam_module/request.h"

/*
 * Both passes of pam_chauthtok(3).  PAM_IGNORE for proven local users and
 * strangers; for members PAM_SUCCESS only once the daemon has stored the PIN
 * (in the first pass: once it may be asked for), else PAM_AUTHTOK_ERR or a
 * failure of the conversation, with the reason shown.
 */
MUST_CHECK int pinchange(const struct request_call *call);
