/*
 * doctor_daemon.h - the configuration, and what the daemon says of itself and
 * of those whom it asks.
 */
#pragma once

#include "cli/cli.h"
#include "cli/findings.h"
#include "cli/hostfile.h"

/* Runs the daemon's program to check the configuration, then asks the daemon
 * that runs; blocks for as long as HOSTRUN_MS and CLI_REPLY_MS together. */
void doctor_daemon_look(const struct cli *cli, const struct hostfile_host *host,
    struct findings *findings);

/* What there is to say of a status. Pure. */
void doctor_daemon_judge(
    const struct proto_status_reply *status, struct findings *findings);
