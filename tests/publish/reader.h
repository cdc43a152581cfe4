/*
 * reader.h - somebody who reads while others publish.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "nss_module/map.h"

/* By the module's own function. ret_answered: it said yes or no. */
bool reader_finds(struct map *map, const char *name, bool *ret_answered);
/* Temporary files in the folder. */
size_t reader_count_leftovers(const char *folder);
