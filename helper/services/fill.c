/*
 * fill.c - values into templates.
 *
 * Owns the rule that a value never leaves its place: whatever it holds, it
 * adds no field, no header and no path segment.
 */
#include "services/fill.h"

#include <string.h>

#include "base/json.h"
#include "common/err.h"
#include "rules/template.h"

int
fill_set(struct fill *fill, const char *name, const char *value)
{
	if (fill->count == FILL_MAX)
		return ERR_NO_SPACE;
	fill->items[fill->count].name = name;
	fill->items[fill->count++].value = value;
	return ERR_OK;
}

static const char *
value_of(const struct fill *fill, const struct template_piece *piece)
{
	for (size_t i = fill->count; i > 0; i--) {
		if (template_names(piece, fill->items[i - 1].name))
			return fill->items[i - 1].value;
	}
	return NULL;
}

void
fill_percent(struct buf *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (const char *p = text; *p != '\0'; p++) {
		if (strchr(unreserved, *p) != NULL)
			buf_put_u8(out, (uint8_t)*p);
		else
			buf_put_format(out, "%%%02X", (uint8_t)*p);
	}
}

/* RFC 9110 5.5: a header's value holds no control byte. */
static int
put_header(struct buf *out, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			return ERR_INVALID_ARGUMENT;
	}
	buf_put_text(out, value);
	return ERR_OK;
}

/* The content of a JSON string, without its quotes. */
static int
put_json(struct buf *out, const char *value)
{
	struct buf quoted BUF_AUTO = {0};

	buf_init(&quoted, out->limit + 2);
	json_put_string(&quoted, value);
	if (buf_fault(&quoted) != 0)
		return buf_fault(&quoted);
	buf_put(out, quoted.bytes + 1, quoted.len - 2);
	return ERR_OK;
}

static int
put_value(struct buf *out, const char *value, enum profile_place place)
{
	switch (place) {
	case PROFILE_IN_PATH:
		/* Encoded or not, it would be another path (RFC 3986 5.2.4). */
		if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
			return ERR_INVALID_ARGUMENT;
		fill_percent(out, value);
		return ERR_OK;
	case PROFILE_IN_FORM:
		fill_percent(out, value);
		return ERR_OK;
	case PROFILE_IN_HEADER:
		return put_header(out, value);
	case PROFILE_IN_JSON:
		return put_json(out, value);
	}
	return ERR_INTERNAL;
}

int
fill_template(struct buf *out, const char *template, enum profile_place place,
    const struct fill *fill)
{
	const char *cursor = template;
	struct template_piece piece = {0};
	int r = ERR_OK;

	while (r == 0 && template_next(&cursor, &piece)) {
		const char *value = NULL;

		if (!piece.is_placeholder) {
			buf_put(out, piece.text, piece.len);
			continue;
		}
		value = value_of(fill, &piece);
		r = value == NULL ? ERR_INVALID_ARGUMENT
				  : put_value(out, value, place);
	}
	return r != 0 ? r : buf_fault(out);
}
