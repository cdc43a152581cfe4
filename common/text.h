/*
 * text.h - text that comes from elsewhere and goes to a terminal or a log.
 *
 * Pure; no allocation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

/* One line: valid UTF-8 without control characters or ones that reorder,
 * hide or break a line (C0, DEL, C1, U+061C, U+200E..200F, U+2028..202E,
 * U+2066..2069, U+FEFF). */
MUST_CHECK bool text_line_valid(const char *text);
/* The same, but newlines may part it into lines. */
MUST_CHECK bool text_lines_valid(const char *text);

/*
 * Copies text whole; false, and out is "", when it does not fit with its NUL.
 */
MUST_CHECK bool text_copy(char *out, size_t out_size, const char *text);
/* Copies what fits, for showing only. Returns out; out_size >= 1. */
const char *text_cut(char *out, size_t out_size, const char *text);

/*
 * Writes text into out as printable ASCII, every other byte and the backslash
 * as \xHH; what does not fit is cut, never in the middle of an escape.
 * Returns out; out_size >= 1.
 */
const char *text_escape(const char *text, char *out, size_t out_size);
/* The same, but valid UTF-8 lines stay as they are. */
const char *text_display(const char *text, char *out, size_t out_size);
