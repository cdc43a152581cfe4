/*
 * wallet.c - keeps what sign-ins brought.
 */
#include "services/wallet.h"

#include <stdlib.h>

#include "common/err.h"

struct wallet {
	struct wallet_options options;
};

int
wallet_new(const struct wallet_options *options, struct wallet **ret_wallet)
{
	struct wallet *wallet = calloc(1, sizeof(*wallet));

	if (wallet == NULL)
		return ERR_NO_MEMORY;
	wallet->options = *options;
	*ret_wallet = wallet;
	return ERR_OK;
}

void
wallet_free(struct wallet *wallet)
{
	free(wallet);
}

int
wallet_keep(struct wallet *wallet, const char *member_id,
    const struct idsvc_standing *standing)
{
	return ERR_OK;
}
