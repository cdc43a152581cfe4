/*
 * who.c - local user, member, stranger, or not to be told.
 *
 * Promises that a failure of any kind is never taken for "not ours".
 */
#include "pam_module/who.h"

#include <stddef.h>

#include "common/err.h"
#include "common/localuser.h"
#include "pam_module/member.h"

enum who
who_is(const struct places *places, const char *name, int *ret_reason)
{
	int reason = localuser_find(places->passwd, name, NULL);

	*ret_reason = reason;
	if (reason == 0)
		return WHO_LOCAL;
	if (reason != ERR_NOT_FOUND)
		return WHO_UNKNOWN;
	reason = member_find(places->snapshot, name);
	*ret_reason = reason;
	if (reason == 0)
		return WHO_MEMBER;
	return reason == ERR_NOT_A_MEMBER ? WHO_STRANGER : WHO_UNKNOWN;
}
