/*
 * qr.h - a text as a picture for a telephone's camera, made of characters.
 */
#pragma once

#include "common/attrs.h"
#include "common/buf.h"

/*
 * Appends the QR picture of text to out: UTF-8 half blocks in black on white,
 * whatever colours the terminal has, each line ended by a newline.  TOO_LARGE:
 * a line would have more than columns characters, or text is too long for any
 * picture; NO_MEMORY.  What was drawn is as secret as the text.
 */
MUST_CHECK int qr_draw(const char *text, unsigned int columns, struct buf *out);
