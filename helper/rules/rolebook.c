/*
 * rolebook.c - roles, their holders, and an index from a member to his roles.
 *
 * A million members in three groups each are three million entries: an entry
 * is two numbers, and the text of an id is kept once.
 */
#include "rules/rolebook.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/table.h"

/* The same role, told by the number of its text. */
struct entry {
	uint32_t role;
	uint32_t next; /* of the same member, + 1; 0: the last */
};

struct holder {
	struct holder *before; /* of all, to free them */
	uint32_t first;        /* entry + 1 */
	char id[];
};

struct rolebook {
	char **roles;
	size_t role_count;
	size_t role_size;
	struct table role_index; /* char * */
	struct entry *entries;
	size_t entry_count;
	size_t entry_size;
	struct holder *last;
	struct table holder_index; /* struct holder * */
};

static bool
same_role(const void *entry, const void *key)
{
	return strcmp(entry, key) == 0;
}

static bool
same_holder(const void *entry, const void *key)
{
	const struct holder *holder = entry;

	return strcmp(holder->id, key) == 0;
}

int
rolebook_new(struct rolebook **ret_book)
{
	struct rolebook *book = calloc(1, sizeof(*book));

	if (book == NULL)
		return ERR_NO_MEMORY;
	*ret_book = book;
	return ERR_OK;
}

void
rolebook_free(struct rolebook *book)
{
	if (book == NULL)
		return;
	while (book->last != NULL) {
		struct holder *holder = book->last;

		book->last = holder->before;
		free(holder);
	}
	for (size_t i = 0; i < book->role_count; i++)
		free(book->roles[i]);
	table_done(&book->holder_index);
	table_done(&book->role_index);
	free(book->entries);
	free(book->roles);
	free(book);
}

/* The items with room for one more, or NULL; bounded by the callers. */
static void *
with_room(void *items, size_t count, size_t *size, size_t item_bytes)
{
	size_t wanted = *size == 0 ? 16 : *size * 2;
	void *grown = NULL;

	if (count < *size)
		return items;
	grown = reallocarray(items, wanted, item_bytes);
	if (grown != NULL)
		*size = wanted;
	return grown;
}

int
rolebook_role(struct rolebook *book, const char *role)
{
	char **roles = NULL;
	char *copy = NULL;
	int r = ERR_OK;

	if (rolebook_tells(book, role))
		return ERR_EXISTS;
	if (book->role_count == ROLEBOOK_ROLES_MAX)
		return ERR_TOO_LARGE;
	roles = with_room(
	    book->roles, book->role_count, &book->role_size, sizeof(*roles));
	if (roles == NULL)
		return ERR_NO_MEMORY;
	book->roles = roles;
	copy = strdup(role);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	r = table_put(
	    &book->role_index, table_hash_text(&book->role_index, role), copy);
	if (r != 0)
		free(copy);
	else
		book->roles[book->role_count++] = copy;
	return r;
}

/* The member's row, made when it is his first role. */
static int
holder_of(
    struct rolebook *book, const char *member_id, struct holder **ret_holder)
{
	uint64_t hash = table_hash_text(&book->holder_index, member_id);
	struct holder *holder =
	    table_get(&book->holder_index, hash, same_holder, member_id);
	size_t size = strlen(member_id) + 1;
	int r = ERR_OK;

	if (holder == NULL) {
		holder = malloc(sizeof(*holder) + size);
		if (holder == NULL)
			return ERR_NO_MEMORY;
		holder->first = 0;
		holder->before = book->last;
		memcpy(holder->id, member_id, size);
		r = table_put(&book->holder_index, hash, holder);
		if (r != 0) {
			free(holder);
			return r;
		}
		book->last = holder;
	}
	*ret_holder = holder;
	return ERR_OK;
}

int
rolebook_holder(struct rolebook *book, const char *member_id)
{
	uint32_t role = (uint32_t)book->role_count - 1;
	struct entry *entries = NULL;
	struct holder *holder = NULL;
	int r = ERR_OK;

	if (book->role_count == 0)
		return ERR_INVALID_ARGUMENT;
	if (book->entry_count == ROLEBOOK_ENTRIES_MAX)
		return ERR_TOO_LARGE;
	entries = with_room(book->entries, book->entry_count, &book->entry_size,
	    sizeof(*entries));
	if (entries == NULL)
		return ERR_NO_MEMORY;
	book->entries = entries;
	r = holder_of(book, member_id, &holder);
	if (r != 0)
		return r;
	if (holder->first != 0 && book->entries[holder->first - 1].role == role)
		return ERR_OK;
	book->entries[book->entry_count++] =
	    (struct entry){.role = role, .next = holder->first};
	holder->first = (uint32_t)book->entry_count;
	return ERR_OK;
}

bool
rolebook_tells(const struct rolebook *book, const char *role)
{
	return table_get(&book->role_index,
		   table_hash_text(&book->role_index, role), same_role,
		   role) != NULL;
}

size_t
rolebook_roles(const struct rolebook *book)
{
	return book->role_count;
}

const char *
rolebook_next(
    const struct rolebook *book, const char *member_id, struct rolebook_at *at)
{
	const struct entry *entry = NULL;

	if (!at->begun) {
		const struct holder *holder = table_get(&book->holder_index,
		    table_hash_text(&book->holder_index, member_id),
		    same_holder, member_id);

		at->begun = true;
		at->next = holder == NULL ? 0 : holder->first;
	}
	if (at->next == 0)
		return NULL;
	entry = &book->entries[at->next - 1];
	at->next = entry->next;
	return book->roles[entry->role];
}
