/*
 * paste.c - puts the pieces of a pasted code together.
 *
 * Promises that the pieces came in order, each once, and that they are of one
 * length of code; that never more than PASTE_MAX_BYTES are kept.  Whether the
 * code is of this sign-in is not its business.
 */
#include "rules/paste.h"

#include <stdbool.h>
#include <string.h>

#include "common/err.h"

struct piece {
	unsigned int number; /* from 1; 0: it is none */
	unsigned int count;
	const char *text;
	size_t len;
};

void
paste_reset(struct paste *paste)
{
	buf_done(&paste->text);
	paste->taken = 0;
	paste->count = 0;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t
trim(const char **text)
{
	size_t len = 0;

	while (is_blank(**text))
		(*text)++;
	len = strlen(*text);
	while (len > 0 && is_blank((*text)[len - 1]))
		len--;
	return len;
}

static bool
is_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	}
	return len > 0 && len <= PASTE_PIECE_MAX_BYTES;
}

/* "2/3 TEXT" */
static struct piece
read_piece(const char *text, size_t len)
{
	struct piece piece = {0};

	if (len < 4 || text[0] < '1' || text[0] > text[2] || text[1] != '/' ||
	    text[2] > '0' + PASTE_PIECES_MAX || text[3] != ' ' ||
	    !is_text(text + 4, len - 4))
		return piece;
	piece.number = (unsigned int)(text[0] - '0');
	piece.count = (unsigned int)(text[2] - '0');
	piece.text = text + 4;
	piece.len = len - 4;
	return piece;
}

static int
add(struct paste *paste, const char *text, size_t len)
{
	paste->text.limit = PASTE_MAX_BYTES;
	buf_put(&paste->text, text, len);
	return buf_fault(&paste->text);
}

int
paste_take(
    struct paste *paste, const char *typed, enum paste_outcome *ret_outcome)
{
	size_t len = trim(&typed);
	struct piece piece = read_piece(typed, len);
	enum paste_outcome outcome = PASTE_WHOLE;
	int r = ERR_OK;

	if (piece.number == 0 && paste->count == 0) {
		if (len > PASTE_MAX_BYTES)
			outcome = PASTE_REFUSED;
		else
			r = add(paste, typed, len);
	} else if (piece.number != paste->taken + 1 ||
	    (paste->count != 0 && piece.count != paste->count)) {
		outcome = PASTE_REFUSED;
	} else {
		r = add(paste, piece.text, piece.len);
		paste->count = piece.count;
		paste->taken++;
		if (paste->taken < paste->count)
			outcome = PASTE_MORE;
	}
	if (r == 0)
		*ret_outcome = outcome;
	return r;
}
