/*
 * factors.c - whose factors, in which state, and the sign-in that comes first.
 *
 * The daemon decides who may see and change what; here it is only told.
 */
#include "cli/factors.h"

#include <string.h>

#include "cli/json_out.h"
#include "cli/login.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/text.h"

int
factors_ask(const struct cli *cli, const char *name,
    struct proto_factors_reply *ret_reply)
{
	struct proto_factors request = {.user = ""};
	struct client_reply reply;
	int r = ERR_OK;

	if (name == NULL)
		r = login_own_name(cli, request.user);
	else if (!text_copy(request.user, sizeof(request.user), name))
		r = cli_fail(cli, ERR_NAME_INVALID);
	if (r == 0)
		r = cli_exchange(
		    cli, PROTO_FACTORS, &request, PROTO_FACTORS_REPLY, &reply);
	if (r == 0)
		*ret_reply = reply.u.factors;
	return r;
}

int
factors_prove(const struct cli *cli, const struct proto_factors_reply *factors)
{
	if (factors->proven == 1)
		return ERR_OK;
	(void)fputs(
	    "First sign in, so that it is you who does this.\n", cli->out);
	(void)fflush(cli->out);
	return login_sign_in(cli);
}

bool
factors_is(const char *state, int reason)
{
	return strcmp(state, err_name(reason)) == 0;
}

/* One factor of a reply, as it is told. */
struct line {
	const char *label;
	const char *there;   /* what is said of one that can be used */
	const char *missing; /* and of none */
	const char *state;
	uint32_t failures;
};

static void
show_json(const struct cli *cli, const char *user, const struct line *line)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_object(&json, NULL);
	json_out_string(&json, "user", user);
	json_out_string(&json, "state", line->state);
	json_out_number(&json, "failures", line->failures);
	json_out_object_end(&json);
	(void)fputc('\n', cli->out);
}

static int
show(const struct cli *cli, const char *user, const struct line *line)
{
	bool there = factors_is(line->state, ERR_OK);
	enum err reason = ERR_INTERNAL;
	char text[PROTO_LINE_SIZE];

	if (cli->json) {
		show_json(cli, user, line);
		return there ? CLI_OK : CLI_NO;
	}
	if (there)
		(void)text_cut(text, sizeof(text), line->there);
	else if (err_from_name(line->state, &reason) == 0 &&
	    (reason == ERR_TOTP_MISSING || reason == ERR_PIN_MISSING))
		(void)text_cut(text, sizeof(text), line->missing);
	else
		(void)show_reason(
		    line->state, err_text(reason), text, sizeof(text));
	show_line(cli, line->label, text);
	if (line->failures > 0) {
		(void)snprintf(text, sizeof(text), "%u in a row",
		    (unsigned int)line->failures);
		show_line(cli, "wrong tries", text);
	}
	return there ? CLI_OK : CLI_NO;
}

int
factors_status(const struct cli *cli, enum factors_kind kind)
{
	struct proto_factors_reply factors;
	struct line line;

	if (factors_ask(cli, cli->file, &factors) != 0)
		return CLI_NO;
	line = kind == FACTORS_PIN
	    ? (struct line){"PIN", "set", "not set", factors.pin,
		  factors.pin_failures}
	    : (struct line){"authenticator", "enrolled", "not enrolled",
		  factors.totp, factors.totp_failures};
	return show(cli, factors.user, &line);
}

int
factors_run(const struct cli *cli, const struct factors_verb *verbs,
    size_t count, const char *usage)
{
	for (size_t i = 0; cli->name != NULL && i < count; i++)
		if (strcmp(verbs[i].word, cli->name) == 0 &&
		    (verbs[i].named || cli->file == NULL))
			return verbs[i].run(cli);
	(void)fprintf(cli->err, "usage: orgloginctl %s\n", usage);
	return CLI_USAGE;
}
