/*
 * endsessions.h - ends what runs on this host for members who may not be here
 * any more.
 */
#pragma once

#include "cli/cli.h"

/* For root.  Asks the daemon about each number that something runs under. */
int endsessions_command(const struct cli *cli);
