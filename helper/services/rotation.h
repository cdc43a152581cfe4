/*
 * rotation.h - every row of the vault sealed with the key in use, a slice of
 * the loop at a time.
 *
 * Begins at each start, so that one which was interrupted goes on, and when the
 * administrator has given another key.  Until it is through, both keys open.
 * Blocks on the disk, for one slice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "services/vault.h"

struct rotation;

/* vault is borrowed. */
MUST_CHECK int rotation_new(
    struct loop *loop, struct vault *vault, struct rotation **ret_rotation);
void rotation_free(struct rotation *rotation);

/* Goes over all rows, if there is a key. */
void rotation_begin(struct rotation *rotation);
/* Takes the keys as they are given now, and begins; the faults of
 * vault_reread(), which change nothing. */
MUST_CHECK int rotation_take(struct rotation *rotation);

struct rotation_view {
	int state;                            /* as vault_state() */
	bool credential;                      /* as vault_by_credential() */
	char key[2 * VAULTKEYS_ID_BYTES + 1]; /* as vault_key_id() */
	bool running; /* there are rows that were not looked at */
	int fault;    /* why it does not go on; it is tried again */
	uint64_t resealed;
	uint64_t lost; /* rows that open with none of the keys */
};
struct rotation_view rotation_view(const struct rotation *rotation);
