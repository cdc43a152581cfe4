/*
 * clihost.c - runs the commands in the test's own process.
 */
#include "tests/unit/clihost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/commands.h"

#define WORDS_MAX 16

int
clihost_run(struct clihost *host, const char *line)
{
	char program[] = "orgloginctl";
	char text[512];
	char *argv[WORDS_MAX] = {program};
	int argc = 1;
	struct cli cli = host->cli;
	int status;

	(void)snprintf(text, sizeof(text), "%s", line);
	for (char *at = text; *at != '\0' && argc < WORDS_MAX;) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at == ' ')
			*at++ = '\0';
	}
	memset(host->out, 0, sizeof(host->out));
	memset(host->err, 0, sizeof(host->err));
	cli.out = fmemopen(host->out, sizeof(host->out), "w");
	cli.err = fmemopen(host->err, sizeof(host->err), "w");
	assert_non_null(cli.out);
	assert_non_null(cli.err);
	status = commands_run(&cli, argc, argv);
	assert_int_equal(fclose(cli.out), 0);
	assert_int_equal(fclose(cli.err), 0);
	return status;
}

int
clihost_ask(struct clihost *host, const char *line, enum proto_type type,
    const void *reply)
{
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_REPLY, .type = type, .message = reply};

	fakedaemon_start(&host->daemon, &step, 1);
	return clihost_run(host, line);
}

int
clihost_setup(void **state)
{
	static struct clihost host;

	fakedaemon_listen(&host.daemon);
	host.cli =
	    (struct cli){.socket = host.daemon.path, .passwd = "/etc/passwd"};
	*state = &host;
	return 0;
}

int
clihost_teardown(void **state)
{
	struct clihost *host = *state;

	fakedaemon_stop(&host->daemon);
	return 0;
}
