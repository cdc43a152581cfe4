/*
 * tokenroles.h - the roles of a member's last ID Token beside those of the
 * list, for profile none, where the provider's token is the only one.  Pure.
 *
 * A token says what was so when it was issued, and nobody takes it back later.
 * So its roles count for as long as those of a list that could not be confirmed
 * since: [sudo] offline_max_age for a role that is asked for, [login]
 * offline_max_age for allow_roles and groups; 0 is never.  Only the last token
 * counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/access.h"
#include "rules/members.h"

struct tokenroles {
	const char *const *roles;
	size_t role_count;
	int reason;     /* why they could not be told: then there are none */
	int64_t age_ms; /* since the sign-in; negative: there was none */
};

/* Where the roles of both stand; the texts stay where they were. */
struct tokenroles_room {
	const char *roles[MEMBERS_ROLES_MAX + MEMBERS_CLAIMED_MAX];
};

/* For how much longer the token's roles count, in milliseconds; negative: they
 * do not, or there are none. */
int64_t tokenroles_left_ms(const struct tokenroles *token, int64_t limit_s);
/* Both tell the same roles, in the same order, or both none. */
bool tokenroles_same(const struct tokenroles *a, const struct tokenroles *b);
/*
 * The member with the roles of both, the list's first and each once; those of
 * the token only while they count.  Borrows from member, token and room.
 */
struct member tokenroles_member(const struct member *member,
    const struct tokenroles *token, int64_t limit_s,
    struct tokenroles_room *room);
/*
 * What access_login() and access_role() say of the roles of both.  Where those
 * of the list are not enough: ROLE_STALE for a token's that counts no longer,
 * the token's reason where it has one.
 */
MUST_CHECK int tokenroles_login(const struct access_policy *policy,
    const struct member *member, const struct tokenroles *token,
    int64_t limit_s);
MUST_CHECK int tokenroles_role(const struct member *member, const char *roles,
    const struct tokenroles *token, int64_t limit_s);
