/*
 * records.h - orgloginctl audit.
 */
#pragma once

#include "cli/cli.h"

/* The last records: about one member, about all, or of a member about himself.
 * The exit status. */
int records_command(const struct cli *cli);
