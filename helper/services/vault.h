/*
 * vault.h - secrets of members, sealed in the state database.
 *
 * AES-256-GCM with a key that is never kept beside the data (see vaultkeys.h).
 * Whoever copies the database alone has nothing; who puts a row in another's
 * place, or an old one under a newer number, has nothing that opens.  Blocks on
 * the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/buf.h"
#include "common/name.h"
#include "services/vaultkeys.h"

#define VAULT_SECRET_MAX_BYTES ((size_t)256 * 1024)
#define VAULT_KIND_MAX 15 /* length of a kind's name */

/* The kinds of what is kept; a member has one of each at most. */
#define VAULT_TOKENS "tokens"
#define VAULT_PROVIDER "provider"
#define VAULT_PIN "pin"
#define VAULT_TOTP "totp"

struct vault;

/*
 * Reads the keys.  Without a good one the vault is there but keeps and gives
 * nothing, and vault_state() says why.  db and the texts of options are
 * borrowed.
 */
MUST_CHECK int vault_new(struct db *db, const struct vaultkeys_options *options,
    struct vault **ret_vault);
/* Wipes the keys. */
void vault_free(struct vault *vault);
DEFINE_CLEANUP(struct vault, vault, vault_free)
#define VAULT_AUTO CLEANUP(vault_cleanup)
/* 0, or why there is no key: NOT_FOUND, INSECURE_FILE, MALFORMED, IO, ... */
int vault_state(const struct vault *vault);
/* Whether the key is a credential, or should have been. */
bool vault_by_credential(const struct vault *vault);
/* What tells the key in use from others; "": there is none. Borrowed. */
const char *vault_key_id(const struct vault *vault);

/* Replaces what is kept of this kind for the member; when it returns 0, it
 * lasts.  VAULT_KEY: there is no key. */
MUST_CHECK int vault_put(struct vault *vault, const char *member,
    const char *kind, const void *secret, size_t len);
/* Appends it to out.  NO_TOKEN: there is none that opens with our keys. */
MUST_CHECK int vault_read(
    struct vault *vault, const char *member, const char *kind, struct buf *out);
/* The same for what nobody may pass without: NOT_FOUND where nothing was put,
 * VAULT_KEY where what was put does not open. */
MUST_CHECK int vault_require(
    struct vault *vault, const char *member, const char *kind, struct buf *out);
/* Drops what is kept of this kind, also if it no longer opens. */
MUST_CHECK int vault_forget_kind(
    struct vault *vault, const char *member, const char *kind);
/* Drops everything of the member, also what no longer opens. */
MUST_CHECK int vault_forget(struct vault *vault, const char *member);
/* The first member behind `after` in the order of the ids' bytes of whom
 * something is kept, into out; NOT_FOUND: nobody. */
MUST_CHECK int vault_next_member(
    struct vault *vault, const char *after, char *out, size_t out_size);

/* Where a walk over all rows stands; zeroed is at the first one. */
struct vault_walk {
	char member[NAME_ID_MAX + 1];
	char kind[VAULT_KIND_MAX + 1];
	bool done;
	uint64_t resealed;
	uint64_t lost; /* open with none of our keys, and stay as they are */
};

/*
 * Reads the keys anew.  VAULT_KEY: a key with which rows may be sealed is not
 * among them; like every fault this leaves the keys as they were.
 */
MUST_CHECK int vault_reread(struct vault *vault);
/* Seals with the key what the key before it sealed, a few rows a call, which
 * last when it returns 0; a fault leaves the walk where it was. */
MUST_CHECK int vault_reseal(struct vault *vault, struct vault_walk *walk);
/* Wipes the key before, once a whole walk left nothing that it opens. */
void vault_drop_before(struct vault *vault);
