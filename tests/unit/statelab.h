/*
 * statelab.h - for tests of what is kept on the disk: a state database in a
 * folder of its own, a vault with a key, attempts, and a clock that stands
 * still.
 */
#pragma once

#include "base/clock.h"
#include "base/db.h"
#include "services/attempts.h"
#include "services/vault.h"

#define STATELAB_NOW 1800000000 /* wall time, seconds */
#define STATELAB_BOOT "11111111-1111-4111-8111-111111111111"

struct statelab {
	char folder[64];
	char path[96]; /* of the database */
	char key[96];
	const char *boot_id;
	struct db *db;
	struct clock_fake clock;
	struct vault *vault;
	struct attempts *attempts;
};

/* Started too. */
void statelab_begin(struct statelab *lab);
void statelab_end(struct statelab *lab);
/* The daemon's life. */
void statelab_start(struct statelab *lab);
void statelab_stop(struct statelab *lab);

void statelab_run(struct statelab *lab, const char *sql);
