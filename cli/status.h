/*
 * status.h - orgloginctl status.
 */
#pragma once

#include "cli/cli.h"

/* CLI_NO when something needs the administrator. */
int status_command(const struct cli *cli);
