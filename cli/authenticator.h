/*
 * authenticator.h - the authenticator of the person who asks, and its loss.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl totp enroll | remove [NAME] | status [NAME] */
MUST_CHECK int authenticator_command(const struct cli *cli);
