/*
 * httpform.h - the checks of a request and the reading of header lines, apart
 * from the transfers of http.h.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http.h"
#include "common/attrs.h"

#define HTTPFORM_FIELD_BYTES 256

/* Whether http_start() may send it: see there. */
MUST_CHECK bool httpform_acceptable(const struct http_request *request);

/*
 * The value of a header line if it has this name, in any case: trimmed.  Empty
 * when it is longer than the buffer or not printable ASCII.  False: another
 * header, and value is untouched.
 */
bool httpform_field(const char *line, size_t len, const char *name,
    char value[HTTPFORM_FIELD_BYTES]);

/* What the headers of an answer say. */
struct httpform_answer {
	bool complete;  /* the empty line was seen: no trailer is believed */
	bool redirects; /* there is a Location */
	int64_t retry_after_s;
	char content_type[HTTPFORM_FIELD_BYTES]; /* lower case */
	char etag[HTTPFORM_FIELD_BYTES];
	char last_modified[HTTPFORM_FIELD_BYTES]; /* see http.h */
	char date[HTTPFORM_FIELD_BYTES];
};
void httpform_answer_init(struct httpform_answer *answer);

/* Takes in one header line. A status line starts from nothing, because interim
 * answers (RFC 9110 15.2) may come before the real one. */
void httpform_read(struct httpform_answer *answer, const char *line, size_t len,
    int64_t now_s);

/* RFC 9110 10.2.3: seconds, or a date turned into seconds from now_s; at most
 * a year. -1: neither. */
int64_t httpform_retry_after(const char *value, int64_t now_s);
