/*
 * converse.h - what the person sees, and what the administrator reads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#include "common/attrs.h"

/*
 * Shows text as one ECHO_ON prompt and waits for Enter, whatever the flags say:
 * sudo always asks for silence, and without the text nobody can sign in.  The
 * answer is wiped.  PAM_SUCCESS, PAM_BUF_ERR or PAM_CONV_ERR.
 */
MUST_CHECK int converse_prompt(pam_handle_t *pamh, const char *text);

/*
 * Asks, whatever the flags say, and writes what was typed to out, which the
 * caller wipes; the program's own copy is wiped here.  What does not fit is as
 * good as nothing: out is "".  PAM_SUCCESS, PAM_BUF_ERR or PAM_CONV_ERR, which
 * an end of input is too.
 */
MUST_CHECK int converse_ask(pam_handle_t *pamh, const char *text, bool echo,
    char *out, size_t out_size);

/* Shows one line, as far as the program can. */
void converse_refuse(pam_handle_t *pamh, const char *text);

/*
 * One line in the log: what was decided about whom, and why by its name.
 * user and, from the handle, service and rhost are escaped.
 */
void converse_log(pam_handle_t *pamh, int priority, const char *what,
    const char *user, const char *reason);

/* One line in the log about an argument of the PAM file. */
void converse_log_argument(pam_handle_t *pamh, const char *argument);
