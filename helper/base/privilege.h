/*
 * privilege.h - the process's own rights: given up for good, and hardened.
 */
#pragma once

#include "common/attrs.h"

/*
 * Becomes the account, if we are root, with its group alone; it is looked up
 * in passwd_path itself, never through NSS: we are what NSS would ask.
 * NOT_FOUND, or IO when any right is left.  Nothing to do for others than root.
 */
MUST_CHECK int privilege_drop(const char *account, const char *passwd_path);

/* No core dump, not to be traced, files private from birth, no SIGPIPE. */
MUST_CHECK int privilege_harden(void);
