/*
 * writes.h - everything that the daemon writes into its state about members'
 * factors and sign-ins, each as one change that a test can interrupt.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/unit/statelab.h"

enum writes_seen {
	WRITES_BROKEN = 0,
	WRITES_OLD,
	WRITES_NEW,
};

struct writes_case {
	const char *name;
	/* Brings about what was before; nothing fails. */
	void (*before)(struct statelab *lab);
	/* The change; 0: it lasts.  After a fault it may be asked again. */
	int (*change)(struct statelab *lab);
	/* What whoever starts then finds, after a change or two. */
	enum writes_seen (*look)(struct statelab *lab);
	bool loops; /* on a loop, which cannot do without its own calls */
};

extern const struct writes_case writes_cases[];
extern const size_t writes_count;
