/*
 * pamwalk.h - what can happen to a member on the way through a stack of PAM
 * modules.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/pamstack.h"

enum pamwalk_end {
	/* The phase never ends well without a yes of the guard. */
	PAMWALK_GUARDED,
	PAMWALK_NO_GUARD, /* no line asks it, and somebody gets through */
	PAMWALK_SKIPPED,  /* there is a way past it */
	PAMWALK_IGNORED,  /* there is a way past its no */
};

struct pamwalk {
	enum pamwalk_end end;
	/* The line that leads past, or whose no is not heeded. */
	size_t line;
	bool reached; /* some way leads to the guard at all */
};

/*
 * All ways through the stack, for a user that is no local one, whatever other
 * modules return; callers who are root already do not count where root may
 * become anybody (root_may).  The guard is each line of pam_orglogin.so, or,
 * with gates_only, each of them that names a role.
 */
struct pamwalk pamwalk_run(
    const struct pamstack *stack, bool root_may, bool gates_only);
