/*
 * doctor.h - orgloginctl doctor: what is wrong with this host, and what to do.
 */
#pragma once

#include "cli/cli.h"
#include "cli/hostfile.h"

/* Each check in its order; the exit status of the program. */
int doctor_run(const struct cli *cli, const struct hostfile_host *host);
/* The same of this very host. */
int doctor_command(const struct cli *cli);
