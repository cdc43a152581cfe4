/*
 * clihost.h - orgloginctl against a scripted daemon, its output caught.
 */
#pragma once

#include <stddef.h>

#include "cli/cli.h"
#include "tests/unit/fakedaemon.h"

#define CLIHOST_OUTPUT_MAX 65536

struct clihost {
	struct fakedaemon daemon;
	struct cli cli; /* what stands here before a run is used by it */
	char out[CLIHOST_OUTPUT_MAX];
	char err[CLIHOST_OUTPUT_MAX];
};

/* Runs a command line of words parted by single blanks; its exit status. */
int clihost_run(struct clihost *host, const char *line);
/* The same after the daemon was given one reply to its first request. */
int clihost_ask(struct clihost *host, const char *line, enum proto_type type,
    const void *reply);

int clihost_setup(void **state);
int clihost_teardown(void **state);
#define CLIHOST_TEST(name) \
	cmocka_unit_test_setup_teardown(name, clihost_setup, clihost_teardown)
