/*
 * template.h - text with {placeholders} in it.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

/*
 * The next piece of a template: literal text, or the name of a {placeholder}.
 * Placeholders are {a-z and _}; any other brace is literal.  False at the end.
 */
struct template_piece {
	const char *text;
	size_t len;
	bool is_placeholder;
};
MUST_CHECK bool template_next(
    const char **cursor, struct template_piece *ret_piece);
/* The piece is this placeholder. */
bool template_names(const struct template_piece *piece, const char *name);
