/*
 * everyfault.h - an errand of the daemon with every fault at every system call,
 * and one after it that must find a sound state.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"

/* What an errand may never end with. */
#define EVERYFAULT_FLAW 2

struct everyfault {
	void *arg;
	int calls_min; /* that the errand makes at least */
	/* Somebody signed in; nothing runs before and after. */
	void (*sign_in)(void *arg);
	/* A daemon begins; in a process of its own the one with the faults. */
	void (*start)(void *arg);
	void (*stop)(void *arg);
	/* 0: it was served, by the newest token there is; else why not; FLAW:
	 * by an older one. */
	MUST_CHECK int (*errand)(void *arg);
};

/* Zeroed memory that all processes of the test share, until it ends. */
void *everyfault_share(size_t bytes);
/* Fails the test unless whoever was served is served again, and nobody meets
 * anything but that or ERR_NO_TOKEN; both must have been seen. */
void everyfault_run(const struct everyfault *errands);
