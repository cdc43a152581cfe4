/*
 * rolebook.h - who holds which role, as a directory's groups tell it: filled
 * role by role, asked member by member.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

#define ROLEBOOK_ROLES_MAX 200000
#define ROLEBOOK_ENTRIES_MAX 16000000

struct rolebook;

MUST_CHECK int rolebook_new(struct rolebook **ret_book);
void rolebook_free(struct rolebook *book);
DEFINE_CLEANUP(struct rolebook, rolebook, rolebook_free)
#define ROLEBOOK_AUTO CLEANUP(rolebook_cleanup)

/* Opens a role; the holders that follow are its own.  EXISTS, TOO_LARGE,
 * NO_MEMORY. */
MUST_CHECK int rolebook_role(struct rolebook *book, const char *role);
/* One holder of the role opened last, by the member's id; a second time is the
 * same as once.  TOO_LARGE, NO_MEMORY. */
MUST_CHECK int rolebook_holder(struct rolebook *book, const char *member_id);

/* Whether the role was opened at all, with holders or without. */
bool rolebook_tells(const struct rolebook *book, const char *role);
size_t rolebook_roles(const struct rolebook *book);

/* The roles of a member one by one, each possibly more than once: at starts
 * zeroed; NULL ends.  Borrowed from the book. */
struct rolebook_at {
	bool begun;
	size_t next;
};
const char *rolebook_next(
    const struct rolebook *book, const char *member_id, struct rolebook_at *at);
