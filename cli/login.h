/*
 * login.h - a sign-in of the person who asks, without a new session, and its
 * end.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl login */
MUST_CHECK int login_command(const struct cli *cli);
/* The same; on failure says why to err. */
MUST_CHECK int login_sign_in(const struct cli *cli);
/* The user name of the person who asks, whom the daemon knows by the uid; on
 * failure says why to err. */
MUST_CHECK int login_own_name(const struct cli *cli, char out[PROTO_NAME_SIZE]);
/* orgloginctl logout [NAME] */
MUST_CHECK int login_logout(const struct cli *cli);
