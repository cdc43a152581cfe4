/*
 * doctor_sshd.h - whether sshd(8) lets members sign in, and asks PAM for each.
 */
#pragma once

#include "cli/findings.h"
#include "cli/hostfile.h"

/* What sshd -T printed: a setting and its value a line. Pure. */
void doctor_sshd_judge(const char *settings, struct findings *findings);

/* Runs sshd -T, which only root can. */
void doctor_sshd_look(
    const struct hostfile_host *host, struct findings *findings);
