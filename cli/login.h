/*
 * login.h - a sign-in of the person who asks, without a new session, and its
 * end.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl login */
MUST_CHECK int login_command(const struct cli *cli);
/* orgloginctl logout [NAME] */
MUST_CHECK int login_logout(const struct cli *cli);
