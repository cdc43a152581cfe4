/*
 * wallet.h - what members' sign-ins brought for the organisation's services:
 * tokens, sealed by services/vault.
 */
#pragma once

#include "common/attrs.h"
#include "services/idsvc.h"
#include "services/vault.h"

struct wallet;

struct wallet_options {
	struct vault *vault; /* borrowed */
};

MUST_CHECK int wallet_new(
    const struct wallet_options *options, struct wallet **ret_wallet);
void wallet_free(struct wallet *wallet);

/*
 * Keeps what a sign-in brought in the place of what was kept of the one
 * before; copied, and sealed on the disk when it returns 0.  A sign-in does not
 * depend on it: the caller logs a fault.
 */
MUST_CHECK int wallet_keep(struct wallet *wallet, const char *member_id,
    const struct idsvc_standing *standing);
