/*
 * explain.h - orgloginctl explain and whoami.
 */
#pragma once

#include "cli/cli.h"

/* CLI_NO when the member may not log in, or does not hold the asked role. */
int explain_command(const struct cli *cli);
int explain_whoami(const struct cli *cli);
