/*
 * locals.c - /etc/passwd and /etc/group as sets of names and numbers.
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

struct locals {
	struct list users;
	struct list groups;
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

static int
list_read(struct list *list, const char *path)
{
	char *cursor = NULL;
	char *line = NULL;
	int err = 0;

	buf_init(&list->whole, FILE_MAX_BYTES);
	buf_init(&list->text, FILE_MAX_BYTES + 1);
	err = files_read(path, FILES_PUBLIC, FILE_MAX_BYTES, &list->whole);
	if (err == 0 && list->whole.len > 0 &&
	    memchr(list->whole.bytes, '\0', list->whole.len) != NULL)
		err = ERR_MALFORMED;
	if (err != 0)
		return err;
	buf_put(&list->text, list->whole.bytes, list->whole.len);
	buf_put_u8(&list->text, '\0');
	err = buf_fault(&list->text);
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

int
locals_read(
    const char *passwd_path, const char *group_path, struct locals **ret_locals)
{
	LOCALS_AUTO struct locals *locals = calloc(1, sizeof(*locals));
	int err = 0;

	if (locals == NULL)
		return ERR_NO_MEMORY;
	err = list_read(&locals->users, passwd_path);
	if (err == 0)
		err = list_read(&locals->groups, group_path);
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
	    same_text(&a->groups.whole, &b->groups.whole);
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

bool
locals_has_number(const struct locals *locals, uint32_t number)
{
	return has_number(&locals->users, number) ||
	    has_number(&locals->groups, number);
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
