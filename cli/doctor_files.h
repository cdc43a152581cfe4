/*
 * doctor_files.h - owners and modes of what the sign-in rests on, whether it
 * is there, and whether it starts with the host.
 */
#pragma once

#include "cli/findings.h"
#include "cli/hostfile.h"

void doctor_files_look(
    const struct hostfile_host *host, struct findings *findings);

/* Whether the clock of this host is kept by others. */
void doctor_files_look_at_clock(struct findings *findings);
