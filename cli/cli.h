/*
 * cli.h - what every command of orgloginctl gets, and how it ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/attrs.h"
#include "common/client.h"

/* The exit status of the program; orgloginctl(1) tells them. */
enum cli_exit {
	CLI_OK = 0,
	CLI_NO = 1,    /* the answer is no, or there is none */
	CLI_USAGE = 2, /* the command line was not understood */
	CLI_UNSUPPORTED = 3,
};

struct cli {
	FILE *out;
	FILE *err;
	const char *socket;
	const char *passwd;
	const char *program; /* the daemon's */
	const char *vault_key;
	bool json;
	bool terminal; /* out is one: colour, progress */
	/* options and operands of the command */
	bool full;
	bool accept_shrink;
	bool headers;
	bool no_qr;
	const char *role;         /* "": none */
	const char *organization; /* "": none */
	const char *count;        /* of -n; NULL: none */
	const char *name;         /* the first operand; NULL: none */
	const char *file;         /* the second; NULL: none */
};

/* How this program calls itself to the daemon. */
#define CLI_SERVICE "orgloginctl"
/* How long a reply may take; a sync pages the whole directory. */
#define CLI_REPLY_MS 10000
#define CLI_SYNC_MS 600000

/* Connects to the daemon; on failure says why to err. */
MUST_CHECK int cli_open(const struct cli *cli, struct client *client);
/* Connects and asks; on failure says why to err. */
MUST_CHECK int cli_ask(const struct cli *cli, struct client *client,
    enum proto_type type, const void *message);
/* The next reply; on failure, and for a refusal, says why to err. */
MUST_CHECK int cli_receive(const struct cli *cli, struct client *client,
    struct client_reply *ret_reply, int timeout_ms);
/* One question, one answer of the wanted type. */
MUST_CHECK int cli_exchange(const struct cli *cli, enum proto_type type,
    const void *message, enum proto_type wanted,
    struct client_reply *ret_reply);

/* One order, answered by DONE; on failure, and for a refusal, says why to err.
 */
MUST_CHECK int cli_order(const struct cli *cli, enum proto_type type,
    const void *message, int timeout_ms);
/* 0 for an allowing VERDICT and nothing else; else says why to err. */
MUST_CHECK int cli_verdict(
    const struct cli *cli, const struct client_reply *reply);

/* Opens the terminal to ask a person at; -1, having said so, without one. */
MUST_CHECK int cli_terminal(const struct cli *cli);
#define CLI_TERMINAL_AUTO CLEANUP(cli_terminal_close)
void cli_terminal_close(const int *tty);

/* Says to err what failed: a sentence and the reason's name. Returns err. */
int cli_fail(const struct cli *cli, int err);
