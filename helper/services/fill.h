/*
 * fill.h - templates of a profile filled in, escaped for where they stand.
 * Pure.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "rules/profile.h"

#define FILL_MAX 48

/* Names and values, all borrowed; a later one of a name wins. */
struct fill {
	struct {
		const char *name;
		const char *value;
	} items[FILL_MAX];
	size_t count;
};

/* NO_SPACE when there is no room. */
MUST_CHECK int fill_set(struct fill *fill, const char *name, const char *value);

/*
 * Appends the filled template: percent-encoded in a path or a form, as JSON
 * string content in JSON.  INVALID_ARGUMENT: a placeholder without a value,
 * one with a control byte in a header, or one that is "." or ".." in a path.
 */
MUST_CHECK int fill_template(struct buf *out, const char *template,
    enum profile_place place, const struct fill *fill);

/* The bytes of text percent-encoded (RFC 3986 2.1), all but unreserved. */
void fill_percent(struct buf *out, const char *text);
