/*
 * nsskeys.h - the names and numbers that are asked for, one a line of a file.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Packed in the order of asking, so that reading a key streams and never adds
 * a cache miss to the lookup. */
struct nsskeys {
	char *text;
	uint32_t *place; /* of each key, in text */
	uint32_t *id;    /* each key as a number, where it is one */
	size_t count;
};

/* The first `most` of them. Ends the program when there are none. */
struct nsskeys nsskeys_load(const char *folder, const char *kind, size_t most);
void nsskeys_done(struct nsskeys *keys);
