/*
 * token.h - tokens for the organisation's services.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl token [--organization ID] [--headers] */
MUST_CHECK int token_command(const struct cli *cli);
/* orgloginctl switch-org ID */
MUST_CHECK int token_switch(const struct cli *cli);
