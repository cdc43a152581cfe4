/*
 * standing.c - the one place that turns what is known into what is allowed.
 *
 * While the source answers, what it said counts; two beats without an answer
 * are its ordinary jitter.  After that the age limits of [login] and [sudo]
 * apply, an age told by a clock that was set back is none, and past hard_age
 * nobody is let in.  Roles of a token, which nobody confirms later, have these
 * limits from the start.
 */
#include "services/standing.h"

#include "common/err.h"
#include "services/ids.h"
#include "services/locals.h"

/* How long after a good answer the source counts as reached. */
static int64_t
reached_ms(const struct standing *standing)
{
	return (standing->refresh_s * 2 + 30) * 1000;
}

bool
standing_reached(const struct standing *standing)
{
	int64_t age_ms = directory_age_ms(standing->directory);

	return age_ms >= 0 && age_ms <= standing->hard_age_s * 1000 &&
	    age_ms <= reached_ms(standing);
}

/* 0 up to that age; stale or CLOCK_SET_BACK beyond, and where there is none. */
static int
check_age(const struct standing *standing, int64_t most_s, int stale)
{
	int64_t age_ms = directory_age_ms(standing->directory);

	if (age_ms == INT64_MAX || directory_set_back(standing->directory))
		return ERR_CLOCK_SET_BACK;
	return age_ms >= 0 && age_ms <= standing->hard_age_s * 1000 &&
		age_ms <= most_s * 1000
	    ? ERR_OK
	    : stale;
}

static int
check_confirmed(const struct standing *standing, int64_t offline_s, int stale)
{
	return standing_reached(standing)
	    ? ERR_OK
	    : check_age(standing, offline_s, stale);
}

int
standing_offline(const struct standing *standing)
{
	return standing->login_offline_s <= 0
	    ? ERR_OFFLINE_TOO_LONG
	    : check_age(
		  standing, standing->login_offline_s, ERR_OFFLINE_TOO_LONG);
}

int64_t
standing_offline_left_s(const struct standing *standing)
{
	int64_t most_s = standing->login_offline_s < standing->hard_age_s
	    ? standing->login_offline_s
	    : standing->hard_age_s;

	if (standing_offline(standing) != 0)
		return 0;
	return most_s - directory_age_ms(standing->directory) / 1000;
}

static struct tokenroles
token_of(const struct standing *standing, const struct member *member)
{
	return standing->lastroles == NULL
	    ? (struct tokenroles){.age_ms = -1}
	    : lastroles_get(standing->lastroles, member->id);
}

static int
login_age(const struct standing *standing)
{
	return check_confirmed(
	    standing, standing->login_offline_s, ERR_DIRECTORY_STALE);
}

static int
role_age(const struct standing *standing)
{
	return check_confirmed(
	    standing, standing->sudo_offline_s, ERR_ROLE_STALE);
}

int
standing_login(const struct standing *standing, const struct member *member)
{
	const struct tokenroles token = token_of(standing, member);
	int r = tokenroles_login(
	    standing->policy, member, &token, standing->login_offline_s);

	return r == 0 ? login_age(standing) : r;
}

int
standing_role(const struct standing *standing, const struct member *member,
    const char *roles)
{
	const struct tokenroles token = token_of(standing, member);
	int r =
	    tokenroles_role(member, roles, &token, standing->sudo_offline_s);

	return r == 0 ? role_age(standing) : r;
}

int
standing_signin(const struct standing *standing, const struct member *member,
    const char *roles)
{
	bool may_tell = standing->lastroles != NULL;
	int r = access_login(standing->policy, member);

	if (r == 0 || (r == ERR_ROLE_NOT_ALLOWED && may_tell))
		r = login_age(standing);
	if (r != 0 || roles[0] == '\0')
		return r;
	r = access_role(member, roles);
	return r == 0 || (r == ERR_ROLE_NOT_HELD && may_tell)
	    ? role_age(standing)
	    : r;
}

int
standing_nobody(const struct standing *standing, const char *user)
{
	const struct locals *locals = directory_locals(standing->directory);
	int damage = ids_state(directory_ids(standing->directory));

	if (locals != NULL && locals_has_user(locals, user))
		return ERR_LOCAL_USER;
	return damage != 0 ? damage : ERR_NOT_A_MEMBER;
}

int
standing_account(
    const struct standing *standing, const char *user, const char *roles)
{
	struct member member;
	int r = ERR_OK;

	if (!members_get_user(
		directory_members(standing->directory), user, &member))
		return standing_nobody(standing, user);
	r = standing_login(standing, &member);
	if (r == 0 && roles[0] != '\0')
		r = standing_role(standing, &member, roles);
	return r;
}
