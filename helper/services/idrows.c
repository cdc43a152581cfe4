/*
 * idrows.c - the ids table as a whole: every row is in memory, by key, by
 * number and by home.
 *
 * Promises that no two rows share a number or a home, whatever the file said.
 * Must not know how numbers and names are chosen.
 */
#include "services/idrows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "common/buf.h"
#include "common/err.h"
#include "rules/table.h"
#include "services/meta.h"

#define ROWS_MAX ((size_t)4000000)
#define ROW_TEXT_MAX ((size_t)4096)

struct idrows {
	struct db *db;
	const char *organization;
	struct idrow **items;
	size_t count;
	size_t size;
	struct table by_key; /* of this organisation */
	struct table by_number;
	struct table by_home;
};

/* What a row of the table says, before it is believed. */
struct draft {
	enum idrow_kind kind;
	const char *organization;
	const char *key;
	int64_t number;
	const char *name;
	const char *home;
	bool live;
	int64_t created_s;
};

static const char *
kind_name(enum idrow_kind kind)
{
	return kind == IDROW_GROUP ? "group" : "user";
}

static bool
same_user_key(const void *entry, const void *key)
{
	const struct idrow *row = entry;

	return row->kind == IDROW_USER && strcmp(row->key, key) == 0;
}

static bool
same_group_key(const void *entry, const void *key)
{
	const struct idrow *row = entry;

	return row->kind == IDROW_GROUP && strcmp(row->key, key) == 0;
}

static bool
same_number(const void *entry, const void *key)
{
	return ((const struct idrow *)entry)->number == *(const uint32_t *)key;
}

static bool
same_home(const void *entry, const void *key)
{
	return strcmp(((const struct idrow *)entry)->home, key) == 0;
}

int
idrows_new(struct db *db, const char *organization, struct idrows **ret_rows)
{
	struct idrows *rows = calloc(1, sizeof(*rows));

	if (rows == NULL)
		return ERR_NO_MEMORY;
	rows->db = db;
	rows->organization = organization;
	*ret_rows = rows;
	return 0;
}

static void
forget(struct idrows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->items[i]);
	rows->count = 0;
	table_clear(&rows->by_key);
	table_clear(&rows->by_number);
	table_clear(&rows->by_home);
}

void
idrows_free(struct idrows *rows)
{
	if (rows == NULL)
		return;
	forget(rows);
	table_done(&rows->by_key);
	table_done(&rows->by_number);
	table_done(&rows->by_home);
	free(rows->items);
	free(rows);
}

size_t
idrows_count(const struct idrows *rows)
{
	return rows->count;
}

struct idrow *
idrows_at(struct idrows *rows, size_t index)
{
	return rows->items[index];
}

struct idrow *
idrows_get(const struct idrows *rows, enum idrow_kind kind, const char *key)
{
	return table_get(&rows->by_key, table_hash_text(&rows->by_key, key),
	    kind == IDROW_USER ? same_user_key : same_group_key, key);
}

bool
idrows_has_number(const struct idrows *rows, uint32_t number)
{
	return table_get(&rows->by_number,
		   table_hash_number(&rows->by_number, number), same_number,
		   &number) != NULL;
}

bool
idrows_has_home(const struct idrows *rows, const char *home)
{
	return table_get(&rows->by_home, table_hash_text(&rows->by_home, home),
		   same_home, home) != NULL;
}

static int
index_row(struct idrows *rows, struct idrow *row)
{
	int err = table_put(&rows->by_number,
	    table_hash_number(&rows->by_number, row->number), row);

	if (err == 0 && row->ours)
		err = table_put(&rows->by_key,
		    table_hash_text(&rows->by_key, row->key), row);
	if (err == 0 && row->home[0] != '\0')
		err = table_put(&rows->by_home,
		    table_hash_text(&rows->by_home, row->home), row);
	return err;
}

static int
make_room(struct idrows *rows)
{
	size_t size = rows->size == 0 ? 64 : rows->size * 2;
	struct idrow **items = NULL;

	if (rows->count < rows->size)
		return 0;
	if (rows->count >= ROWS_MAX)
		return ERR_TOO_LARGE;
	items = reallocarray(rows->items, size, sizeof(struct idrow *));
	if (items == NULL)
		return ERR_NO_MEMORY;
	rows->items = items;
	rows->size = size;
	return 0;
}

/* The key is at most NAME_ID_MAX bytes, an organisation's id ROW_TEXT_MAX. */
static int
keep(struct idrows *rows, const struct draft *draft, struct idrow **ret_row)
{
	size_t key_size = strlen(draft->key) + 1;
	bool ours = strcmp(draft->organization, rows->organization) == 0;
	size_t organization_size = ours ? 0 : strlen(draft->organization) + 1;
	struct idrow *row = NULL;
	int err = make_room(rows);

	if (err != 0)
		return err;
	row = calloc(1, sizeof(*row) + key_size + organization_size);
	if (row == NULL)
		return ERR_NO_MEMORY;
	row->kind = draft->kind;
	row->ours = ours;
	row->live = draft->live;
	row->number = (uint32_t)draft->number;
	row->created_s = draft->created_s;
	memcpy(row->name, draft->name, strlen(draft->name) + 1);
	memcpy(row->home, draft->home, strlen(draft->home) + 1);
	memcpy(row->key, draft->key, key_size);
	row->organization = ours ? rows->organization : row->key + key_size;
	memcpy(row->key + key_size, draft->organization, organization_size);
	rows->items[rows->count++] = row;
	*ret_row = row;
	return index_row(rows, row);
}

static bool
home_valid(const struct draft *draft)
{
	size_t digits = strspn(draft->home, "0123456789");

	return draft->home[0] == '\0' || name_user_valid(draft->home) ||
	    (digits <= 10 && draft->home[digits] == '\0');
}

static bool
draft_valid(const struct idrows *rows, const struct draft *draft)
{
	uint32_t number = (uint32_t)draft->number;

	return strlen(draft->organization) <= ROW_TEXT_MAX / 2 &&
	    (draft->kind == IDROW_USER ? name_id_valid(draft->key)
				       : name_user_valid(draft->key)) &&
	    draft->number == number && !name_number_reserved(number) &&
	    !idrows_has_number(rows, number) &&
	    (draft->name[0] == '\0' || name_user_valid(draft->name)) &&
	    home_valid(draft) &&
	    (draft->home[0] == '\0' || !idrows_has_home(rows, draft->home));
}

int
idrows_digest(const struct buf *text, uint64_t *ret_digest)
{
	uint8_t hash[CRYPTO_SHA256_BYTES];
	struct cursor cursor;
	int err = buf_fault(text);

	if (err == 0)
		err = crypto_sha256(text->bytes, text->len, hash);
	if (err != 0)
		return err;
	cursor_init(&cursor, hash, sizeof(hash));
	*ret_digest = cursor_u64(&cursor);
	return 0;
}

/* The sum of the rows' digests does not depend on their order. */
static int
digest(const struct idrows *rows, uint64_t *ret_digest)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct idrow *row = rows->items[i];
		struct buf text BUF_AUTO = {.limit = ROW_TEXT_MAX};
		uint64_t one = 0;
		int err = 0;

		buf_put_string(&text, row->organization);
		buf_put_string(&text, kind_name(row->kind));
		buf_put_string(&text, row->key);
		buf_put_string(&text, row->name);
		buf_put_string(&text, row->home);
		buf_put_u32(&text, row->number);
		buf_put_u64(&text, (uint64_t)row->created_s);
		buf_put_u8(&text, row->live);
		err = idrows_digest(&text, &one);
		if (err != 0)
			return err;
		sum += one;
	}
	*ret_digest = sum;
	return 0;
}

static int
stored_number(struct db *db, const char *key, uint64_t *ret_number)
{
	int err = meta_get_number(db, key, ret_number);

	if (err != ERR_NOT_FOUND)
		return err;
	*ret_number = 0;
	return 0;
}

static int
check_whole(const struct idrows *rows)
{
	uint64_t count = 0;
	uint64_t stored = 0;
	uint64_t computed = 0;
	int err = stored_number(rows->db, "ids_count", &count);

	if (err == 0)
		err = stored_number(rows->db, "ids_digest", &stored);
	if (err == 0)
		err = digest(rows, &computed);
	if (err != 0)
		return err;
	return count == rows->count && stored == computed ? 0
							  : ERR_STATE_DAMAGED;
}

static int
read_rows(struct idrows *rows)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
	int err = db_prepare(rows->db,
	    "SELECT organization, kind, key, number, name, home, state,"
	    " created FROM ids",
	    &stmt);

	while (err == 0) {
		struct draft draft = {0};
		struct idrow *row = NULL;

		err = db_step(stmt, &step);
		if (err != 0 || step == DB_DONE)
			return err;
		draft.organization = db_text(stmt, 0);
		draft.kind = strcmp(db_text(stmt, 1), "group") == 0
		    ? IDROW_GROUP
		    : IDROW_USER;
		draft.key = db_text(stmt, 2);
		draft.number = db_integer(stmt, 3);
		draft.name = db_text(stmt, 4);
		draft.home = db_text(stmt, 5);
		draft.live = strcmp(db_text(stmt, 6), "live") == 0;
		draft.created_s = db_integer(stmt, 7);
		err = draft_valid(rows, &draft) ? keep(rows, &draft, &row)
						: ERR_STATE_DAMAGED;
	}
	if (stmt != NULL)
		db_reset(stmt);
	return err;
}

int
idrows_load(struct idrows *rows)
{
	int err = 0;

	forget(rows);
	err = read_rows(rows);
	if (err == 0)
		err = check_whole(rows);
	if (err != 0)
		forget(rows);
	return err;
}

static int
write_seal(const struct idrows *rows)
{
	uint64_t computed = 0;
	int err = digest(rows, &computed);

	if (err == 0)
		err = meta_set_number(rows->db, "ids_count", rows->count);
	if (err == 0)
		err = meta_set_number(rows->db, "ids_digest", computed);
	return err;
}

int
idrows_seal(struct idrows *rows)
{
	int err = 0;

	forget(rows);
	err = read_rows(rows);
	return err == 0 ? write_seal(rows) : err;
}

int
idrows_add(struct idrows *rows, enum idrow_kind kind, const char *key,
    uint32_t number, int64_t created_s, struct idrow **ret_row)
{
	const struct draft draft = {.kind = kind,
	    .organization = rows->organization,
	    .key = key,
	    .number = number,
	    .name = "",
	    .home = "",
	    .live = true,
	    .created_s = created_s};
	struct idrow *row = NULL;
	int err = 0;

	if (!draft_valid(rows, &draft))
		return ERR_INVALID_ARGUMENT;
	err = keep(rows, &draft, &row);
	if (err != 0)
		return err;
	row->changed = true;
	*ret_row = row;
	return 0;
}

int
idrows_set_home(struct idrows *rows, struct idrow *row, const char *home)
{
	size_t size = strlen(home) + 1;

	if (row->home[0] != '\0' || size == 1 || size > sizeof(row->home) ||
	    idrows_has_home(rows, home))
		return ERR_INVALID_ARGUMENT;
	memcpy(row->home, home, size);
	row->changed = true;
	return table_put(
	    &rows->by_home, table_hash_text(&rows->by_home, home), row);
}

static int
write_row(struct idrows *rows, const struct idrow *row)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(rows->db,
	    "INSERT INTO ids (organization, kind, key, number, name, home,"
	    " state, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	    " ON CONFLICT (organization, kind, key)"
	    " DO UPDATE SET name = ?5, home = ?6, state = ?7",
	    &stmt);
	const char *const texts[] = {[1] = row->organization,
	    [2] = kind_name(row->kind),
	    [3] = row->key,
	    [5] = row->name,
	    [6] = row->home,
	    [7] = row->live ? "live" : "tombstone"};

	for (int i = 1; i < (int)ARRAY_SIZE(texts) && err == 0; i++)
		if (texts[i] != NULL)
			err = db_bind_text(stmt, i, texts[i]);
	if (err == 0)
		err = db_bind_integer(stmt, 4, row->number);
	if (err == 0)
		err = db_bind_integer(stmt, 8, row->created_s);
	return err == 0 ? db_run(stmt) : err;
}

int
idrows_save(struct idrows *rows)
{
	bool changed = false;
	int err = 0;

	for (size_t i = 0; i < rows->count && err == 0; i++) {
		struct idrow *row = rows->items[i];

		if (!row->changed)
			continue;
		err = write_row(rows, row);
		row->changed = err != 0;
		changed = true;
	}
	return err == 0 && changed ? write_seal(rows) : err;
}
