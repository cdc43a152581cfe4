/*
 * nssworker.h - one thread's lookups, back to back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/nss/nsskeys.h"
#include "bench/nss/nssmodule.h"

enum nssop_kind {
	NSSOP_PWNAM,
	NSSOP_PWUID,
	NSSOP_GRNAM,
	NSSOP_GRGID,
	NSSOP_INITGROUPS,
	NSSOP_PWENT,
	NSSOP_GRENT,
	NSSOP_EVERYBODY, /* getgrnam of the group of everybody */
};

struct nssop {
	const char *name;
	enum nssop_kind kind;
	const char *keys; /* the file of keys; NULL for none */
};

#define NSSOP_COUNT 12
const struct nssop *nssop_at(size_t i);

bool nssop_has(const struct nssmodule *module, enum nssop_kind kind);

/* What a thread writes must not share a cache line with what another reads. */
#define NSSWORKER_ALIGN 128

struct nssworker {
	_Alignas(NSSWORKER_ALIGN) const struct nssmodule *module;
	const struct nssop *op;
	const struct nsskeys *keys;
	size_t cursor; /* the key to ask for next */
	size_t step;   /* between one key and the next */
	size_t count;  /* of lookups in a run */
	bool verify;   /* hold the answers against the keys */
	char *buffer;
	size_t size;
	gid_t *gids;
	long room;
	uint64_t hits;
	uint64_t misses;
	uint64_t errors;
	uint64_t wrong;
	uint64_t items; /* members or gids seen while verifying */
};

/* Borrows module, op and keys. Ends the program without memory. */
void nssworker_init(struct nssworker *worker, const struct nssmodule *module,
    const struct nssop *op, const struct nsskeys *keys);
void nssworker_done(struct nssworker *worker);

/*
 * Makes the count of lookups.  Each key depends on the answer before it, so the
 * time is the latency of one lookup, not the overlap of several.
 */
void nssworker_run(struct nssworker *worker);
