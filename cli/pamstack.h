/*
 * pamstack.h - the modules that a program asks, as libpam puts them together
 * from its file and those that it includes; see pam.conf(5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/hostfile.h"
#include "common/attrs.h"

/* The codes that a module can return, by libpam's numbers. */
enum pamstack_code {
	PAMSTACK_SUCCESS = 0,
	PAMSTACK_PERM_DENIED = 6,
	PAMSTACK_AUTH_ERR = 7,
	PAMSTACK_NEW_AUTHTOK_REQD = 12,
	PAMSTACK_IGNORE = 25,
};
#define PAMSTACK_CODES 32

/* What follows from a code; a number above 0 jumps over so many modules. */
enum pamstack_action {
	PAMSTACK_GO_ON = 0, /* "ignore" */
	PAMSTACK_OK = -1,
	PAMSTACK_DONE = -2,
	PAMSTACK_BAD = -3,
	PAMSTACK_DIE = -4,
	PAMSTACK_RESET = -5,
};
#define PAMSTACK_JUMP_MAX 512

#define PAMSTACK_WORD_SIZE 128
#define PAMSTACK_ARGUMENTS_SIZE 512
#define PAMSTACK_LINES_MAX 256

struct pamstack_line {
	char file[PAMSTACK_WORD_SIZE];
	unsigned int number;             /* of the line in it */
	unsigned int level;              /* of the substack that it is in */
	bool substack;                   /* begins one; no module is asked */
	char module[PAMSTACK_WORD_SIZE]; /* without folder; "": always fails */
	char arguments[PAMSTACK_ARGUMENTS_SIZE];
	int actions[PAMSTACK_CODES];
};

struct pamstack {
	struct pamstack_line *lines;
	size_t count;
};

/*
 * Reads what a service asks in one phase ("auth", "account"), from /etc/pam.d,
 * else /usr/lib/pam.d.  Nothing of the phase: count is 0, and libpam takes the
 * service "other".  NOT_FOUND: no such service; TOO_LARGE; NO_MEMORY; and those
 * of hostfile_read().
 */
MUST_CHECK int pamstack_load(const struct hostfile_host *host,
    const char *service, const char *phase, struct pamstack *ret_stack);
/* The same of a text instead of the service's own file. */
MUST_CHECK int pamstack_parse(const struct hostfile_host *host,
    const char *text, const char *phase, struct pamstack *ret_stack);
void pamstack_done(struct pamstack *stack);
#define PAMSTACK_AUTO CLEANUP(pamstack_done)

/* The control of a line, "required" or "[success=ok ...]", as one action for
 * each code.  False: libpam does not understand it and lets the line fail.
 * Pure.
 */
MUST_CHECK bool pamstack_control(const char *text, int actions[PAMSTACK_CODES]);
