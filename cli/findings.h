/*
 * findings.h - what doctor found, in the order in which it looked.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"

#define FINDINGS_MAX 256
#define FINDINGS_TEXT_SIZE 640

enum finding_severity {
	FINDING_OK,
	FINDING_UNSEEN,  /* this user may not look there */
	FINDING_WARNING, /* something does not work as it should */
	FINDING_FATAL,   /* nobody can sign in, or somebody can who must not */
};
#define FINDING_SEVERITIES 4

struct finding {
	const char *name; /* of the check; a constant */
	enum finding_severity severity;
	char text[FINDINGS_TEXT_SIZE]; /* one sentence */
	const char *remedy;            /* a constant; "": none is needed */
};

struct findings {
	struct finding *rows;
	size_t count;
	size_t counts[FINDING_SEVERITIES]; /* also of those that have no room */
};

/* NO_MEMORY. */
MUST_CHECK int findings_init(struct findings *findings);
void findings_done(struct findings *findings);
#define FINDINGS_AUTO CLEANUP(findings_done)

/* name and remedy are kept as they are: constants.  What is cut is shown only.
 */
void findings_add(struct findings *findings, enum finding_severity severity,
    const char *name, const char *remedy, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* "ok", "unseen", "warning", "fatal". */
const char *findings_word(enum finding_severity severity);
