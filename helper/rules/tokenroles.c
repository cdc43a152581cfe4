/*
 * tokenroles.c - what the last token adds to the list, and until when.
 *
 * Promises that a token only ever adds roles: it changes no state, takes
 * nothing from the list, and refuses only where the list alone would have.
 * Must not know how a token came to be believed, nor what keeps it.
 */
#include "rules/tokenroles.h"

#include <string.h>

#include "common/err.h"

/* Who asks: may she log in (policy), or does she hold one of these roles? */
struct question {
	const struct access_policy *policy;
	const char *roles;
};

static int
ask(const struct question *question, const struct member *member)
{
	return question->policy != NULL ? access_login(question->policy, member)
					: access_role(member, question->roles);
}

static size_t
told_count(const struct tokenroles *token)
{
	return token->age_ms < 0 || token->reason != 0 ? 0 : token->role_count;
}

bool
tokenroles_same(const struct tokenroles *a, const struct tokenroles *b)
{
	if (told_count(a) != told_count(b))
		return false;
	for (size_t i = 0; i < told_count(a); i++)
		if (strcmp(a->roles[i], b->roles[i]) != 0)
			return false;
	return true;
}

int64_t
tokenroles_left_ms(const struct tokenroles *token, int64_t limit_s)
{
	return told_count(token) == 0 || limit_s == 0
	    ? -1
	    : limit_s * 1000 - token->age_ms;
}

/* Whatever their age. */
static struct member
add_roles(const struct member *member, const struct tokenroles *token,
    struct tokenroles_room *room)
{
	struct member both = *member;

	both.roles = room->roles;
	both.role_count = 0;
	for (size_t i = 0;
	     i < member->role_count && both.role_count < MEMBERS_ROLES_MAX; i++)
		room->roles[both.role_count++] = member->roles[i];
	for (size_t i = 0; i < token->role_count && i < MEMBERS_CLAIMED_MAX;
	     i++) {
		if (!member_has_role(&both, token->roles[i]))
			room->roles[both.role_count++] = token->roles[i];
	}
	return both;
}

struct member
tokenroles_member(const struct member *member, const struct tokenroles *token,
    int64_t limit_s, struct tokenroles_room *room)
{
	return tokenroles_left_ms(token, limit_s) < 0
	    ? *member
	    : add_roles(member, token, room);
}

static int
decide(const struct question *question, const struct member *member,
    const struct tokenroles *token, int64_t limit_s)
{
	struct tokenroles_room room;
	struct member both;
	int r = ask(question, member);

	if ((r != ERR_ROLE_NOT_ALLOWED && r != ERR_ROLE_NOT_HELD) ||
	    token->age_ms < 0)
		return r;
	if (token->reason != 0)
		return token->reason;
	both = add_roles(member, token, &room);
	if (ask(question, &both) != 0)
		return r;
	return tokenroles_left_ms(token, limit_s) < 0 ? ERR_ROLE_STALE : ERR_OK;
}

int
tokenroles_login(const struct access_policy *policy,
    const struct member *member, const struct tokenroles *token,
    int64_t limit_s)
{
	const struct question question = {.policy = policy};

	return decide(&question, member, token, limit_s);
}

int
tokenroles_role(const struct member *member, const char *roles,
    const struct tokenroles *token, int64_t limit_s)
{
	const struct question question = {.roles = roles};

	return decide(&question, member, token, limit_s);
}
