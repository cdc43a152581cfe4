/*
 * nsshost.h - a published snapshot and a map over it, as a process has them.
 */
#pragma once

#include "nss_module/map.h"

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

/* size bytes that end where the next byte may not be touched; freed by
 * nsshost_free_guarded(). */
char *nsshost_new_guarded(size_t size);
void nsshost_free_guarded(char *bytes, size_t size);
