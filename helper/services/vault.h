/*
 * vault.h - secrets of members, sealed in the state database.
 *
 * AES-256-GCM with a key that is never kept beside the data: a systemd
 * credential, else a file.  Whoever copies the database alone has nothing; who
 * puts a row in another's place, or an old one under a newer number, has
 * nothing that opens.  Blocks on the disk only.
 */
#pragma once

#include <stddef.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/buf.h"

#define VAULT_CREDENTIAL "orglogin.key"
#define VAULT_SECRET_MAX_BYTES ((size_t)256 * 1024)

/* The kinds of what is kept; a member has one of each at most. */
#define VAULT_TOKENS "tokens"
#define VAULT_PIN "pin"
#define VAULT_TOTP "totp"

struct vault;

struct vault_options {
	const char *credentials; /* $CREDENTIALS_DIRECTORY, or NULL */
	const char *key_path;    /* counts where there is no credential */
};

/*
 * Reads the key, one line of 64 hexadecimal digits in a file that only we may
 * read.  Without a good one the vault is there but keeps and gives nothing,
 * and vault_state() says why.  db is borrowed.
 */
MUST_CHECK int vault_new(struct db *db, const struct vault_options *options,
    struct vault **ret_vault);
/* Wipes the key. */
void vault_free(struct vault *vault);
DEFINE_CLEANUP(struct vault, vault, vault_free)
#define VAULT_AUTO CLEANUP(vault_cleanup)
/* 0, or why there is no key: NOT_FOUND, INSECURE_FILE, MALFORMED, IO, ... */
int vault_state(const struct vault *vault);

/* Replaces what is kept of this kind for the member; when it returns 0, it
 * lasts.  VAULT_KEY: there is no key. */
MUST_CHECK int vault_put(struct vault *vault, const char *member,
    const char *kind, const void *secret, size_t len);
/* Appends it to out.  NO_TOKEN: there is none that opens with this key. */
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
