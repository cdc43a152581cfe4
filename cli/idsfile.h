/*
 * idsfile.h - orgloginctl ids export and import: files of the id map.
 */
#pragma once

#include "cli/cli.h"

/* To cli->file, readable by its owner only, whole or not at all; "-": to the
 * standard output. */
int idsfile_export(const struct cli *cli);
/* From cli->file; "-": from the standard input. */
int idsfile_import(const struct cli *cli);
