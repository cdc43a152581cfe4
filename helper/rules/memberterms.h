/*
 * memberterms.h - what many members have in common: their set of roles and
 * scopes, shell and issuer, kept once for all who have the same.
 *
 * For rules/members and rules/memberrecord alone.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/finder.h"
#include "rules/members.h"

/* Counted by those who keep it; one of the pool that knows it. */
struct memberterms {
	uint32_t refs;
	uint8_t role_count;
	uint8_t scope_count;
	const char *shell;
	const char *issuer;
	const char *texts[]; /* roles, then scopes; their bytes follow */
};

struct memberterms_pool;

MUST_CHECK int memberterms_pool_new(struct memberterms_pool **ret_pool);
/* Lists that follow each other share one pool: it is counted too. */
struct memberterms_pool *memberterms_pool_ref(struct memberterms_pool *pool);
void memberterms_pool_unref(struct memberterms_pool *pool);
DEFINE_CLEANUP(
    struct memberterms_pool, memberterms_pool, memberterms_pool_unref)
/* Forgets terms that nobody has, where that is worth the time. */
void memberterms_sweep(struct memberterms_pool *pool);

/* With one more reference. */
MUST_CHECK int memberterms_get(struct memberterms_pool *pool,
    const struct member *member, struct memberterms **ret_terms);
void memberterms_unref(struct memberterms *terms);
