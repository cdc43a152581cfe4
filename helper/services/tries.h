/*
 * tries.h - what the wrong answers of one sign-in are counted against: the
 * member, and the address that they come from.
 *
 * Each answer is counted as wrong before it is judged (services/attempts), and
 * cleared only when the whole sign-in was right: whoever knows a password does
 * not get another three guesses at the code by giving it.  Blocks on the disk.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "services/attempts.h"

struct tries {
	struct attempts *attempts; /* borrowed, as are the texts */
	const char *member;        /* id */
	const char *source;        /* an address; "": a terminal of this host */
	bool password;             /* one was counted, and where */
	bool code;
	bool address;
	bool goes_on; /* the address's last answer was right */
};

/* 0: a password may be judged; else as attempts_begin(). */
MUST_CHECK int tries_password(struct tries *tries);
/* The same for a code that the service judges, after it knew the person. */
MUST_CHECK int tries_code(struct tries *tries);
/* The same for what counts the member's own tries itself, or cannot be guessed:
 * for the address alone, and it lasts with the next write. */
MUST_CHECK int tries_factor(struct tries *tries);
/* The last answer was right and another is asked for: that one costs its
 * address nothing, or who has to wait there could not end what was begun. */
void tries_go_on(struct tries *tries);
/* The sign-in was right in all, which lasts with the next write. */
MUST_CHECK int tries_right(struct tries *tries);
