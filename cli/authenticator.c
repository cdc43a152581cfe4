/*
 * authenticator.c - enrols an authenticator: shows the key once, asks for one
 * code.
 *
 * Promises that the key goes to the terminal itself and nowhere else, whatever
 * the standard output is, and that our memory of it is wiped.
 */
#include "cli/authenticator.h"

#include <string.h>

#include "cli/factors.h"
#include "cli/qr.h"
#include "cli/terminal.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

#define USAGE "totp enroll [--no-qr] | remove [NAME] | status [NAME]"
#define CODES_MAX 3
#define PICTURE_MAX_BYTES 65536

static void
wipe_offer(struct client_reply *reply)
{
	secret_wipe(reply, sizeof(*reply));
}

/* What cannot be drawn here can still be typed. */
static int
show_picture(int tty, const char *uri)
{
	struct buf picture BUF_AUTO = {0};
	int r;

	buf_init(&picture, PICTURE_MAX_BYTES);
	r = qr_draw(uri, terminal_columns(tty), &picture);
	if (r == ERR_TOO_LARGE)
		return terminal_write(
		    tty, "(The window is too narrow for a picture to scan.)\n");
	return r == 0 ? terminal_write(tty, buf_text(&picture)) : r;
}

static int
show_offer(const struct cli *cli, int tty, const struct proto_totp_offer *offer)
{
	struct buf text BUF_AUTO = {0};
	int r = cli->no_qr ? ERR_OK : show_picture(tty, offer->uri);

	buf_init(&text, PROTO_TEXT_SIZE);
	buf_put_format(&text,
	    "\nScan it with your authenticator, or type this key there:\n\n"
	    "  %s\n\n"
	    "It is shown this once. Nobody else should see it.\n",
	    offer->key);
	return r == 0 ? terminal_write(tty, buf_text(&text)) : r;
}

/* A slip of the fingers is no reason to begin anew. */
static int
confirm(const struct cli *cli, int tty)
{
	struct proto_totp_confirm request = {.code = ""};
	int r = ERR_MFA_WRONG;

	for (int i = 0; i < CODES_MAX && r == ERR_MFA_WRONG; i++) {
		r = terminal_ask(tty, "The code it shows now: ", true,
		    request.code, sizeof(request.code));
		if (r != 0)
			r = cli_fail(cli, r);
		else
			r = cli_order(
			    cli, PROTO_TOTP_CONFIRM, &request, CLI_REPLY_MS);
	}
	secret_wipe(&request, sizeof(request));
	return r;
}

/* The code of an authenticator that is there and about to go. */
static int
ask_old(const struct cli *cli, int tty, char code[PROTO_CODE_SIZE])
{
	int r = terminal_ask(tty,
	    "A code of the authenticator that you have now: ", true, code,
	    PROTO_CODE_SIZE);

	return r == 0 ? ERR_OK : cli_fail(cli, r);
}

static int
replace(
    const struct cli *cli, int tty, const struct proto_factors_reply *factors)
{
	CLEANUP(wipe_offer) struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_totp_enroll request = {.code = ""};
	int r = ERR_OK;

	if (!factors_is(factors->totp, ERR_TOTP_MISSING))
		r = ask_old(cli, tty, request.code);
	if (r == 0)
		r = cli_exchange(
		    cli, PROTO_TOTP_ENROLL, &request, PROTO_TOTP_OFFER, &reply);
	secret_wipe(&request, sizeof(request));
	if (r != 0)
		return r;
	r = show_offer(cli, tty, &reply.u.totp_offer);
	return r == 0 ? confirm(cli, tty) : cli_fail(cli, r);
}

static int
enroll(const struct cli *cli)
{
	CLI_TERMINAL_AUTO int tty = cli_terminal(cli);
	struct proto_factors_reply factors;

	if (tty < 0 || factors_ask(cli, NULL, &factors) != 0 ||
	    factors_prove(cli, &factors) != 0 ||
	    replace(cli, tty, &factors) != 0)
		return CLI_NO;
	(void)fputs("The authenticator is enrolled.\n", cli->out);
	return CLI_OK;
}

/* One's own is given up with a code of it; who lost it asks an administrator,
 * who needs none. */
static int
order_removal(const struct cli *cli, const struct proto_factors_reply *factors)
{
	struct proto_totp_remove request = {.user = ""};
	CLI_TERMINAL_AUTO int tty = -1;
	int r = factors_prove(cli, factors);

	memcpy(request.user, factors->user, sizeof(request.user));
	if (r == 0 && factors->own == 1) {
		tty = cli_terminal(cli);
		r = tty < 0 ? ERR_IO : ask_old(cli, tty, request.code);
	}
	if (r == 0)
		r = cli_order(cli, PROTO_TOTP_REMOVE, &request, CLI_REPLY_MS);
	secret_wipe(&request, sizeof(request));
	return r;
}

static int
remove_one(const struct cli *cli)
{
	struct proto_factors_reply factors;
	char user[PROTO_NAME_SIZE];

	if (factors_ask(cli, cli->file, &factors) != 0 ||
	    order_removal(cli, &factors) != 0)
		return CLI_NO;
	(void)fprintf(cli->out, "The authenticator of %s is removed.\n",
	    text_escape(factors.user, user, sizeof(user)));
	return CLI_OK;
}

static int
status(const struct cli *cli)
{
	return factors_status(cli, FACTORS_TOTP);
}

int
authenticator_command(const struct cli *cli)
{
	static const struct factors_verb verbs[] = {{"enroll", false, enroll},
	    {"remove", true, remove_one}, {"status", true, status}};

	return factors_run(cli, verbs, ARRAY_SIZE(verbs), USAGE);
}
