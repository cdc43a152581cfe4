/*
 * locals.c - /etc/passwd and /etc/group as sets of names and numbers, and the
 * numbers that /etc/subuid and /etc/subgid give away.
 *
 * A line that the C library would not take still blocks its name here: what
 * looks like a local account is never given to a member.  Must not know about
 * members.
 */
#include "services/locals.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "common/err.h"
#include "common/num.h"
#include "rules/table.h"

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct entry {
	const char *name;
	uint64_t number; /* of the third field; NO_NUMBER where it is none */
};
#define NO_NUMBER UINT64_MAX

/* One file. The text is cut into its fields; whole stays as it was read. */
struct list {
	struct buf whole;
	struct buf text;
	struct entry *entries; /* one a line at most */
	size_t count;
	struct table by_name;
	struct table by_number;
};

/* Numbers delegated to a user for the inside of containers, both included. */
struct span {
	uint32_t first;
	uint32_t last;
};

/* subuid(5) and subgid(5) together, in order of first, apart from another. */
struct spans {
	struct buf wholes[2]; /* the files, as they were read */
	struct span *items;
	size_t count;
};

struct locals {
	struct list users;
	struct list groups;
	struct spans delegated;
};

static bool
same_name(const void *entry, const void *key)
{
	return strcmp(((const struct entry *)entry)->name, key) == 0;
}

static bool
same_number(const void *entry, const void *key)
{
	return ((const struct entry *)entry)->number == *(const uint32_t *)key;
}

/* Cuts the next part off at the delimiter; NULL after the last. */
static char *
cut(char **cursor, char delimiter)
{
	char *part = *cursor;
	char *end = NULL;

	if (part == NULL)
		return NULL;
	end = strchr(part, delimiter);
	if (end != NULL)
		*end = '\0';
	*cursor = end == NULL ? NULL : end + 1;
	return part;
}

static void
read_line(char *line, struct entry *ret_entry)
{
	const char *number = NULL;

	ret_entry->name = cut(&line, ':');
	(void)cut(&line, ':');
	number = cut(&line, ':');
	ret_entry->number = NO_NUMBER;
	if (number != NULL &&
	    num_parse(number, UINT32_MAX, &ret_entry->number) != 0)
		ret_entry->number = NO_NUMBER;
}

static int
index_entry(struct list *list, struct entry *entry)
{
	uint32_t number = (uint32_t)entry->number;
	int err = 0;

	/* Of two lines with one name the C library takes the first. */
	if (table_get(&list->by_name,
		table_hash_text(&list->by_name, entry->name), same_name,
		entry->name) == NULL)
		err = table_put(&list->by_name,
		    table_hash_text(&list->by_name, entry->name), entry);
	if (err != 0 || entry->number == NO_NUMBER ||
	    table_get(&list->by_number,
		table_hash_number(&list->by_number, number), same_number,
		&number) != NULL)
		return err;
	return table_put(&list->by_number,
	    table_hash_number(&list->by_number, number), entry);
}

static size_t
count_lines(const struct buf *text)
{
	size_t lines = 1;

	for (size_t i = 0; i < text->len; i++)
		lines += text->bytes[i] == '\n';
	return lines;
}

/* Once as it is, and once as a string to be cut. */
static int
read_whole(const char *path, struct buf *whole, struct buf *text)
{
	int err = 0;

	buf_init(whole, FILE_MAX_BYTES);
	buf_init(text, FILE_MAX_BYTES + 1);
	err = files_read(path, FILES_PUBLIC, FILE_MAX_BYTES, whole);
	if (err != 0)
		return err;
	if (whole->len > 0 && memchr(whole->bytes, '\0', whole->len) != NULL)
		return ERR_MALFORMED;
	buf_put(text, whole->bytes, whole->len);
	buf_put_u8(text, '\0');
	return buf_fault(text);
}

static int
list_read(struct list *list, const char *path)
{
	char *cursor = NULL;
	char *line = NULL;
	int err = 0;

	err = read_whole(path, &list->whole, &list->text);
	if (err != 0)
		return err;
	list->entries =
	    calloc(count_lines(&list->whole), sizeof(*list->entries));
	if (list->entries == NULL)
		return ERR_NO_MEMORY;
	cursor = (char *)list->text.bytes;
	while (err == 0 && (line = cut(&cursor, '\n')) != NULL) {
		struct entry *entry = &list->entries[list->count];

		if (line[0] == '\0' || line[0] == '#')
			continue;
		list->count++;
		read_line(line, entry);
		err = index_entry(list, entry);
	}
	return err;
}

static void
list_done(struct list *list)
{
	buf_done(&list->whole);
	buf_done(&list->text);
	free(list->entries);
	table_done(&list->by_name);
	table_done(&list->by_number);
}

/* "owner:first:count"; false where nobody would read it so. */
static bool
read_span(char *line, struct span *ret_span)
{
	const char *first_text = NULL;
	const char *count_text = NULL;
	uint64_t first = 0;
	uint64_t count = 0;

	(void)cut(&line, ':');
	first_text = cut(&line, ':');
	count_text = cut(&line, ':');
	if (first_text == NULL || count_text == NULL ||
	    num_parse(first_text, UINT32_MAX, &first) != 0 ||
	    num_parse(count_text, UINT32_MAX, &count) != 0 || count == 0)
		return false;
	ret_span->first = (uint32_t)first;
	ret_span->last = first + count - 1 > UINT32_MAX
	    ? UINT32_MAX
	    : (uint32_t)(first + count - 1);
	return true;
}

/* Adds the spans of one file, which a host need not have. */
static int
spans_read(struct spans *spans, struct buf *whole, const char *path)
{
	struct buf text BUF_AUTO = {0};
	struct span *grown = NULL;
	char *cursor = NULL;
	char *line = NULL;
	int err = read_whole(path, whole, &text);

	if (err != 0)
		return err == ERR_NOT_FOUND ? 0 : err;
	grown = reallocarray(spans->items, spans->count + count_lines(whole),
	    sizeof(*spans->items));
	if (grown == NULL)
		return ERR_NO_MEMORY;
	spans->items = grown;
	cursor = (char *)text.bytes;
	while ((line = cut(&cursor, '\n')) != NULL)
		if (line[0] != '#' &&
		    read_span(line, &spans->items[spans->count]))
			spans->count++;
	return 0;
}

static int
compare_spans(const void *a, const void *b)
{
	uint32_t x = ((const struct span *)a)->first;
	uint32_t y = ((const struct span *)b)->first;

	return (x > y) - (x < y);
}

/* Afterwards at most one span can hold a number. */
static void
spans_join(struct spans *spans)
{
	size_t kept = 0;

	if (spans->count == 0)
		return;
	qsort(spans->items, spans->count, sizeof(*spans->items), compare_spans);
	for (size_t i = 1; i < spans->count; i++) {
		struct span *last = &spans->items[kept];
		const struct span *next = &spans->items[i];

		if (next->first > last->last)
			spans->items[++kept] = *next;
		else if (next->last > last->last)
			last->last = next->last;
	}
	spans->count = kept + 1;
}

static int
read_delegated(struct spans *spans, const struct locals_paths *paths)
{
	int err = spans_read(spans, &spans->wholes[0], paths->subuid);

	if (err == 0)
		err = spans_read(spans, &spans->wholes[1], paths->subgid);
	if (err == 0)
		spans_join(spans);
	return err;
}

static void
spans_done(struct spans *spans)
{
	for (size_t i = 0; i < ARRAY_SIZE(spans->wholes); i++)
		buf_done(&spans->wholes[i]);
	free(spans->items);
}

int
locals_read(const struct locals_paths *paths, struct locals **ret_locals)
{
	LOCALS_AUTO struct locals *locals = calloc(1, sizeof(*locals));
	int err = 0;

	if (locals == NULL)
		return ERR_NO_MEMORY;
	err = list_read(&locals->users, paths->passwd);
	if (err == 0)
		err = list_read(&locals->groups, paths->group);
	if (err == 0)
		err = read_delegated(&locals->delegated, paths);
	if (err != 0)
		return err;
	*ret_locals = TAKE(locals);
	return 0;
}

void
locals_free(struct locals *locals)
{
	if (locals == NULL)
		return;
	list_done(&locals->users);
	list_done(&locals->groups);
	spans_done(&locals->delegated);
	free(locals);
}

static bool
same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

bool
locals_same(const struct locals *a, const struct locals *b)
{
	return a != NULL && b != NULL &&
	    same_text(&a->users.whole, &b->users.whole) &&
	    same_text(&a->groups.whole, &b->groups.whole) &&
	    same_text(&a->delegated.wholes[0], &b->delegated.wholes[0]) &&
	    same_text(&a->delegated.wholes[1], &b->delegated.wholes[1]);
}

static const struct entry *
by_name(const struct list *list, const char *name)
{
	return table_get(&list->by_name, table_hash_text(&list->by_name, name),
	    same_name, name);
}

static bool
has_number(const struct list *list, uint32_t number)
{
	return table_get(&list->by_number,
		   table_hash_number(&list->by_number, number), same_number,
		   &number) != NULL;
}

static void
list_each(const struct list *list, locals_fn *fn, void *arg)
{
	for (size_t i = 0; i < list->count; i++)
		fn(arg, list->entries[i].name,
		    (uint32_t)list->entries[i].number);
}

void
locals_each(const struct locals *locals, locals_fn *fn, void *arg)
{
	list_each(&locals->users, fn, arg);
	list_each(&locals->groups, fn, arg);
}

bool
locals_has_user(const struct locals *locals, const char *name)
{
	return by_name(&locals->users, name) != NULL;
}

bool
locals_has_group(const struct locals *locals, const char *name)
{
	return by_name(&locals->groups, name) != NULL;
}

static int
compare_number(const void *number, const void *item)
{
	uint32_t wanted = *(const uint32_t *)number;
	const struct span *span = item;

	return (wanted > span->last) - (wanted < span->first);
}

bool
locals_has_delegated(const struct locals *locals, uint32_t number)
{
	const struct spans *spans = &locals->delegated;

	return spans->count > 0 &&
	    bsearch(&number, spans->items, spans->count, sizeof(*spans->items),
		compare_number) != NULL;
}

bool
locals_has_number(const struct locals *locals, uint32_t number)
{
	return has_number(&locals->users, number) ||
	    has_number(&locals->groups, number) ||
	    locals_has_delegated(locals, number);
}

int
locals_gid(const struct locals *locals, const char *name, uint32_t *ret_gid)
{
	const struct entry *entry = by_name(&locals->groups, name);

	if (entry == NULL)
		return ERR_NOT_FOUND;
	if (entry->number == NO_NUMBER)
		return ERR_MALFORMED;
	*ret_gid = (uint32_t)entry->number;
	return 0;
}
