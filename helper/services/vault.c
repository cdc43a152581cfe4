/*
 * vault.c - the key, and the vault table.
 *
 * Promises that what is read is what was put for this member, kind and
 * version, and that a row which does not open is as good as none: told once,
 * never a crash.  The version is one count for the whole vault, which never
 * goes back.  A database that is set back as a whole comes with its own count:
 * what it brings back are tokens, and the service knows which of them ended.
 * Must not know what the secrets mean.
 */
#include "services/vault.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "services/meta.h"

#define KEY_ID_BYTES 8
#define KEY_ID_LABEL "orglogin vault key"
#define AAD_MAX_BYTES ((size_t)4096)
#define COUNT_KEY "vault_version"

struct vault {
	struct db *db;
	int state;
	uint8_t key[CRYPTO_KEY_BYTES];
	char key_id[2 * KEY_ID_BYTES + 1];
	bool told; /* that a row does not open */
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
parse_key(const char *text, uint8_t key[CRYPTO_KEY_BYTES])
{
	if (strlen(text) != 2 * (size_t)CRYPTO_KEY_BYTES)
		return ERR_MALFORMED;
	for (size_t i = 0; i < CRYPTO_KEY_BYTES; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return ERR_MALFORMED;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

/* Tells keys apart and says nothing of them. */
static int
name_key(struct vault *vault)
{
	uint8_t text[sizeof(KEY_ID_LABEL) + CRYPTO_KEY_BYTES];
	uint8_t digest[CRYPTO_SHA256_BYTES];
	int r = ERR_OK;

	memcpy(text, KEY_ID_LABEL, sizeof(KEY_ID_LABEL));
	memcpy(text + sizeof(KEY_ID_LABEL), vault->key, CRYPTO_KEY_BYTES);
	r = crypto_sha256(text, sizeof(text), digest);
	secret_wipe(text, sizeof(text));
	for (size_t i = 0; r == 0 && i < KEY_ID_BYTES; i++)
		(void)snprintf(vault->key_id + 2 * i, 3, "%02x", digest[i]);
	return r;
}

static int
read_key_file(struct vault *vault, const char *path)
{
	char *text CLEANUP(secret_string_cleanup) = NULL;
	int r = files_read_secret(path, &text);

	return r == 0 ? parse_key(text, vault->key) : r;
}

/* A credential that is there counts, also where it is no good: falling back
 * would seal with a key that the administrator did not mean. */
static void
read_key(struct vault *vault, const struct vault_options *options)
{
	char path[PATH_MAX] = "";
	int r = ERR_NOT_FOUND;

	if (options->credentials != NULL) {
		(void)snprintf(path, sizeof(path), "%s/" VAULT_CREDENTIAL,
		    options->credentials);
		r = read_key_file(vault, path);
	}
	if (r == ERR_NOT_FOUND) {
		(void)snprintf(path, sizeof(path), "%s", options->key_path);
		r = read_key_file(vault, path);
	}
	if (r == 0)
		r = name_key(vault);
	if (r != 0)
		log_warning("the vault has no key: no sign-in is kept",
		    LOG_TEXT("reason", err_name(r)), LOG_TEXT("path", path));
	vault->state = r;
}

int
vault_new(struct db *db, const struct vault_options *options,
    struct vault **ret_vault)
{
	struct vault *vault = calloc(1, sizeof(*vault));

	if (vault == NULL)
		return ERR_NO_MEMORY;
	vault->db = db;
	read_key(vault, options);
	*ret_vault = vault;
	return ERR_OK;
}

void
vault_free(struct vault *vault)
{
	if (vault == NULL)
		return;
	secret_wipe(vault, sizeof(*vault));
	free(vault);
}

int
vault_state(const struct vault *vault)
{
	return vault->state;
}

/* What a sealed row is bound to. */
static int
bind_to(struct buf *aad, const char *member, const char *kind, uint64_t version)
{
	buf_init(aad, AAD_MAX_BYTES);
	buf_put_string(aad, "orglogin vault 1");
	buf_put_string(aad, member);
	buf_put_string(aad, kind);
	buf_put_u64(aad, version);
	return buf_fault(aad);
}

static int
next_version(struct vault *vault, uint64_t *ret_version)
{
	uint64_t version = 0;
	int r = meta_get_number(vault->db, COUNT_KEY, &version);

	if (r == ERR_NOT_FOUND)
		r = ERR_OK;
	/* With random nonces a key must not seal more often. */
	if (r == 0 && version >= UINT32_MAX)
		r = ERR_VAULT_KEY;
	if (r == 0)
		r = meta_set_number(vault->db, COUNT_KEY, ++version);
	if (r == 0)
		*ret_version = version;
	return r;
}

struct row {
	const char *member;
	const char *kind;
	uint64_t version;
};

static int
store(struct vault *vault, const struct row *row, const struct buf *sealed)
{
	struct db_stmt *stmt = NULL;
	int r = db_prepare(vault->db,
	    "INSERT INTO vault (member, kind, key_id, version, sealed)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (member, kind)"
	    " DO UPDATE SET key_id = ?3, version = ?4, sealed = ?5",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, row->member);
	if (r == 0)
		r = db_bind_text(stmt, 2, row->kind);
	if (r == 0)
		r = db_bind_text(stmt, 3, vault->key_id);
	if (r == 0)
		r = db_bind_integer(stmt, 4, (int64_t)row->version);
	if (r == 0)
		r = db_bind_bytes(stmt, 5, sealed->bytes, sealed->len);
	return r == 0 ? db_run(stmt) : r;
}

static int
seal_and_store(
    struct vault *vault, struct row *row, const void *secret, size_t len)
{
	struct buf aad BUF_AUTO = {0};
	struct buf sealed BUF_AUTO = {
	    .limit = VAULT_SECRET_MAX_BYTES + CRYPTO_SEAL_BYTES};
	int r = next_version(vault, &row->version);

	if (r == 0)
		r = bind_to(&aad, row->member, row->kind, row->version);
	if (r == 0)
		r = crypto_seal(vault->key, &aad, secret, len, &sealed);
	return r == 0 ? store(vault, row, &sealed) : r;
}

int
vault_put(struct vault *vault, const char *member, const char *kind,
    const void *secret, size_t len)
{
	struct row row = {.member = member, .kind = kind};
	int r = ERR_OK;

	if (vault->state != 0)
		return ERR_VAULT_KEY;
	if (len > VAULT_SECRET_MAX_BYTES)
		return ERR_TOO_LARGE;
	r = db_begin(vault->db);
	if (r == 0)
		r = seal_and_store(vault, &row, secret, len);
	if (r == 0)
		r = db_commit(vault->db);
	if (r != 0)
		db_rollback(vault->db);
	return r;
}

/* Once a start, as it concerns all rows or the machine. */
static int
no_token(struct vault *vault, const struct row *row, const char *why)
{
	if (!vault->told)
		log_warning("a kept sign-in does not open",
		    LOG_TEXT("reason", err_name(ERR_NO_TOKEN)),
		    LOG_TEXT("why", why), LOG_TEXT("member", row->member),
		    LOG_TEXT("remedy", "the member signs in again"));
	vault->told = true;
	return ERR_NO_TOKEN;
}

/* The statement stands on the row. */
static int
unseal(
    struct vault *vault, struct row *row, struct db_stmt *stmt, struct buf *out)
{
	struct buf aad BUF_AUTO = {0};
	size_t len = 0;
	const void *sealed = db_bytes(stmt, 2, &len);
	int r = ERR_OK;

	if (strcmp(db_text(stmt, 0), vault->key_id) != 0)
		return no_token(vault, row, "sealed with another key");
	row->version = (uint64_t)db_integer(stmt, 1);
	r = bind_to(&aad, row->member, row->kind, row->version);
	if (r == 0)
		r = crypto_unseal(vault->key, &aad, sealed, len, out);
	return r == ERR_MALFORMED ? no_token(vault, row, "changed or damaged")
				  : r;
}

/* NOT_FOUND; NO_TOKEN: it does not open. */
static int
open_row(
    struct vault *vault, const char *member, const char *kind, struct buf *out)
{
	struct row row = {.member = member, .kind = kind};
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = db_prepare(vault->db,
	    "SELECT key_id, version, sealed FROM vault"
	    " WHERE member = ?1 AND kind = ?2",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member);
	if (r == 0)
		r = db_bind_text(stmt, 2, kind);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	if (step == DB_DONE)
		return ERR_NOT_FOUND;
	r = vault->state == 0 ? unseal(vault, &row, stmt, out) : ERR_NO_TOKEN;
	db_reset(stmt);
	return r;
}

int
vault_read(
    struct vault *vault, const char *member, const char *kind, struct buf *out)
{
	int r = ERR_OK;

	if (vault->state != 0)
		return ERR_VAULT_KEY;
	r = open_row(vault, member, kind, out);
	return r == ERR_NOT_FOUND ? ERR_NO_TOKEN : r;
}

int
vault_require(
    struct vault *vault, const char *member, const char *kind, struct buf *out)
{
	int r = open_row(vault, member, kind, out);

	return r == ERR_NO_TOKEN ? ERR_VAULT_KEY : r;
}

int
vault_forget_kind(struct vault *vault, const char *member, const char *kind)
{
	struct db_stmt *stmt = NULL;
	int r = db_prepare(vault->db,
	    "DELETE FROM vault WHERE member = ?1 AND kind = ?2", &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member);
	if (r == 0)
		r = db_bind_text(stmt, 2, kind);
	return r == 0 ? db_run_alone(vault->db, stmt) : r;
}

int
vault_forget(struct vault *vault, const char *member)
{
	struct db_stmt *stmt = NULL;
	int r =
	    db_prepare(vault->db, "DELETE FROM vault WHERE member = ?1", &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member);
	return r == 0 ? db_run_alone(vault->db, stmt) : r;
}

int
vault_next_member(
    struct vault *vault, const char *after, char *out, size_t out_size)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = db_prepare(vault->db,
	    "SELECT member FROM vault WHERE member > ?1"
	    " ORDER BY member LIMIT 1",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, after);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	if (step == DB_DONE)
		return ERR_NOT_FOUND;
	r = text_copy(out, out_size, db_text(stmt, 0)) ? ERR_OK
						       : ERR_STATE_DAMAGED;
	db_reset(stmt);
	return r;
}
