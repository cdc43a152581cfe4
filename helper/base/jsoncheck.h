/*
 * jsoncheck.h - is this text JSON, by the letter?  A verdict over bytes, made
 * before any library builds a tree of them.
 *
 * Pure: no allocation, and a recursion of at most JSONCHECK_DEPTH_MAX levels.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"

#define JSONCHECK_DEPTH_MAX 32
/* cJSON's own buffer for a number; no real one is longer. */
#define JSONCHECK_NUMBER_MAX 63

/*
 * 0 when the bytes are exactly one value of RFC 8259 with white space around
 * it, in valid UTF-8, without U+0000 and without lone surrogates in escapes
 * (RFC 7493 2.1).  Else ERR_JSON_SYNTAX or ERR_JSON_DEPTH.  Duplicate names
 * are not looked for here.
 */
MUST_CHECK int jsoncheck_text(const void *bytes, size_t len);

/* The length of the valid UTF-8 sequence that bytes begin with, 1 to 4, or 0
 * when there is none (RFC 3629 4). */
size_t jsoncheck_utf8_length(const void *bytes, size_t len);
