/*
 * idcells.c - packed rows in chunks of memory that never move.
 *
 * A cell is its fixed part, then the texts, each with its NUL: key, home, the
 * name where it is not the home, the organisation where it is not ours.  Must
 * not know what rows mean.
 */
#include "services/idcells.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

#define ROWS_MAX ((size_t)4000000)
#define CHUNK_BYTES ((size_t)256 * 1024)
#define GRANULE 4
#define CELL_MAX 4096
#define CHUNK_GRANULES (CHUNK_BYTES / GRANULE)

#define IS_GROUP 1
#define IS_OURS 2
#define IS_LIVE 4
#define NAME_IS_HOME 8
#define NAME_APART 16
#define IS_CHANGED 32

struct cell {
	uint32_t number;
	uint32_t created_s;
	uint8_t flags;
	char text[];
};
#define CELL_TEXT offsetof(struct cell, text)

void
idcells_init(struct idcells *cells, const char *organization)
{
	*cells = (struct idcells){.organization = organization};
}

void
idcells_done(struct idcells *cells)
{
	for (size_t i = 0; i < cells->chunk_count; i++)
		free(cells->chunks[i]);
	free(cells->chunks);
	free(cells->places);
	idcells_init(cells, cells->organization);
}

static struct cell *
cell_at(const struct idcells *cells, uint32_t place)
{
	return (struct cell *)(void *)(cells->chunks[place / CHUNK_GRANULES] +
	    place % CHUNK_GRANULES * GRANULE);
}

static const char *
behind(const char *text)
{
	return text + strlen(text) + 1;
}

void
idcells_get(const struct idcells *cells, size_t index, struct idrow *ret_row)
{
	const struct cell *cell = cell_at(cells, cells->places[index]);
	const char *home = behind(cell->text);
	const char *more = behind(home);
	bool apart = (cell->flags & NAME_APART) != 0;

	*ret_row = (struct idrow){
	    .kind = (cell->flags & IS_GROUP) != 0 ? IDROW_GROUP : IDROW_USER,
	    .ours = (cell->flags & IS_OURS) != 0,
	    .live = (cell->flags & IS_LIVE) != 0,
	    .changed = (cell->flags & IS_CHANGED) != 0,
	    .number = cell->number,
	    .created_s = cell->created_s,
	    .organization = cells->organization,
	    .key = cell->text,
	    .name = "",
	    .home = home};
	if ((cell->flags & NAME_IS_HOME) != 0)
		ret_row->name = home;
	if (apart)
		ret_row->name = more;
	if (!ret_row->ours)
		ret_row->organization = apart ? behind(more) : more;
}

static size_t
bytes_of(const struct cell *cell)
{
	size_t texts = 2 + ((cell->flags & NAME_APART) != 0) +
	    ((cell->flags & IS_OURS) == 0);
	const char *end = cell->text;

	for (size_t i = 0; i < texts; i++)
		end = behind(end);
	return (size_t)(end - (const char *)cell);
}

static size_t
rounded(size_t bytes)
{
	return (bytes + GRANULE - 1) / GRANULE * GRANULE;
}

static bool
add_text(struct cell *cell, size_t *used, const char *text)
{
	size_t size = strlen(text) + 1;

	if (size > CELL_MAX - *used)
		return false;
	memcpy((char *)cell + *used, text, size);
	*used += size;
	return true;
}

/* The bytes of the cell, or 0 where it would be too large. */
static size_t
pack(const struct idrow *row, struct cell *cell)
{
	bool named = row->name[0] != '\0';
	bool same = named && strcmp(row->name, row->home) == 0;
	size_t used = CELL_TEXT;

	cell->number = row->number;
	cell->created_s = (uint32_t)row->created_s;
	cell->flags = (uint8_t)((row->kind == IDROW_GROUP ? IS_GROUP : 0) |
	    (row->ours ? IS_OURS : 0) | (row->live ? IS_LIVE : 0) |
	    (row->changed ? IS_CHANGED : 0) | (same ? NAME_IS_HOME : 0) |
	    (named && !same ? NAME_APART : 0));
	if (!add_text(cell, &used, row->key) ||
	    !add_text(cell, &used, row->home) ||
	    (named && !same && !add_text(cell, &used, row->name)) ||
	    (!row->ours && !add_text(cell, &used, row->organization)))
		return 0;
	return used;
}

static int
add_chunk(struct idcells *cells)
{
	uint8_t **chunks = reallocarray(
	    cells->chunks, cells->chunk_count + 1, sizeof(uint8_t *));

	if (chunks == NULL)
		return ERR_NO_MEMORY;
	cells->chunks = chunks;
	chunks[cells->chunk_count] = malloc(CHUNK_BYTES);
	if (chunks[cells->chunk_count] == NULL)
		return ERR_NO_MEMORY;
	cells->chunk_count++;
	cells->used = 0;
	return 0;
}

/* Up to ROWS_MAX places. */
static int
make_room(struct idcells *cells)
{
	size_t size = cells->size + cells->size / 4 + 64;
	uint32_t *places = NULL;

	if (cells->count < cells->size)
		return 0;
	if (cells->count >= ROWS_MAX)
		return ERR_TOO_LARGE;
	places = reallocarray(cells->places, size, sizeof(*places));
	if (places == NULL)
		return ERR_NO_MEMORY;
	cells->places = places;
	cells->size = size;
	return 0;
}

static int
new_place(struct idcells *cells, size_t bytes, uint32_t *ret_place)
{
	int err = 0;

	if (cells->chunk_count == 0 || bytes > CHUNK_BYTES - cells->used)
		err = add_chunk(cells);
	if (err != 0)
		return err;
	*ret_place = (uint32_t)((cells->chunk_count - 1) * CHUNK_GRANULES +
	    cells->used / GRANULE);
	cells->used += bytes;
	return 0;
}

/* Where the last cell ends, there is room behind it. */
static bool
fits(struct idcells *cells, size_t index, size_t bytes)
{
	uint32_t place = cells->places[index];
	size_t had = rounded(bytes_of(cell_at(cells, place)));
	size_t start = place % CHUNK_GRANULES * GRANULE;

	if (bytes <= had)
		return true;
	if (place / CHUNK_GRANULES + 1 != cells->chunk_count ||
	    start + had != cells->used || start + bytes > CHUNK_BYTES)
		return false;
	cells->used = start + bytes;
	return true;
}

int
idcells_put(struct idcells *cells, size_t index, const struct idrow *row)
{
	uint32_t packed[CELL_MAX / sizeof(uint32_t)];
	size_t bytes = pack(row, (struct cell *)(void *)packed);
	uint32_t place = 0;
	int err = bytes == 0 ? ERR_TOO_LARGE : 0;

	if (err == 0 && index == cells->count)
		err = make_room(cells);
	if (err == 0 &&
	    (index == cells->count || !fits(cells, index, rounded(bytes)))) {
		err = new_place(cells, rounded(bytes), &place);
		if (err == 0)
			cells->places[index] = place;
	}
	if (err != 0)
		return err;
	cells->count += index == cells->count;
	memcpy(cell_at(cells, cells->places[index]), packed, bytes);
	return 0;
}
