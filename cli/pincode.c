/*
 * pincode.c - sets, removes and tells of a PIN.
 *
 * Promises that a PIN is read from the terminal itself without echo, twice when
 * it is new, goes to the daemon alone, and is wiped here.
 */
#include "cli/pincode.h"

#include <string.h>

#include "cli/factors.h"
#include "cli/terminal.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

#define USAGE "pin set | remove [NAME] | status [NAME]"
#define TRIES_MAX 3
/* Other members' PINs may be computed first. */
#define SET_MS 20000

static void
wipe_request(struct proto_pin_set *request)
{
	secret_wipe(request, sizeof(*request));
}

/* Twice the same; MALFORMED where it was not. */
static int
ask_new(const struct cli *cli, int tty, char pin[PROTO_ANSWER_SIZE])
{
	char again[PROTO_ANSWER_SIZE] = "";
	int r = terminal_ask(tty, "New PIN: ", false, pin, PROTO_ANSWER_SIZE);

	if (r == 0)
		r = terminal_ask(
		    tty, "The same again: ", false, again, sizeof(again));
	if (r != 0) {
		(void)cli_fail(cli, r);
	} else if (strcmp(pin, again) != 0) {
		(void)fputs(
		    "orgloginctl: the two were not the same\n", cli->err);
		r = ERR_MALFORMED;
	}
	secret_wipe(again, sizeof(again));
	return r;
}

/* Until one is good enough. */
static int
choose(const struct cli *cli, int tty, struct proto_pin_set *request)
{
	int r = ERR_PIN_WEAK;

	for (int i = 0;
	     i < TRIES_MAX && (r == ERR_PIN_WEAK || r == ERR_MALFORMED); i++) {
		r = ask_new(cli, tty, request->pin);
		if (r == 0)
			r = cli_order(cli, PROTO_PIN_SET, request, SET_MS);
	}
	return r;
}

static int
set(const struct cli *cli)
{
	CLI_TERMINAL_AUTO int tty = cli_terminal(cli);
	CLEANUP(wipe_request) struct proto_pin_set request = {.user = ""};
	struct proto_factors_reply factors;

	if (tty < 0 || factors_ask(cli, NULL, &factors) != 0 ||
	    factors_prove(cli, &factors) != 0)
		return CLI_NO;
	memcpy(request.user, factors.user, sizeof(request.user));
	memcpy(request.context.service, CLI_SERVICE, sizeof(CLI_SERVICE));
	terminal_name(tty, request.context.tty, sizeof(request.context.tty));
	if (choose(cli, tty, &request) != 0)
		return CLI_NO;
	(void)fputs("The PIN is set.\n", cli->out);
	return CLI_OK;
}

static int
remove_one(const struct cli *cli)
{
	struct proto_pin_remove request = {.user = ""};
	struct proto_factors_reply factors;
	char user[PROTO_NAME_SIZE];

	if (factors_ask(cli, cli->file, &factors) != 0)
		return CLI_NO;
	memcpy(request.user, factors.user, sizeof(request.user));
	if (cli_order(cli, PROTO_PIN_REMOVE, &request, CLI_REPLY_MS) != 0)
		return CLI_NO;
	(void)fprintf(cli->out, "The PIN of %s is removed.\n",
	    text_escape(factors.user, user, sizeof(user)));
	return CLI_OK;
}

static int
status(const struct cli *cli)
{
	return factors_status(cli, FACTORS_PIN);
}

int
pincode_command(const struct cli *cli)
{
	static const struct factors_verb verbs[] = {{"set", false, set},
	    {"remove", true, remove_one}, {"status", true, status}};

	return factors_run(cli, verbs, ARRAY_SIZE(verbs), USAGE);
}
