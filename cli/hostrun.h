/*
 * hostrun.h - another program of this host, run for what it says.
 */
#pragma once

#include "cli/hostfile.h"
#include "common/attrs.h"
#include "common/buf.h"

/* How long it may take. */
#define HOSTRUN_MS 10000

/*
 * Runs the program at path with one option and appends all that it writes,
 * to either stream, to out.  Its input is empty and its environment fixed.
 * ret_status: its exit status; -1 where a signal ended it.  NOT_FOUND;
 * TIMED_OUT: it was killed; TOO_LARGE; NO_MEMORY; IO.
 */
MUST_CHECK int hostrun(const struct hostfile_host *host, const char *path,
    const char *option, struct buf *out, int *ret_status);
