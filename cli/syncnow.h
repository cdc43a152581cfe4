/*
 * syncnow.h - orgloginctl sync.
 */
#pragma once

#include "cli/cli.h"

/* Waits until the sync is over. CLI_NO when it failed or was held. */
int syncnow_command(const struct cli *cli);
