/*
 * idclaims.h - the names that holders of other names take over, once all have
 * chosen.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/table.h"

struct idclaim {
	size_t row;
	char name[NAME_USER_MAX + 1];
};

/* Zeroed is empty. */
struct idclaims {
	struct idclaim **items;
	size_t count;
	size_t size;
	struct table by_name;
};

void idclaims_done(struct idclaims *claims);
/* The name is nobody's claim yet. */
MUST_CHECK int idclaims_add(
    struct idclaims *claims, size_t row, const char name[NAME_USER_MAX + 1]);
bool idclaims_has(const struct idclaims *claims, const char *name);
