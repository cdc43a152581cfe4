/*
 * text.c - what may be shown to a person or written to a log, and a form of
 * the rest that is safe to show.
 *
 * Promises that no terminal control, no line break and no reordering mark gets
 * past the checks, however it is encoded (RFC 3629: overlong forms and
 * surrogates are no UTF-8).  Knows nothing of who shows the text.
 */
#include "common/text.h"

#include <stdint.h>
#include <string.h>

/* The bytes a character takes by its first byte; 0: none begins so. */
static size_t
sequence_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Reads one character; its length, or 0 where there is no valid one. */
static size_t
read_character(const uint8_t *bytes, uint32_t *ret_character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = sequence_length(bytes[0]);
	uint32_t character = len > 1 ? bytes[0] & (0x7fU >> len) : bytes[0];

	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3f);
	}
	if (len == 0 || character < smallest[len] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return len;
}

/* Controls, line separators, and the marks that hide or turn text around: a
 * terminal or a log would show something else than what stands there. */
static bool
harmless(uint32_t character)
{
	if (character < 0x20 || (character >= 0x7f && character <= 0x9f))
		return false;
	return character != 0x061c && character != 0xfeff &&
	    !(character >= 0x200e && character <= 0x200f) &&
	    !(character >= 0x2028 && character <= 0x202e) &&
	    !(character >= 0x2066 && character <= 0x2069);
}

static bool
valid(const char *text, bool newline_allowed)
{
	const uint8_t *bytes = (const uint8_t *)text;

	for (;;) {
		uint32_t character = 0;
		size_t len = 0;

		/* Most text is printable ASCII, and there is much of it. */
		while (*bytes >= ' ' && *bytes < 0x7f)
			bytes++;
		if (*bytes == '\0')
			return true;
		len = read_character(bytes, &character);

		if (len == 0)
			return false;
		if (!harmless(character) &&
		    !(newline_allowed && character == '\n'))
			return false;
		bytes += len;
	}
}

bool
text_line_valid(const char *text)
{
	return valid(text, false);
}

bool
text_lines_valid(const char *text)
{
	return valid(text, true);
}

const char *
text_escape(const char *text, char *out, size_t out_size)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	for (; *text != '\0'; text++) {
		uint8_t byte = (uint8_t)*text;
		char escaped[] = {
		    '\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
		bool plain = byte >= 0x20 && byte < 0x7f && byte != '\\';
		size_t need = plain ? 1 : sizeof(escaped);

		if (need >= out_size - len)
			break;
		memcpy(out + len, plain ? text : escaped, need);
		len += need;
	}
	out[len] = '\0';
	return out;
}

const char *
text_display(const char *text, char *out, size_t out_size)
{
	size_t len = strlen(text);

	if (!text_line_valid(text) || len >= out_size)
		return text_escape(text, out, out_size);
	memcpy(out, text, len + 1);
	return out;
}

bool
text_copy(char *out, size_t out_size, const char *text)
{
	size_t len = strnlen(text, out_size);

	out[0] = '\0';
	if (len == out_size)
		return false;
	memcpy(out, text, len + 1);
	return true;
}

const char *
text_cut(char *out, size_t out_size, const char *text)
{
	size_t len = strnlen(text, out_size - 1);

	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}
