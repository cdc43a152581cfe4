/*
 * hostuids.h - the numbers that something runs under on this host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/attrs.h"

#define HOSTUIDS_MAX 4096

struct hostuids {
	size_t count;
	uid_t uids[HOSTUIDS_MAX]; /* each once, none that is reserved */
};

/* By all processes of this host and logind's records; IO where the processes
 * cannot be seen.  What is beyond HOSTUIDS_MAX is left out. */
MUST_CHECK int hostuids_find(struct hostuids *ret_uids);
/* logind has a record of the user. */
bool hostuids_has_record(uid_t uid);
/*
 * Signals all processes of this number and none of any other.  INVALID_ARGUMENT
 * for a reserved number.  How many there were is not told.
 */
MUST_CHECK int hostuids_signal(uid_t uid, int signal);
