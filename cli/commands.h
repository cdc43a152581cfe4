/*
 * commands.h - the command line of orgloginctl.
 */
#pragma once

#include "cli/cli.h"

/*
 * Reads the command line and runs its command.  cli holds the places and
 * streams; the rest of it is filled in here.  Returns the exit status.
 */
MUST_CHECK int commands_run(struct cli *cli, int argc, char **argv);
