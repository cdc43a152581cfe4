/*
 * purses.h - members' purses in the vault.
 *
 * Blocks on the disk only.
 */
#pragma once

#include "common/attrs.h"
#include "services/purse.h"
#include "services/vault.h"

struct purses;

/* vault and kind, one of services/vault.h, are borrowed. */
MUST_CHECK int purses_new(
    struct vault *vault, const char *kind, struct purses **ret_purses);
void purses_free(struct purses *purses);

/* ret_purse is empty before. NO_TOKEN, VAULT_KEY; or why the one in memory
 * cannot be sealed yet. */
MUST_CHECK int purses_load(
    struct purses *purses, const char *member, struct purse *ret_purse);
/* When it returns 0, it lasts. */
MUST_CHECK int purses_seal(
    struct purses *purses, const char *member, const struct purse *purse);
/*
 * The same for what must not be lost, because the service has given up what is
 * on the disk: where it cannot be sealed now, it is kept in memory, and each
 * purses_load() tries again.  Empties the purse, or leaves it to be done.
 */
MUST_CHECK int purses_save(
    struct purses *purses, const char *member, struct purse *purse);
MUST_CHECK int purses_forget(struct purses *purses, const char *member);
