/*
 * meta.h - single values of the daemon in the state database.  Blocks on the
 * disk; takes part in the transaction that is open.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/db.h"
#include "common/attrs.h"

/* NOT_FOUND: never set. STATE_DAMAGED: it does not fit (out_size) or, for a
 * number, is none. */
MUST_CHECK int meta_get(
    struct db *db, const char *key, char *out, size_t out_size);
MUST_CHECK int meta_get_number(
    struct db *db, const char *key, uint64_t *ret_number);
MUST_CHECK int meta_set(struct db *db, const char *key, const char *value);
MUST_CHECK int meta_set_number(struct db *db, const char *key, uint64_t number);
