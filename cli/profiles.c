/*
 * profiles.c - hands over to the program that knows profiles.
 *
 * What is checked and tried must be what the daemon runs, so the daemon's own
 * code does it, and this command knows nothing of it.
 */
#include "cli/profiles.h"

#include <string.h>
#include <unistd.h>

int
profiles_command(const struct cli *cli)
{
	const char *option = strcmp(cli->name, "check") == 0 ? "--check-profile"
	    : strcmp(cli->name, "try") == 0                  ? "--try-profile"
							     : NULL;

	if (option == NULL) {
		(void)fprintf(cli->err,
		    "orgloginctl: profile check FILE, or profile try "
		    "OPERATION\n");
		return CLI_USAGE;
	}
	(void)fflush(cli->out);
	(void)execl(
	    cli->program, cli->program, option, cli->file, (char *)NULL);
	(void)fprintf(
	    cli->err, "orgloginctl: %s cannot be run\n", cli->program);
	return CLI_NO;
}
