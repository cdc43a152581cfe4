/*
 * weakpin.h - which PINs are too easy to guess.  Pure.
 */
#pragma once

#include <stdbool.h>

#define WEAKPIN_CHARACTERS_MIN 6
#define WEAKPIN_BYTES_MAX 128

/*
 * Too short or too long, one character only, running up or down, a short piece
 * over and over, one of those that everybody takes, or the member's own name;
 * with digits around it too.  name: "" for none.  Takes a time that depends on
 * the PIN.
 */
bool weakpin_is(const char *pin, const char *name);
