/*
 * member.h - whether the snapshot has a name, and whether it may be believed.
 */
#pragma once

#include "common/attrs.h"

/*
 * 0: a member.  ERR_NOT_A_MEMBER: proven by a whole and current snapshot.
 * Everything else means that nothing is known: ERR_DIRECTORY_STALE past the
 * hard age, or the faults of snapshot_open().  Blocks on the disk only.
 */
MUST_CHECK int member_find(const char *snapshot_path, const char *name);
