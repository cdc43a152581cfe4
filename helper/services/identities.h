/*
 * identities.h - which identity at the provider belongs to which member, where
 * the source does not say: bound once at a first sign-in, stored for good.
 * Blocks on the disk.
 */
#pragma once

#include <stdbool.h>

#include "base/db.h"
#include "common/attrs.h"
#include "common/times.h"

struct identities;

/* Reads what is stored. */
MUST_CHECK int identities_new(
    struct db *db, struct identities **ret_identities);
void identities_free(struct identities *identities);

/* False: none. Borrowed. */
bool identities_get(const struct identities *identities, const char *member_id,
    const char **ret_issuer, const char **ret_subject);
/* The member who has this identity, or NULL. Borrowed. */
const char *identities_owner(const struct identities *identities,
    const char *issuer, const char *subject);
/* 0 also when it stands so already. EXISTS: the member or the identity is bound
 * otherwise. */
MUST_CHECK int identities_bind(struct identities *identities,
    const char *member_id, const char *issuer, const char *subject,
    struct wall_time now);
