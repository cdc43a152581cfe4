/*
 * main.c - orgloginctl, the operator's command: the fixed places, the streams,
 * and the exit status.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "common/paths.h"

int
main(int argc, char **argv)
{
	struct cli cli = {.out = stdout,
	    .err = stderr,
	    .socket = PATH_SOCKET,
	    .passwd = PATH_PASSWD,
	    .program = PATH_DAEMON,
	    .vault_key = PATH_VAULT_KEY,
	    .terminal = isatty(STDOUT_FILENO) == 1};
	int status = commands_run(&cli, argc, argv);

	/* A full disk must not look like an answer. */
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return CLI_NO;
	return status;
}
