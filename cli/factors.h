/*
 * factors.h - what the commands about PIN and authenticator have in common.
 */
#pragma once

#include <stdbool.h>

#include "cli/cli.h"

/* What a member has; name NULL: the person who asks.  On failure says why. */
MUST_CHECK int factors_ask(const struct cli *cli, const char *name,
    struct proto_factors_reply *ret_reply);
/* A full sign-in now, at this terminal, unless one was lately. */
MUST_CHECK int factors_prove(
    const struct cli *cli, const struct proto_factors_reply *factors);
/* Whether the state of a factor is this reason; 0: it can be used. */
bool factors_is(const char *state, int reason);

enum factors_kind { FACTORS_TOTP, FACTORS_PIN };
/* Tells the state of one, of the second operand or of the person who asks;
 * CLI_OK where it can be used. */
MUST_CHECK int factors_status(const struct cli *cli, enum factors_kind kind);

/* One word behind a command, and what it runs. */
struct factors_verb {
	const char *word;
	bool named; /* takes a member's name */
	int (*run)(const struct cli *cli);
};
/* Runs the one that stands on the line; else tells usage. */
MUST_CHECK int factors_run(const struct cli *cli,
    const struct factors_verb *verbs, size_t count, const char *usage);
