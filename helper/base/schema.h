/*
 * schema.h - what a state.db of each version holds; for base/db only.  Pure.
 */
#pragma once

#include <stdint.h>

/* The newest version there is. */
int64_t schema_version(void);
/* The SQL that leads from a version to the next one; static. NULL: none. */
const char *schema_step(int64_t version);
