/*
 * member.c - asks the snapshot who is a member.
 *
 * "Not a member" opens doors (the next module decides then), so it is said
 * only after every byte of the file has been checked; "a member" only leads to
 * the daemon, which decides itself.
 */
#include "pam_module/member.h"

#include <time.h>

#include "common/err.h"
#include "common/snapshot.h"

int
member_find(const char *snapshot_path, const char *name)
{
	SNAPSHOT_AUTO struct snapshot snap = {0};
	struct snapshot_user user;
	struct wall_time now = {.s = (int64_t)time(NULL)};
	int fault = snapshot_open(snapshot_path, &snap);

	if (fault != 0)
		return fault;
	if (snapshot_age(&snap, now) == SNAPSHOT_AGE_HARD)
		return ERR_DIRECTORY_STALE;
	fault = snapshot_user_by_name(&snap, name, &user);
	if (fault != ERR_NOT_FOUND)
		return fault;
	return snapshot_is_whole(&snap) ? ERR_NOT_A_MEMBER
					: ERR_SNAPSHOT_INVALID;
}
