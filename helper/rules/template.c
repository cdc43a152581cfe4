/*
 * template.c - where the placeholders of a text are.
 *
 * Owns the grammar of a placeholder; what becomes of it is the caller's.
 */
#include "rules/template.h"

#include <string.h>

bool
template_next(const char **cursor, struct template_piece *ret_piece)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	const char *start = *cursor;
	const char *p = start;

	if (*start == '\0')
		return false;
	for (; *p != '\0'; p++) {
		size_t len = *p == '{' ? strspn(p + 1, letters) : 0;

		if (len == 0 || p[len + 1] != '}')
			continue;
		if (p > start)
			break;
		*ret_piece = (struct template_piece){p + 1, len, true};
		*cursor = p + len + 2;
		return true;
	}
	*ret_piece = (struct template_piece){start, (size_t)(p - start), false};
	*cursor = p;
	return true;
}

bool
template_names(const struct template_piece *piece, const char *name)
{
	return piece->is_placeholder && strlen(name) == piece->len &&
	    memcmp(name, piece->text, piece->len) == 0;
}
