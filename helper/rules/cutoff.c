/*
 * cutoff.c - the table of the reasons that end somebody, and of those that are
 * mere silence.
 *
 * Short on purpose: a reason that is taken for an end costs a member the
 * tokens and the sessions, one that is taken for silence lets a leaver stay
 * for as long as the host may do without an answer.
 */
#include "rules/cutoff.h"

#include <stddef.h>

#include "common/attrs.h"
#include "common/err.h"

static const struct {
	int reason;
	enum cutoff meaning;
} reasons[] = {
    {ERR_NOT_A_MEMBER, CUTOFF_ENDED},
    {ERR_MEMBER_DEACTIVATED, CUTOFF_ENDED},
    {ERR_MEMBER_SUSPENDED, CUTOFF_ENDED},
    {ERR_ACCOUNT_DISABLED, CUTOFF_ENDED},
    {ERR_ROLE_NOT_ALLOWED, CUTOFF_ENDED},
    /* No connection, no name, no certificate of theirs (a captive portal), a
     * server that is broken or busy, a page that is not theirs. */
    {ERR_PROVIDER_UNREACHABLE, CUTOFF_SILENT},
    {ERR_PROVIDER_TLS, CUTOFF_SILENT},
    {ERR_PROVIDER_MALFORMED, CUTOFF_SILENT},
    {ERR_SERVICE_UNREACHABLE, CUTOFF_SILENT},
    {ERR_SERVICE_TLS, CUTOFF_SILENT},
    {ERR_SERVICE_ERROR, CUTOFF_SILENT},
    {ERR_SERVICE_MALFORMED, CUTOFF_SILENT},
    {ERR_SERVICE_RATE_LIMITED, CUTOFF_SILENT},
    {ERR_TIMED_OUT, CUTOFF_SILENT},
};

enum cutoff
cutoff_meaning(int reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].reason == reason)
			return reasons[i].meaning;
	}
	return CUTOFF_DENY;
}
