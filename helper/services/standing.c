/*
 * standing.c - the one place that turns what is known into what is allowed.
 *
 * While the source answers, what it said counts; two beats without an answer
 * are its ordinary jitter.  After that the age limits of [login] and [sudo]
 * apply, and past hard_age nobody is let in.
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

static bool
confirmed(const struct standing *standing, int64_t offline_s)
{
	int64_t age_ms = directory_age_ms(standing->directory);

	if (age_ms < 0 || age_ms > standing->hard_age_s * 1000)
		return false;
	return age_ms <= reached_ms(standing) || age_ms <= offline_s * 1000;
}

int
standing_login(const struct standing *standing, const struct member *member)
{
	int r = access_login(standing->policy, member);

	if (r != 0)
		return r;
	return confirmed(standing, standing->login_offline_s)
	    ? ERR_OK
	    : ERR_DIRECTORY_STALE;
}

int
standing_role(const struct standing *standing, const struct member *member,
    const char *roles)
{
	int r = access_role(member, roles);

	if (r != 0)
		return r;
	return confirmed(standing, standing->sudo_offline_s) ? ERR_OK
							     : ERR_ROLE_STALE;
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
