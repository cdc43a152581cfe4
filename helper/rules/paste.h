/*
 * paste.h - a code that a person pastes: whole, or where it is longer than the
 * programs that ask for it take, in numbered pieces.  Pure.
 *
 * A piece is "2/3 TEXT": the second of three, and no code holds a blank (RFC
 * 6749 A.11).  The page of the paste grant cuts by these same bounds: Linux-PAM
 * reads an answer into 512 bytes, OpenSSH's client and sudo into 1024.
 */
#pragma once

#include "common/attrs.h"
#include "common/buf.h"

#define PASTE_PIECES_MAX 6
#define PASTE_PIECE_MAX_BYTES 400 /* without its number */
#define PASTE_MAX_BYTES ((size_t)PASTE_PIECES_MAX * PASTE_PIECE_MAX_BYTES)

/* All zero before the first. */
struct paste {
	struct buf text;    /* what came so far; secret */
	unsigned int taken; /* pieces in it */
	unsigned int count; /* pieces of the whole; 0: not known yet */
};

enum paste_outcome {
	PASTE_REFUSED = 0, /* not what comes next; nothing was taken */
	PASTE_MORE,        /* taken, and more are to come */
	PASTE_WHOLE, /* text is all of it, and says nothing of its worth */
};

/* Forgets, and wipes, what came. */
void paste_reset(struct paste *paste);
/*
 * Takes what was typed: the next piece of those begun, or at the beginning the
 * first, or anything else as a whole code.  Blanks around it do not count.
 * After PASTE_WHOLE to be reset.  NO_MEMORY.
 */
MUST_CHECK int paste_take(
    struct paste *paste, const char *typed, enum paste_outcome *ret_outcome);
