/*
 * member.c - asks the list of members who is one.
 *
 * "Not a member" opens doors (the next module decides then), so it is said
 * only where checksums prove every byte it rests on; "a member" only leads to
 * the daemon, which decides itself.
 */
#include "pam_module/member.h"

#include <time.h>

#include "common/err.h"
#include "common/roster.h"

int
member_find(const char *snapshot_path, const char *name)
{
	ROSTER_AUTO struct roster roster = {0};
	struct snapshot_user user;
	struct wall_time now = {.s = (int64_t)time(NULL)};
	int fault = roster_open(snapshot_path, &roster);

	if (fault != 0)
		return fault;
	if (roster_age(&roster, now) == SNAPSHOT_AGE_HARD)
		return ERR_DIRECTORY_STALE;
	fault = roster_user_by_name(&roster, name, &user);
	if (fault != ERR_NOT_FOUND)
		return fault;
	return roster_proves_absent(&roster, name) ? ERR_NOT_A_MEMBER
						   : ERR_SNAPSHOT_INVALID;
}
