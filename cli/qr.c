/*
 * qr.c - QR pictures by libqrencode, two modules to a character.
 *
 * Promises that the picture reads the same on dark and on light terminals, and
 * that our copy of it is wiped.  Must not know what the text means.
 */
#include "cli/qr.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <qrencode.h>

#include "common/err.h"
#include "common/secret.h"

/* The white frame, in modules: half of what the standard wants, which cameras
 * take, so that the picture fits into more windows. */
#define FRAME 2
#define COLOURS "\033[30;47m"
#define COLOURS_END "\033[0m\n"

static void
free_code(QRcode **code)
{
	if (*code != NULL)
		secret_wipe((*code)->data,
		    (size_t)(*code)->width * (size_t)(*code)->width);
	QRcode_free(*code);
}

/* Around the picture all is white. */
static bool
is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

/* Two lines of modules, y and the one below. */
static void
draw_line(const QRcode *code, int y, struct buf *out)
{
	static const char *const blocks[] = {
	    " ", "\xe2\x96\x84", "\xe2\x96\x80", "\xe2\x96\x88"};

	buf_put_text(out, COLOURS);
	for (int x = -FRAME; x < code->width + FRAME; x++)
		buf_put_text(out,
		    blocks[is_dark(code, x, y) * 2 + is_dark(code, x, y + 1)]);
	buf_put_text(out, COLOURS_END);
}

int
qr_draw(const char *text, unsigned int columns, struct buf *out)
{
	CLEANUP(free_code)
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (code == NULL)
		return errno == ENOMEM ? ERR_NO_MEMORY : ERR_TOO_LARGE;
	if ((unsigned int)code->width + 2 * FRAME > columns)
		return ERR_TOO_LARGE;
	for (int y = -FRAME; y < code->width + FRAME; y += 2)
		draw_line(code, y, out);
	return buf_fault(out);
}
