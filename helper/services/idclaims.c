/*
 * idclaims.c - claims in the order of their making, and by name.
 *
 * Must not know what a row is.
 */
#include "services/idclaims.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

void
idclaims_done(struct idclaims *claims)
{
	for (size_t i = 0; i < claims->count; i++)
		free(claims->items[i]);
	free(claims->items);
	table_done(&claims->by_name);
	*claims = (struct idclaims){0};
}

static bool
same_name(const void *entry, const void *key)
{
	return strcmp(((const struct idclaim *)entry)->name, key) == 0;
}

bool
idclaims_has(const struct idclaims *claims, const char *name)
{
	const struct table *by_name = &claims->by_name;

	return table_get(by_name, table_hash_text(by_name, name), same_name,
		   name) != NULL;
}

/* At most one a member. */
static int
make_room(struct idclaims *claims)
{
	size_t size = claims->size * 2 + 16;
	struct idclaim **items = NULL;

	if (claims->count < claims->size)
		return 0;
	items = reallocarray(claims->items, size, sizeof(struct idclaim *));
	if (items == NULL)
		return ERR_NO_MEMORY;
	claims->items = items;
	claims->size = size;
	return 0;
}

int
idclaims_add(
    struct idclaims *claims, size_t row, const char name[NAME_USER_MAX + 1])
{
	struct table *by_name = &claims->by_name;
	struct idclaim *claim = NULL;
	int err = make_room(claims);

	if (err != 0)
		return err;
	claim = malloc(sizeof(*claim));
	if (claim == NULL)
		return ERR_NO_MEMORY;
	claim->row = row;
	memcpy(claim->name, name, sizeof(claim->name));
	claims->items[claims->count++] = claim;
	return table_put(by_name, table_hash_text(by_name, claim->name), claim);
}
