/*
 * person.h - a person at a terminal of their own who runs orgloginctl
 * against the scripted daemon.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tests/unit/clihost.h"

struct person {
	int master;
	int slave; /* stays open, so that what was written is not lost */
	pid_t pid;
	char seen[16384]; /* so far, on the terminal */
};

/* Runs a command line; at its end "[status|out|err]" comes to the terminal. */
void person_start(struct person *p, struct clihost *host, const char *line);
/* Reads on until the text is there. */
void person_sees(struct person *p, const char *text);
/* Whether what is typed is shown. */
bool person_echoes(const struct person *p);
/* Waits until it is, or is not. */
void person_wait_for_echo(const struct person *p, bool wanted);
void person_types(const struct person *p, const char *text);
/* Waits for the program's end; its status as wait(2) tells it. */
int person_ends(struct person *p);
/* The daemon's next request must be of this type; message: room for it, or
 * NULL. */
void person_asked(struct clihost *host, enum proto_type wanted, void *message);
