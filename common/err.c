/*
 * err.c - the names and texts of all faults and reasons.
 *
 * Owns two tables made from ERR_LIST.  Promises that every int has a name and
 * a text, and that an unknown name never becomes success.
 */
#include "common/err.h"

#include <stddef.h>
#include <string.h>

struct err_entry {
	const char *name;
	const char *text;
};

#define ERR_ENTRY(symbol, name, text) [ERR_INDEX_##symbol] = {name, text},
static const struct err_entry entries[ERR_INDEX_COUNT] = {
    [ERR_INDEX_OK] = {"ok", "Done."}, ERR_LIST(ERR_ENTRY)};

static const struct err_entry *
entry_of(int err)
{
	if (err > 0 || err <= -(int)ERR_INDEX_COUNT)
		return &entries[ERR_INDEX_INTERNAL];
	return &entries[-err];
}

const char *
err_name(int err)
{
	return entry_of(err)->name;
}

const char *
err_text(int err)
{
	return entry_of(err)->text;
}

int
err_from_name(const char *name, enum err *ret_err)
{
	for (int i = 0; i < (int)ERR_INDEX_COUNT; i++) {
		if (strcmp(entries[i].name, name) == 0) {
			*ret_err = (enum err) - i;
			return 0;
		}
	}
	return ERR_MALFORMED;
}
