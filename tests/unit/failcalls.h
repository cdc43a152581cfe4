/*
 * failcalls.h - for tests linked with -Wl,--wrap: the n-th of the wrapped
 * system calls fails, falls short, or ends the process.
 */
#pragma once

#include <stdbool.h>

#define FAILCALLS_SHORT 0 /* a write takes a few bytes only */
#define FAILCALLS_KILL (-1)

/* From now on; error: an errno, or one of the above. */
void failcalls_arm(int n, int error);
/* Whether the n-th call came. */
bool failcalls_disarm(void);
