/*
 * findings.c - a bounded list of findings, counted by severity.
 *
 * Promises that the counts are right even where the list is full, so that a
 * fatal finding is never lost for the exit status.
 */
#include "cli/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/err.h"

int
findings_init(struct findings *findings)
{
	*findings = (struct findings){0};
	findings->rows = calloc(FINDINGS_MAX, sizeof(*findings->rows));
	return findings->rows == NULL ? ERR_NO_MEMORY : ERR_OK;
}

void
findings_done(struct findings *findings)
{
	free(findings->rows);
	*findings = (struct findings){0};
}

void
findings_add(struct findings *findings, enum finding_severity severity,
    const char *name, const char *remedy, const char *format, ...)
{
	struct finding *row = NULL;
	va_list args;

	findings->counts[severity]++;
	if (findings->count == FINDINGS_MAX)
		return;
	row = &findings->rows[findings->count++];
	row->severity = severity;
	row->name = name;
	row->remedy = remedy;
	va_start(args, format);
	(void)vsnprintf(row->text, sizeof(row->text), format, args);
	va_end(args);
}

const char *
findings_word(enum finding_severity severity)
{
	static const char *const words[FINDING_SEVERITIES] = {
	    [FINDING_OK] = "ok",
	    [FINDING_UNSEEN] = "unseen",
	    [FINDING_WARNING] = "warning",
	    [FINDING_FATAL] = "fatal"};

	return words[severity];
}
