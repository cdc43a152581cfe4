/*
 * idrows.c - the ids table as a whole: every row is in memory, by key, by
 * number, by name and by home.
 *
 * Promises that no two rows share a number or a home, whatever the file said,
 * and that count and digest stand for what was written, not for what is only
 * in memory.  Must not know how numbers and names are chosen.
 */
#include "services/idrows.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "common/err.h"
#include "common/name.h"
#include "rules/keysort.h"
#include "services/idindex.h"
#include "services/meta.h"

#define ROW_TEXT_MAX ((size_t)4096)
#define ROWS_EXPECTED_MAX 4000000 /* memory is not asked for more */
#define MOVES 64 /* of a sort, for each row that might be written */

/* A row that differs from the table's. */
struct change {
	uint64_t was; /* digest of what the table holds */
	uint32_t index;
	bool is_new; /* the table has no such row */
};

struct idrows {
	struct db *db;
	const char *organization;
	struct idindex in;
	struct change *changes;
	size_t change_count;
	size_t change_size;
	bool ordered; /* the changes, the first to be written last */
	struct keysort order;
	uint64_t stored_count;
	uint64_t stored_sum;
	struct buf text; /* of a digest in the making */
	struct crypto_hasher *hasher;
};

static const char *
kind_name(enum idrow_kind kind)
{
	return kind == IDROW_GROUP ? "group" : "user";
}

static const char *
state_name(bool live)
{
	return live ? "live" : "tombstone";
}

int
idrows_new(struct db *db, const char *organization, struct idrows **ret_rows)
{
	struct idrows *rows = calloc(1, sizeof(*rows));
	int err =
	    rows == NULL ? ERR_NO_MEMORY : crypto_hasher_new(&rows->hasher);

	if (err != 0) {
		free(rows);
		return err;
	}
	rows->db = db;
	rows->organization = organization;
	idindex_init(&rows->in, organization);
	buf_init(&rows->text, ROW_TEXT_MAX);
	*ret_rows = rows;
	return 0;
}

static void
forget_changes(struct idrows *rows)
{
	free(rows->changes);
	keysort_done(&rows->order);
	rows->changes = NULL;
	rows->change_count = rows->change_size = 0;
}

static void
forget(struct idrows *rows)
{
	forget_changes(rows);
	idindex_done(&rows->in);
	rows->stored_count = rows->stored_sum = 0;
}

void
idrows_free(struct idrows *rows)
{
	if (rows == NULL)
		return;
	forget(rows);
	buf_done(&rows->text);
	crypto_hasher_free(rows->hasher);
	free(rows);
}

int
idrows_reserve(struct idrows *rows, size_t count)
{
	return idindex_reserve(&rows->in, count);
}

size_t
idrows_count(const struct idrows *rows)
{
	return idindex_count(&rows->in);
}

void
idrows_get(const struct idrows *rows, size_t index, struct idrow *ret_row)
{
	idindex_get(&rows->in, index, ret_row);
}

size_t
idrows_find(const struct idrows *rows, enum idrow_kind kind, const char *key)
{
	return idindex_find_key(&rows->in, kind, key);
}

size_t
idrows_find_name(const struct idrows *rows, const char *name)
{
	return idindex_find_name(&rows->in, name);
}

const char *
idrows_owner(const struct idrows *rows, uint32_t number)
{
	struct idrow row = {0};
	size_t index = idindex_find_number(&rows->in, number);

	if (index != IDROWS_NONE)
		idindex_get(&rows->in, index, &row);
	return row.ours && row.kind == IDROW_USER ? row.key : NULL;
}

bool
idrows_has_number(const struct idrows *rows, uint32_t number)
{
	return idindex_find_number(&rows->in, number) != IDROWS_NONE;
}

bool
idrows_has_home(const struct idrows *rows, const char *home)
{
	return idindex_find_home(&rows->in, home) != IDROWS_NONE;
}

static bool
home_valid(const char *home)
{
	size_t digits = strspn(home, "0123456789");

	return home[0] == '\0' || name_user_valid(home) ||
	    (digits <= 10 && home[digits] == '\0');
}

static bool
row_valid(const struct idrow *row)
{
	return strlen(row->organization) <= ROW_TEXT_MAX / 2 &&
	    (row->kind == IDROW_USER ? name_id_valid(row->key)
				     : name_group_valid(row->key)) &&
	    row->created_s >= 0 && row->created_s <= UINT32_MAX &&
	    (row->name[0] == '\0' || name_user_valid(row->name)) &&
	    home_valid(row->home);
}

static bool
row_free(const struct idrows *rows, const struct idrow *row)
{
	return !name_number_reserved(row->number) &&
	    !idrows_has_number(rows, row->number) &&
	    (row->home[0] == '\0' || !idrows_has_home(rows, row->home));
}

int
idrows_digest(
    const struct idrows *rows, const struct buf *text, uint64_t *ret_digest)
{
	uint8_t hash[CRYPTO_SHA256_BYTES];
	struct cursor cursor;
	int err = buf_fault(text);

	if (err == 0)
		err = crypto_hasher_sha256(
		    rows->hasher, text->bytes, text->len, hash);
	if (err != 0)
		return err;
	cursor_init(&cursor, hash, sizeof(hash));
	*ret_digest = cursor_u64(&cursor);
	return 0;
}

/* The sum of the rows' digests does not depend on their order. */
static int
digest(struct idrows *rows, const struct idrow *row, uint64_t *ret_digest)
{
	struct buf *text = &rows->text;

	buf_reset(text);
	buf_put_string(text, row->organization);
	buf_put_string(text, kind_name(row->kind));
	buf_put_string(text, row->key);
	buf_put_string(text, row->name);
	buf_put_string(text, row->home);
	buf_put_u32(text, row->number);
	buf_put_u64(text, (uint64_t)row->created_s);
	buf_put_u8(text, row->live);
	return idrows_digest(rows, text, ret_digest);
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
	uint64_t sum = 0;
	int err = stored_number(rows->db, "ids_count", &count);

	if (err == 0)
		err = stored_number(rows->db, "ids_digest", &sum);
	if (err != 0)
		return err;
	return count == rows->stored_count && sum == rows->stored_sum
	    ? 0
	    : ERR_STATE_DAMAGED;
}

static int
read_row(struct idrows *rows, struct db_stmt *stmt)
{
	int64_t number = db_integer(stmt, 3);
	const struct idrow row = {.organization = db_text(stmt, 0),
	    .ours = strcmp(db_text(stmt, 0), rows->organization) == 0,
	    .kind = strcmp(db_text(stmt, 1), "group") == 0 ? IDROW_GROUP
							   : IDROW_USER,
	    .key = db_text(stmt, 2),
	    .number = (uint32_t)number,
	    .name = db_text(stmt, 4),
	    .home = db_text(stmt, 5),
	    .live = strcmp(db_text(stmt, 6), "live") == 0,
	    .created_s = db_integer(stmt, 7)};
	uint64_t sum = 0;
	int err = 0;

	/* The digest holds the values; a word that is none has no value. */
	if (strcmp(db_text(stmt, 1), kind_name(row.kind)) != 0 ||
	    strcmp(db_text(stmt, 6), state_name(row.live)) != 0)
		return ERR_STATE_DAMAGED;
	if (number != row.number || !row_valid(&row) || !row_free(rows, &row))
		return ERR_STATE_DAMAGED;
	err = digest(rows, &row, &sum);
	rows->stored_sum += sum;
	rows->stored_count++;
	return err == 0 ? idindex_add(&rows->in, &row) : err;
}

static int
read_rows(struct idrows *rows)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
	uint64_t count = 0;
	int err = stored_number(rows->db, "ids_count", &count);

	if (err == 0 && count <= ROWS_EXPECTED_MAX)
		err = idrows_reserve(rows, (size_t)count);
	if (err == 0)
		err = db_prepare(rows->db,
		    "SELECT organization, kind, key, number, name, home,"
		    " state, created FROM ids",
		    &stmt);

	while (err == 0) {
		err = db_step(stmt, &step);
		if (err != 0 || step == DB_DONE)
			return err;
		err = read_row(rows, stmt);
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
	int err = meta_set_number(rows->db, "ids_count", rows->stored_count);

	return err == 0
	    ? meta_set_number(rows->db, "ids_digest", rows->stored_sum)
	    : err;
}

int
idrows_seal(struct idrows *rows)
{
	int err = 0;

	forget(rows);
	err = read_rows(rows);
	return err == 0 ? write_seal(rows) : err;
}

static int
note_change(struct idrows *rows, const struct change *change)
{
	if (rows->change_count == rows->change_size) {
		size_t size = rows->change_size * 2 + 64;
		struct change *changes =
		    reallocarray(rows->changes, size, sizeof(*changes));

		if (changes == NULL)
			return ERR_NO_MEMORY;
		rows->changes = changes;
		rows->change_size = size;
	}
	rows->changes[rows->change_count++] = *change;
	rows->ordered = false;
	keysort_done(&rows->order);
	return 0;
}

static int
add_row(struct idrows *rows, const struct idrow *row)
{
	const struct change change = {
	    .index = (uint32_t)idindex_count(&rows->in), .is_new = true};
	int err = note_change(rows, &change);

	return err == 0 ? idindex_add(&rows->in, row) : err;
}

int
idrows_add(struct idrows *rows, enum idrow_kind kind, const char *key,
    uint32_t number, int64_t created_s, size_t *ret_index)
{
	const struct idrow row = {.kind = kind,
	    .ours = true,
	    .live = true,
	    .changed = true,
	    .number = number,
	    .created_s = created_s,
	    .organization = rows->organization,
	    .key = key,
	    .name = "",
	    .home = ""};
	size_t index = idindex_count(&rows->in);
	int err = 0;

	if (!row_valid(&row) || !row_free(rows, &row) ||
	    idrows_find(rows, kind, key) != IDROWS_NONE)
		return ERR_INVALID_ARGUMENT;
	err = add_row(rows, &row);
	if (err == 0)
		*ret_index = index;
	return err;
}

/* now was made from what is there. */
static int
change_row(struct idrows *rows, size_t index, struct idrow *now)
{
	struct idrow before;
	struct change change = {.index = (uint32_t)index};
	int err = 0;

	idrows_get(rows, index, &before);
	if (!before.changed) {
		err = digest(rows, &before, &change.was);
		if (err == 0)
			err = note_change(rows, &change);
	}
	if (err != 0)
		return err;
	now->changed = true;
	return idindex_change(&rows->in, index, now);
}

int
idrows_settle(
    struct idrows *rows, size_t index, const char *name, const char *home)
{
	struct idrow row;

	idrows_get(rows, index, &row);
	if (row.home[0] != '\0' || home[0] == '\0' || !home_valid(home) ||
	    idrows_has_home(rows, home) || !row.live || !name_user_valid(name))
		return ERR_INVALID_ARGUMENT;
	row.home = home;
	row.name = name;
	return change_row(rows, index, &row);
}

int
idrows_set_name(struct idrows *rows, size_t index, const char *name)
{
	struct idrow row;

	idrows_get(rows, index, &row);
	if (name[0] != '\0' && (!row.live || !name_user_valid(name)))
		return ERR_INVALID_ARGUMENT;
	if (strcmp(row.name, name) == 0)
		return 0;
	row.name = name;
	return change_row(rows, index, &row);
}

int
idrows_set_live(struct idrows *rows, size_t index, bool live)
{
	struct idrow row;

	idrows_get(rows, index, &row);
	if (row.live == live)
		return 0;
	row.live = live;
	if (!live)
		row.name = "";
	return change_row(rows, index, &row);
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
	    [7] = state_name(row->live)};

	for (int i = 1; i < (int)ARRAY_SIZE(texts) && err == 0; i++)
		if (texts[i] != NULL)
			err = db_bind_text(stmt, i, texts[i]);
	if (err == 0)
		err = db_bind_integer(stmt, 4, row->number);
	if (err == 0)
		err = db_bind_integer(stmt, 8, row->created_s);
	return err == 0 ? db_run(stmt) : err;
}

static int
compare_keys(const void *owner, uint32_t a, uint32_t b)
{
	const struct idrows *rows = owner;
	struct idrow one;
	struct idrow two;

	idrows_get(rows, rows->changes[a].index, &one);
	idrows_get(rows, rows->changes[b].index, &two);
	return strcmp(one.key, two.key);
}

static void
add_key(struct idrows *rows)
{
	uint32_t entry = (uint32_t)rows->order.count;
	struct idrow row;

	idrows_get(rows, rows->changes[entry].index, &row);
	keysort_add(&rows->order,
	    &(struct keysort_key){.first = row.kind == IDROW_GROUP ? 0 : 1,
		.second = keysort_text(row.key),
		.entry = entry});
}

static int
take_order(struct idrows *rows)
{
	size_t count = rows->change_count;
	struct change *changes = calloc(count + 1, sizeof(*changes));

	if (changes == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		changes[count - 1 - i] =
		    rows->changes[keysort_at(&rows->order, i)];
	free(rows->changes);
	keysort_done(&rows->order);
	rows->changes = changes;
	rows->change_size = count + 1;
	rows->ordered = true;
	return 0;
}

/* In the order of the table's key: many rows then share a page, and those of a
 * first list are all put behind the last. */
static int
order_changes(struct idrows *rows, size_t moves_max)
{
	int err = 0;

	if (rows->order.keys == NULL)
		err = keysort_start(
		    &rows->order, rows->change_count, compare_keys, rows);
	if (err != 0)
		return err;
	for (; rows->order.count < rows->change_count; moves_max--) {
		if (moves_max == 0)
			return 0;
		add_key(rows);
	}
	return keysort_step(&rows->order, moves_max) ? take_order(rows) : 0;
}

static int
save_last(struct idrows *rows)
{
	const struct change *change = &rows->changes[rows->change_count - 1];
	struct idrow row;
	uint64_t sum = 0;
	int err = 0;

	idrows_get(rows, change->index, &row);
	err = write_row(rows, &row);
	if (err == 0)
		err = digest(rows, &row, &sum);
	row.changed = false;
	if (err == 0)
		err = idcells_put(&rows->in.cells, change->index, &row);
	if (err != 0)
		return err;
	rows->stored_sum += sum - change->was;
	rows->stored_count += change->is_new;
	rows->change_count--;
	return 0;
}

int
idrows_save(struct idrows *rows, size_t rows_max, bool *ret_done)
{
	bool changed = rows->change_count > 0;
	int err = 0;

	if (changed && !rows->ordered)
		err = order_changes(rows,
		    rows_max < SIZE_MAX / MOVES ? rows_max * MOVES : SIZE_MAX);
	if (changed && !rows->ordered) {
		*ret_done = false;
		return err;
	}
	for (; rows_max > 0 && rows->change_count > 0 && err == 0; rows_max--)
		err = save_last(rows);
	if (err == 0 && changed)
		err =
		    meta_set_number(rows->db, "ids_count", rows->stored_count);
	if (err == 0 && changed)
		err = meta_set_number(rows->db, "ids_digest", rows->stored_sum);
	if (err != 0)
		return err;
	if (rows->change_count == 0)
		forget_changes(rows);
	*ret_done = rows->change_count == 0;
	return 0;
}
