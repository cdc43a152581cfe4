/*
 * doctor_nss.h - whether programs find the members by nsswitch.conf(5).
 */
#pragma once

#include "cli/findings.h"
#include "cli/hostfile.h"

enum doctor_nss_order {
	DOCTOR_NSS_FINE,
	DOCTOR_NSS_MISSING,   /* orglogin is not in the line, or no line is */
	DOCTOR_NSS_MALFORMED, /* no program understands the line */
	DOCTOR_NSS_HIDDEN,    /* an action ends the search before it */
	DOCTOR_NSS_BEFORE_FILES, /* local names do not win */
	DOCTOR_NSS_LATE,         /* behind a service that is slow to say no */
};

/* The line of a database in the text of the file. Pure. */
enum doctor_nss_order doctor_nss_judge(const char *text, const char *database);

/* Looks at /etc/nsswitch.conf. */
void doctor_nss_look(
    const struct hostfile_host *host, struct findings *findings);
