/*
 * doctor_pam.h - whether each program that lets people in asks orglogin.
 */
#pragma once

#include "cli/findings.h"
#include "cli/hostfile.h"

/* Looks at all services in /etc/pam.d and /usr/lib/pam.d. */
void doctor_pam_look(
    const struct hostfile_host *host, struct findings *findings);

/* Whether those that sudo uses ask for a role, and cannot be passed without:
 * where one of them does, all must. */
void doctor_pam_look_at_gates(const struct hostfile_host *host,
    const char *const *services, size_t count, struct findings *findings);
