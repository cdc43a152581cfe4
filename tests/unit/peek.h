/*
 * peek.h - for tests: a member of a list by pointer, NULL where there is none.
 * Good until sixteen others were looked at.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "rules/members.h"

static inline struct member *
peek_place(void)
{
	static struct member ring[16];
	static unsigned int next;

	return &ring[next++ % 16];
}

static inline const struct member *
peek_at(struct members *members, size_t index)
{
	struct member *member = peek_place();

	return members_get(members, index, member) ? member : NULL;
}

static inline const struct member *
peek_id(struct members *members, const char *id)
{
	struct member *member = peek_place();

	return members_get_id(members, id, member) ? member : NULL;
}

static inline const struct member *
peek_user(struct members *members, const char *user)
{
	struct member *member = peek_place();

	return members_get_user(members, user, member) ? member : NULL;
}
