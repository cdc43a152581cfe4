/*
 * reply.h - what any answer of the organisation's servers means before its
 * body is read.  Pure.
 */
#pragma once

#include <stdbool.h>

#include "base/http.h"
#include "common/attrs.h"

/* The service's reason for a transfer that brought no answer; 0: it did. */
int reply_reason(const struct http_response *response);
bool reply_good(const struct http_response *response); /* 2xx */
/* Of this media type, whatever its parameters (RFC 9110 8.3.1). */
bool reply_is(const struct http_response *response, const char *media_type);
/* JSON of any name (RFC 6839 3.1), or not said what. */
bool reply_may_be_json(const struct http_response *response);
