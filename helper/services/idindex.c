/*
 * idindex.c - packed rows, and three indexes over them.
 *
 * Must not know where rows are stored, nor which are allowed.
 */
#include "services/idindex.h"

#include <string.h>

#include "rules/keyhash.h"

struct row_key {
	enum idrow_kind kind;
	const char *key;
};

/* Entry 2n is the home of row n; entry 2n + 1 its name where that is not the
 * home. */
struct text_key {
	bool home;
	const char *text;
};

static struct idrow
row_of(const void *owner, size_t index)
{
	struct idrow row;

	idcells_get(&((const struct idindex *)owner)->cells, index, &row);
	return row;
}

static bool
same_key(const void *owner, uint32_t entry, const void *key)
{
	const struct row_key *want = key;
	const struct idrow row = row_of(owner, entry);

	return row.kind == want->kind && strcmp(row.key, want->key) == 0;
}

static uint64_t
hash_key(const void *owner, uint32_t entry)
{
	return keyhash_text(
	    &((const struct idindex *)owner)->by_key, row_of(owner, entry).key);
}

static bool
same_number(const void *owner, uint32_t entry, const void *key)
{
	return row_of(owner, entry).number == *(const uint32_t *)key;
}

static uint64_t
hash_number(const void *owner, uint32_t entry)
{
	return keyhash_number(&((const struct idindex *)owner)->by_number,
	    row_of(owner, entry).number);
}

static bool
same_text(const void *owner, uint32_t entry, const void *key)
{
	const struct text_key *want = key;
	const struct idrow row = row_of(owner, entry / 2);

	if (want->home)
		return entry % 2 == 0 && strcmp(row.home, want->text) == 0;
	return row.ours && strcmp(row.name, want->text) == 0;
}

static uint64_t
hash_text(const void *owner, uint32_t entry)
{
	const struct idrow row = row_of(owner, entry / 2);

	return keyhash_text(&((const struct idindex *)owner)->by_text,
	    entry % 2 == 0 ? row.home : row.name);
}

void
idindex_init(struct idindex *in, const char *organization)
{
	idcells_init(&in->cells, organization);
	finder_init(&in->by_key, in, same_key, hash_key);
	finder_init(&in->by_number, in, same_number, hash_number);
	finder_init(&in->by_text, in, same_text, hash_text);
}

void
idindex_done(struct idindex *in)
{
	finder_done(&in->by_key);
	finder_done(&in->by_number);
	finder_done(&in->by_text);
	idcells_done(&in->cells);
}

int
idindex_reserve(struct idindex *in, size_t count)
{
	int err = finder_reserve(&in->by_key, count);

	if (err == 0)
		err = finder_reserve(&in->by_number, count);
	return err == 0 ? finder_reserve(&in->by_text, count) : err;
}

size_t
idindex_count(const struct idindex *in)
{
	return in->cells.count;
}

void
idindex_get(const struct idindex *in, size_t index, struct idrow *ret_row)
{
	idcells_get(&in->cells, index, ret_row);
}

static size_t
found(uint32_t entry)
{
	return entry == FINDER_NONE ? IDINDEX_NONE : entry;
}

size_t
idindex_find_key(
    const struct idindex *in, enum idrow_kind kind, const char *key)
{
	const struct row_key want = {kind, key};

	return found(
	    finder_get(&in->by_key, keyhash_text(&in->by_key, key), &want));
}

size_t
idindex_find_number(const struct idindex *in, uint32_t number)
{
	return found(finder_get(
	    &in->by_number, keyhash_number(&in->by_number, number), &number));
}

static size_t
find_text(const struct idindex *in, bool home, const char *text)
{
	const struct text_key want = {home, text};
	uint32_t entry =
	    finder_get(&in->by_text, keyhash_text(&in->by_text, text), &want);

	return entry == FINDER_NONE ? IDINDEX_NONE : entry / 2;
}

size_t
idindex_find_name(const struct idindex *in, const char *name)
{
	return find_text(in, false, name);
}

size_t
idindex_find_home(const struct idindex *in, const char *home)
{
	return find_text(in, true, home);
}

static bool
has_name_apart(const struct idrow *row)
{
	return row->name[0] != '\0' && strcmp(row->name, row->home) != 0;
}

static int
index_texts(struct idindex *in, size_t index, const struct idrow *row)
{
	struct finder *finder = &in->by_text;
	uint32_t entry = (uint32_t)index * 2;
	int err = 0;

	if (row->home[0] != '\0')
		err =
		    finder_put(finder, keyhash_text(finder, row->home), entry);
	if (err == 0 && has_name_apart(row))
		err = finder_put(
		    finder, keyhash_text(finder, row->name), entry + 1);
	return err;
}

static void
unindex_texts(struct idindex *in, size_t index, const struct idrow *row)
{
	struct finder *finder = &in->by_text;
	uint32_t entry = (uint32_t)index * 2;

	if (row->home[0] != '\0')
		finder_remove(finder, keyhash_text(finder, row->home), entry);
	if (has_name_apart(row))
		finder_remove(
		    finder, keyhash_text(finder, row->name), entry + 1);
}

int
idindex_add(struct idindex *in, const struct idrow *row)
{
	size_t index = in->cells.count;
	int err = idcells_put(&in->cells, index, row);

	if (err == 0)
		err = finder_put(&in->by_number,
		    keyhash_number(&in->by_number, row->number),
		    (uint32_t)index);
	if (err == 0 && row->ours)
		err = finder_put(&in->by_key,
		    keyhash_text(&in->by_key, row->key), (uint32_t)index);
	return err == 0 ? index_texts(in, index, row) : err;
}

int
idindex_change(struct idindex *in, size_t index, const struct idrow *row)
{
	const struct idrow before = row_of(in, index);
	struct idrow now;
	int err = 0;

	unindex_texts(in, index, &before);
	err = idcells_put(&in->cells, index, row);
	if (err != 0)
		return err;
	now = row_of(in, index);
	return index_texts(in, index, &now);
}
