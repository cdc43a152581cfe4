/*
 * who.h - whose business a name is: the first question of every phase.
 */
#pragma once

#include <sys/types.h>

#include "common/attrs.h"

/* Where things are; constant in the module, of their own in tests. */
struct places {
	const char *passwd;
	const char *snapshot;
	const char *socket;
};

/* The zero value is the one that lets nobody in. */
enum who {
	WHO_UNKNOWN = 0, /* it cannot be told: ret_reason says why */
	WHO_LOCAL,       /* stands in passwd */
	WHO_STRANGER,    /* proven to be neither local nor a member */
	WHO_MEMBER,
};

/* Local names win. Never asks NSS or the daemon. ret_reason: an enum err. */
MUST_CHECK enum who who_is(
    const struct places *places, const char *name, int *ret_reason);
