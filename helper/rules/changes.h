/*
 * changes.h - which members changed since some moment, by id, as long as they
 * are few.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

#define CHANGES_MAX 1024

struct changes {
	char **ids; /* the first count of them are set; owned */
	size_t count;
	bool too_many; /* the ids do not tell it all */
};

/* Once each; what does not fit, or finds no memory, makes them too many. */
void changes_add(struct changes *changes, const char *id);
/* Nothing changed since. Frees. */
void changes_clear(struct changes *changes);
#define CHANGES_AUTO CLEANUP(changes_clear)
