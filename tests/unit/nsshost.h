/*
 * nsshost.h - a published snapshot and a map over it, as a process has them.
 */
#pragma once

#include "nss_module/map.h"
#include "tests/unit/snapset.h"

struct nsshost {
	char *folder;
	char *path;
	struct map map;
};

/* Setup and teardown of cmocka: *state is a struct nsshost with generation 1
 * published. */
int nsshost_setup(void **state);
int nsshost_teardown(void **state);

/* Publishes the standard set of snapset.h with another generation. */
void nsshost_publish(const struct nsshost *host, uint64_t generation);

/* The same as a base of version 2, of which overlays can be published. */
void nsshost_publish_base(const struct nsshost *host, uint64_t generation);

/*
 * Publishes overlay `number` of the base that is there: bob is gone, and
 * somebody joined, who is in org-members and has NSSHOST_JOINED + number.
 */
#define NSSHOST_JOINED (SNAPSET_UID + 100)
void nsshost_publish_overlay(
    const struct nsshost *host, uint32_t number, const char *joined);

/* size bytes that end where the next byte may not be touched; freed by
 * nsshost_free_guarded(). */
char *nsshost_new_guarded(size_t size);
void nsshost_free_guarded(char *bytes, size_t size);
