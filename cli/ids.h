/*
 * ids.h - orgloginctl ids.
 */
#pragma once

#include "cli/cli.h"

/*
 * Without a word: the rows.  "check": what is wrong, CLI_NO where something
 * must be mended.  "export FILE", "import FILE": the map as lines, - for the
 * standard streams.
 */
int ids_command(const struct cli *cli);
