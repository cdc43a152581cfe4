/*
 * show.h - the pieces that the commands' pages for people are made of.
 *
 * Everything from the daemon is escaped before it reaches the terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

#define SHOW_AGE_SIZE 32

/* "12 s", "5 min", "3 h", "2 d"; "never" where it is negative. */
const char *show_age(int64_t seconds, char out[SHOW_AGE_SIZE]);

/* "label          text": one line of a page. */
void show_line(const struct cli *cli, const char *label, const char *text);
/* The same of a list, as "a, b, c", or "none". */
void show_list(const struct cli *cli, const char *label, const char *list);
/* A sentence on its own line; green or red on a terminal. */
void show_verdict(const struct cli *cli, bool good, const char *sentence);
/* "Sentence (reason)" of a reason by its name, escaped if it has none. */
const char *show_reason(
    const char *name, const char *sentence, char *out, size_t out_size);
