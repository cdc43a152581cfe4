/*
 * vaultkeys.h - the keys of the vault, as the administrator gives them.
 *
 * A systemd credential, else a file: one line of 64 hexadecimal digits is the
 * key.  A second line, where there is one, is the key before it, with which
 * rows are opened but none is sealed.  Blocks on the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/crypto.h"
#include "common/attrs.h"

#define VAULTKEYS_CREDENTIAL "orglogin.key"
#define VAULTKEYS_ID_BYTES 8

struct vaultkey {
	uint8_t bytes[CRYPTO_KEY_BYTES];
	/* tells keys apart and says nothing of them; "": no key */
	char id[2 * VAULTKEYS_ID_BYTES + 1];
};

/* Secrets; zeroed is none. */
struct vaultkeys {
	struct vaultkey now;
	struct vaultkey before;
	bool credential; /* where they came from, or would have */
};
/* Wipes them. */
void vaultkeys_done(struct vaultkeys *keys);
#define VAULTKEYS_AUTO CLEANUP(vaultkeys_done)

struct vaultkeys_options {
	const char *credentials; /* $CREDENTIALS_DIRECTORY, or NULL */
	const char *path;        /* counts where there is no credential */
};

/* NOT_FOUND, INSECURE_FILE, MALFORMED, IO, ...: then there is no key, and only
 * where it would have come from is told. */
MUST_CHECK int vaultkeys_read(
    const struct vaultkeys_options *options, struct vaultkeys *ret_keys);
/* The one of them that has this id; NULL: none. */
const struct vaultkey *vaultkeys_find(
    const struct vaultkeys *keys, const char *id);
