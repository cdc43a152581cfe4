/*
 * terminal.h - asking a person at the controlling terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"

/* The whole text. ERR_IO. */
MUST_CHECK int terminal_write(int tty, const char *text);
/*
 * Shows text and reads one line without its newline; without echo, the
 * terminal is as before afterwards, also when a signal ends the program.  A
 * line that does not fit is read whole and given as empty.  CANCELLED: the
 * input has ended.
 */
MUST_CHECK int terminal_ask(
    int tty, const char *text, bool echo, char *out, size_t out_size);
/* Forgets what was typed and not read. */
void terminal_drop_input(int tty);
/* Characters in a line; 80 where it does not say. */
unsigned int terminal_columns(int tty);
/* Its name, "" where there is none or it does not fit. */
void terminal_name(int tty, char *out, size_t out_size);
