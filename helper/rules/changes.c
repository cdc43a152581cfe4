/*
 * changes.c - a small set of ids, looked through from the front.
 *
 * Promises that a change is never forgotten: it stands in the set, or the set
 * says that it is too small.  Knows nothing of what changed.
 */
#include "rules/changes.h"

#include <stdlib.h>
#include <string.h>

static bool
has(const struct changes *changes, const char *id)
{
	for (size_t i = 0; i < changes->count; i++)
		if (strcmp(changes->ids[i], id) == 0)
			return true;
	return false;
}

static bool
put(struct changes *changes, const char *id)
{
	char *copy = NULL;

	if (changes->count == CHANGES_MAX)
		return false;
	if (changes->ids == NULL)
		changes->ids = calloc(CHANGES_MAX, sizeof(*changes->ids));
	if (changes->ids != NULL)
		copy = strdup(id);
	if (copy == NULL)
		return false;
	changes->ids[changes->count++] = copy;
	return true;
}

void
changes_add(struct changes *changes, const char *id)
{
	if (!has(changes, id) && !put(changes, id))
		changes->too_many = true;
}

void
changes_clear(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		free(changes->ids[i]);
	free(changes->ids);
	*changes = (struct changes){0};
}
