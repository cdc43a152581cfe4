/*
 * profiletool.h - what helps to write a profile: orglogind --check-profile and
 * --try-profile.
 */
#pragma once

#include <stdio.h>

#include "common/attrs.h"
#include "settings.h"

/*
 * Reads "NAME=VALUE" lines from in (variables of orglogin-profile(5); so no
 * secret is an argument), runs the operation as the daemon would, and writes to
 * out what was asked and answered, secrets masked, and what came of it. Blocks.
 * 0: it came to a good end; else its reason.
 */
MUST_CHECK int profiletool_try(const struct settings *settings,
    const char *operation, FILE *in, FILE *out);

/* Writes every problem of the file to out, a line each, and nothing of a good
 * one.  0, CONFIG_INVALID, or why it cannot be read. */
MUST_CHECK int profiletool_check(const char *path, FILE *out);
