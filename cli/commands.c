/*
 * commands.c - the table of commands, and what stands before and after them on
 * the line.
 *
 * Promises that a command not there yet says so, and that a word which is not
 * understood runs nothing.
 */
#include "cli/commands.h"

#include <string.h>

#include "cli/authenticator.h"
#include "cli/doctor.h"
#include "cli/endsessions.h"
#include "cli/explain.h"
#include "cli/ids.h"
#include "cli/invite.h"
#include "cli/login.h"
#include "cli/memberlist.h"
#include "cli/pincode.h"
#include "cli/profiles.h"
#include "cli/records.h"
#include "cli/status.h"
#include "cli/syncnow.h"
#include "cli/token.h"
#include "cli/vault.h"

enum option {
	OPTION_JSON = 1,
	OPTION_ROLE = 2,
	OPTION_FULL = 4,
	OPTION_ACCEPT_SHRINK = 8,
	OPTION_ORGANIZATION = 16,
	OPTION_HEADERS = 32,
	OPTION_NO_QR = 64,
	OPTION_COUNT = 128,
};

struct command {
	const char *name;
	const char *usage;
	const char *summary;
	unsigned int options; /* enum option */
	unsigned int least;   /* operands */
	unsigned int most;
	int (*run)(const struct cli *cli); /* NULL: not there yet */
};

static const struct command commands[] = {
    {"status", "[--json]", "how the sign-in service of this host is doing",
	OPTION_JSON, 0, 0, status_command},
    {"explain", "NAME [--role ROLE] [--json]",
	"whether a member may log in here, and if not why",
	OPTION_JSON | OPTION_ROLE, 1, 1, explain_command},
    {"members", "[--json]", "all members of the organisation", OPTION_JSON, 0,
	0, memberlist_command},
    {"sync", "[--full] [--accept-shrink] [--json]",
	"fetch the members from the organisation now",
	OPTION_JSON | OPTION_FULL | OPTION_ACCEPT_SHRINK, 0, 0,
	syncnow_command},
    {"whoami", "[--json]", "what this host knows about you", OPTION_JSON, 0, 0,
	explain_whoami},
    {"audit", "[NAME] [-n COUNT] [--json]", "what was decided and done lately",
	OPTION_JSON | OPTION_COUNT, 0, 1, records_command},
    {"ids", "[check | export FILE|- | import FILE|-] [--json]",
	"show, check and carry over the numbers of members", OPTION_JSON, 0, 2,
	ids_command},
    {"login", "", "sign in without a new session", 0, 0, 0, login_command},
    {"logout", "[NAME]", "forget a sign-in", 0, 0, 1, login_logout},
    {"token", "[--organization ID] [--headers] [--json]",
	"a token for the organisation's services",
	OPTION_ORGANIZATION | OPTION_HEADERS | OPTION_JSON, 0, 0,
	token_command},
    {"switch-org", "ID", "work in another organisation", 0, 1, 1, token_switch},
    {"invite", "MAIL --role ROLE", "invite somebody to the organisation",
	OPTION_ROLE, 1, 1, invite_command},
    {"resend", "NAME", "send an invitation again", 0, 1, 1, invite_resend},
    {"end-sessions", "",
	"end what runs for members who may not be here any more", 0, 0, 0,
	endsessions_command},
    {"profile", "check FILE | try OPERATION",
	"check an identity service's profile, or try it", 0, 2, 2,
	profiles_command},
    {"vault", "[rotate] [--json]",
	"how members' secrets are kept, and giving them a new key", OPTION_JSON,
	0, 1, vault_command},
    {"totp", "enroll [--no-qr] | remove [NAME] | status [NAME] [--json]",
	"your authenticator for this host, as a second factor",
	OPTION_NO_QR | OPTION_JSON, 0, 2, authenticator_command},
    {"pin", "set | remove [NAME] | status [NAME] [--json]",
	"your PIN for this host, to come back quickly", OPTION_JSON, 0, 2,
	pincode_command},
    {"setup", "", "join this host to an organisation", 0, 0, 0, NULL},
    {"doctor", "[--json]", "look for what is wrong with this host", OPTION_JSON,
	0, 0, doctor_command},
};

static const struct {
	const char *text;
	enum option option;
} options[] = {
    {"--json", OPTION_JSON},
    {"--role", OPTION_ROLE},
    {"--full", OPTION_FULL},
    {"--accept-shrink", OPTION_ACCEPT_SHRINK},
    {"--organization", OPTION_ORGANIZATION},
    {"--headers", OPTION_HEADERS},
    {"-n", OPTION_COUNT},
    {"--no-qr", OPTION_NO_QR},
};

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
print_help(FILE *to)
{
	(void)fputs("usage: orgloginctl COMMAND [ARGUMENT...]\n\n", to);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].run != NULL)
			(void)fprintf(to, "  %s %s\n        %s\n",
			    commands[i].name, commands[i].usage,
			    commands[i].summary);
	(void)fputs("\nSee orgloginctl(1).\n", to);
	return CLI_OK;
}

static int
refuse_usage(const struct cli *cli, const struct command *command,
    const char *why, const char *word)
{
	(void)fprintf(cli->err, "orgloginctl: %s%s\n", why, word);
	if (command != NULL)
		(void)fprintf(cli->err, "usage: orgloginctl %s %s\n",
		    command->name, command->usage);
	else
		(void)fputs("Try orgloginctl --help.\n", cli->err);
	return CLI_USAGE;
}

/* 0 where the command takes no such option. */
static unsigned int
find_option(const struct command *command, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (strcmp(options[i].text, word) == 0)
			return options[i].option & command->options;
	return 0;
}

static void
set_option(struct cli *cli, unsigned int option)
{
	cli->json = cli->json || option == OPTION_JSON;
	cli->full = cli->full || option == OPTION_FULL;
	cli->headers = cli->headers || option == OPTION_HEADERS;
	cli->no_qr = cli->no_qr || option == OPTION_NO_QR;
	cli->accept_shrink =
	    cli->accept_shrink || option == OPTION_ACCEPT_SHRINK;
}

/* A lone dash stands for a stream. */
static bool
is_operand(const char *word)
{
	return word[0] != '\0' && (word[0] != '-' || word[1] == '\0');
}

/* Takes the word behind an option; NULL: it takes none. */
static const char **
value_of(struct cli *cli, unsigned int option)
{
	if (option == OPTION_ROLE)
		return &cli->role;
	if (option == OPTION_COUNT)
		return &cli->count;
	return option == OPTION_ORGANIZATION ? &cli->organization : NULL;
}

/* Reads what stands behind the command. */
static int
parse_words(
    struct cli *cli, const struct command *command, int argc, char **argv)
{
	unsigned int words = 0;

	for (int i = 0; i < argc; i++) {
		unsigned int option = find_option(command, argv[i]);
		const char **value = value_of(cli, option);

		if (value != NULL) {
			if (i + 1 == argc || argv[i + 1][0] == '\0')
				return refuse_usage(cli, command,
				    "a value is needed behind ", argv[i]);
			*value = argv[++i];
		} else if (option != 0) {
			set_option(cli, option);
		} else if (is_operand(argv[i]) && words < command->most) {
			*(words++ == 0 ? &cli->name : &cli->file) = argv[i];
		} else {
			return refuse_usage(
			    cli, command, "not understood: ", argv[i]);
		}
	}
	if (words < command->least)
		return refuse_usage(cli, command, "a name is needed", "");
	return CLI_OK;
}

int
commands_run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;
	int status;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return print_help(cli->out);
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)fprintf(cli->out, "orgloginctl %s\n", ORGLOGIN_VERSION);
		return CLI_OK;
	}
	cli->role = cli->organization = "";
	if (argc > 1 && strcmp(argv[1], "--json") == 0) {
		cli->json = true;
		argc--;
		argv++;
	}
	if (argc < 2)
		return refuse_usage(cli, NULL, "a command is needed", "");
	command = find_command(argv[1]);
	if (command == NULL)
		return refuse_usage(cli, NULL, "no such command: ", argv[1]);
	if (command->run == NULL) {
		(void)fprintf(cli->err,
		    "orgloginctl: %s is not supported yet\n", command->name);
		return CLI_UNSUPPORTED;
	}
	status = parse_words(cli, command, argc - 2, argv + 2);
	return status == CLI_OK ? command->run(cli) : status;
}
