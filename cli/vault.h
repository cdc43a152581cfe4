/*
 * vault.h - orgloginctl vault: how members' secrets are kept, and a new key for
 * them.
 */
#pragma once

#include "cli/cli.h"

/* vault [rotate]; for root. */
int vault_command(const struct cli *cli);
