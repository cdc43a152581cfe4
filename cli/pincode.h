/*
 * pincode.h - the local PIN of the person who asks.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl pin set | remove [NAME] | status [NAME] */
MUST_CHECK int pincode_command(const struct cli *cli);
