/*
 * invite.h - invitations to the organisation, in the name of who asks.
 */
#pragma once

#include "cli/cli.h"

/* orgloginctl invite MAIL --role ROLE */
MUST_CHECK int invite_command(const struct cli *cli);
/* orgloginctl resend NAME */
MUST_CHECK int invite_resend(const struct cli *cli);
