/*
 * profiles.h - orgloginctl profile: what helps to write an identity service's
 * profile.
 */
#pragma once

#include "cli/cli.h"

/* Becomes the daemon's own tool (orglogind(8) --check-profile, --try-profile),
 * which knows what a profile is; comes back only where it cannot. */
MUST_CHECK int profiles_command(const struct cli *cli);
