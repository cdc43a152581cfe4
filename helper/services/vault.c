/*
 * vault.c - the vault table.
 *
 * Promises that what is read is what was put for this member, kind and
 * version, and that a row which does not open is as good as none: told once,
 * never a crash.  The version is one count for the whole vault, which never
 * goes back.  A database that is set back as a whole comes with its own count:
 * what it brings back are tokens, and the service knows which of them ended.
 * Must not know what the secrets mean.
 */
#include "services/vault.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "services/meta.h"

#define AAD_MAX_BYTES ((size_t)4096)
#define COUNT_KEY "vault_version"
/* The key that seals, and the count when it began to. */
#define SEALING_KEY "vault_key"
#define SINCE_KEY "vault_key_since"
#define WALK_ROWS 64 /* of one call */

struct vault {
	struct db *db;
	struct vaultkeys_options options;
	int state;
	struct vaultkeys keys;
	bool told; /* that a row does not open */
};

int
vault_new(struct db *db, const struct vaultkeys_options *options,
    struct vault **ret_vault)
{
	struct vault *vault = calloc(1, sizeof(*vault));

	if (vault == NULL)
		return ERR_NO_MEMORY;
	vault->db = db;
	vault->options = *options;
	vault->state = vaultkeys_read(options, &vault->keys);
	if (vault->state != 0)
		log_warning("the vault has no key: no sign-in is kept",
		    LOG_TEXT("reason", err_name(vault->state)),
		    LOG_TEXT("path",
			vault->keys.credential ? options->credentials
					       : options->path));
	*ret_vault = vault;
	return ERR_OK;
}

void
vault_free(struct vault *vault)
{
	if (vault == NULL)
		return;
	vaultkeys_done(&vault->keys);
	free(vault);
}

int
vault_state(const struct vault *vault)
{
	return vault->state;
}

bool
vault_by_credential(const struct vault *vault)
{
	return vault->keys.credential;
}

const char *
vault_key_id(const struct vault *vault)
{
	return vault->keys.now.id;
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

/* The count when the key began to seal; a new one begins now. */
static int
sealing_since(struct vault *vault, uint64_t version, uint64_t *ret_since)
{
	char id[sizeof(vault->keys.now.id)] = "";
	int r = meta_get(vault->db, SEALING_KEY, id, sizeof(id));

	if (r == 0 && strcmp(id, vault->keys.now.id) == 0)
		return meta_get_number(vault->db, SINCE_KEY, ret_since);
	if (r == ERR_NOT_FOUND)
		r = ERR_OK;
	if (r == 0)
		r = meta_set(vault->db, SEALING_KEY, vault->keys.now.id);
	if (r == 0)
		r = meta_set_number(vault->db, SINCE_KEY, version);
	if (r == 0)
		*ret_since = version;
	return r;
}

static int
next_version(struct vault *vault, uint64_t *ret_version)
{
	uint64_t version = 0;
	uint64_t since = 0;
	int r = meta_get_number(vault->db, COUNT_KEY, &version);

	if (r == ERR_NOT_FOUND)
		r = ERR_OK;
	if (r == 0)
		r = sealing_since(vault, version, &since);
	/* With random nonces a key must not seal more often. */
	if (r == 0 && version - since >= UINT32_MAX)
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
		r = db_bind_text(stmt, 3, vault->keys.now.id);
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
		r = crypto_seal(
		    vault->keys.now.bytes, &aad, secret, len, &sealed);
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
		log_warning("what is kept of a member does not open",
		    LOG_TEXT("reason", err_name(ERR_NO_TOKEN)),
		    LOG_TEXT("why", why), LOG_TEXT("kind", row->kind),
		    LOG_TEXT("member", row->member),
		    LOG_TEXT("remedy",
			"the member signs in again; an authenticator is "
			"removed by orgloginctl totp remove"));
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
	const struct vaultkey *key =
	    vaultkeys_find(&vault->keys, db_text(stmt, 0));
	int r = ERR_OK;

	if (key == NULL)
		return no_token(vault, row, "sealed with another key");
	row->version = (uint64_t)db_integer(stmt, 1);
	r = bind_to(&aad, row->member, row->kind, row->version);
	if (r == 0)
		r = crypto_unseal(key->bytes, &aad, sealed, len, out);
	return r == ERR_MALFORMED ? no_token(vault, row, "changed or damaged")
				  : r;
}

static int
to_row(struct db_stmt *stmt)
{
	enum db_step step = DB_DONE;
	int r = db_step(stmt, &step);

	return r == 0 && step == DB_DONE ? ERR_NOT_FOUND : r;
}

/* NOT_FOUND; NO_TOKEN: it does not open. */
static int
open_row(
    struct vault *vault, const char *member, const char *kind, struct buf *out)
{
	struct row row = {.member = member, .kind = kind};
	struct db_stmt *stmt = NULL;
	int r = db_prepare(vault->db,
	    "SELECT key_id, version, sealed FROM vault"
	    " WHERE member = ?1 AND kind = ?2",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, member);
	if (r == 0)
		r = db_bind_text(stmt, 2, kind);
	if (r == 0)
		r = to_row(stmt);
	if (r != 0)
		return r;
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
	int r = db_prepare(vault->db,
	    "SELECT member FROM vault WHERE member > ?1"
	    " ORDER BY member LIMIT 1",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, after);
	if (r == 0)
		r = to_row(stmt);
	if (r != 0)
		return r;
	r = text_copy(out, out_size, db_text(stmt, 0)) ? ERR_OK
						       : ERR_STATE_DAMAGED;
	db_reset(stmt);
	return r;
}

int
vault_reread(struct vault *vault)
{
	struct vaultkeys fresh VAULTKEYS_AUTO = {0};
	int r = vaultkeys_read(&vault->options, &fresh);

	if (r != 0)
		return r;
	if ((vault->keys.now.id[0] != '\0' &&
		vaultkeys_find(&fresh, vault->keys.now.id) == NULL) ||
	    (vault->keys.before.id[0] != '\0' &&
		vaultkeys_find(&fresh, vault->keys.before.id) == NULL))
		return ERR_VAULT_KEY;
	vault->keys = fresh;
	vault->state = ERR_OK;
	return ERR_OK;
}

/* Opens the row that the statement stands on and seals it anew.  The statement
 * is used up. */
static int
reseal_row(struct vault *vault, struct vault_walk *walk, struct db_stmt *stmt)
{
	struct row row = {.member = walk->member, .kind = walk->kind};
	struct buf secret BUF_AUTO = {.limit = VAULT_SECRET_MAX_BYTES};
	int r = unseal(vault, &row, stmt, &secret);

	db_reset(stmt);
	if (r == ERR_NO_TOKEN) {
		walk->lost++;
		return ERR_OK;
	}
	if (r == 0)
		r = seal_and_store(vault, &row, secret.bytes, secret.len);
	if (r == 0)
		walk->resealed++;
	return r;
}

/* Goes on to the next row, if there is one. */
static int
walk_on(struct vault *vault, struct vault_walk *walk)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int r = db_prepare(vault->db,
	    "SELECT key_id, version, sealed, member, kind FROM vault"
	    " WHERE (member, kind) > (?1, ?2)"
	    " ORDER BY member, kind LIMIT 1",
	    &stmt);

	if (r == 0)
		r = db_bind_text(stmt, 1, walk->member);
	if (r == 0)
		r = db_bind_text(stmt, 2, walk->kind);
	if (r == 0)
		r = db_step(stmt, &step);
	if (r != 0)
		return r;
	walk->done = step == DB_DONE;
	if (walk->done)
		return ERR_OK;
	if (!text_copy(walk->member, sizeof(walk->member), db_text(stmt, 3)) ||
	    !text_copy(walk->kind, sizeof(walk->kind), db_text(stmt, 4)))
		r = ERR_STATE_DAMAGED;
	else if (strcmp(db_text(stmt, 0), vault->keys.now.id) != 0)
		return reseal_row(vault, walk, stmt);
	db_reset(stmt);
	return r;
}

int
vault_reseal(struct vault *vault, struct vault_walk *walk)
{
	struct vault_walk next = *walk;
	int r = ERR_OK;

	if (vault->state != 0)
		return ERR_VAULT_KEY;
	r = db_begin(vault->db);
	for (int i = 0; r == 0 && !next.done && i < WALK_ROWS; i++)
		r = walk_on(vault, &next);
	if (r == 0)
		r = db_commit(vault->db);
	if (r != 0) {
		db_rollback(vault->db);
		return r;
	}
	*walk = next;
	return ERR_OK;
}

void
vault_drop_before(struct vault *vault)
{
	secret_wipe(&vault->keys.before, sizeof(vault->keys.before));
}
