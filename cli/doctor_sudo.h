/*
 * doctor_sudo.h - whether sudo asks the account phase of PAM at all, by
 * sudoers(5) and what it includes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/findings.h"
#include "cli/hostfile.h"

#define DOCTOR_SUDO_PLACE_SIZE 256
#define DOCTOR_SUDO_SERVICES_MAX 8
#define DOCTOR_SUDO_NAME_SIZE 64

/* What stands in the files; a place is "FILE:LINE", or "" for none. */
struct doctor_sudo {
	char account_off[DOCTOR_SUDO_PLACE_SIZE];  /* for all */
	char account_some[DOCTOR_SUDO_PLACE_SIZE]; /* for some */
	char session_off[DOCTOR_SUDO_PLACE_SIZE];
	char session_some[DOCTOR_SUDO_PLACE_SIZE];
	/* Other PAM services that it is told to use. */
	char services[DOCTOR_SUDO_SERVICES_MAX][DOCTOR_SUDO_NAME_SIZE];
	size_t service_count;
};

/* Takes in one line of sudoers(5), whole and without its comment. Pure. */
void doctor_sudo_read(
    struct doctor_sudo *sudo, const char *line, const char *place);

/* Looks at /etc/sudoers, and at the services that sudo uses. */
void doctor_sudo_look(
    const struct hostfile_host *host, struct findings *findings);
