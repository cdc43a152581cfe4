/*
 * vectors.h - the files of tests/vectors for the unit tests: each is called
 * REASON--WHAT.EXTENSION, and REASON is what must come of it.
 */
#pragma once

#include <stddef.h>

#include "base/jwk.h"
#include "services/token.h"

/* The clock and the secrets of the generators. */
#define VECTORS_NOW 1800000000
#define VECTORS_SECRET "the secret of the vectors, which everybody knows"
#define VECTORS_PREVIOUS "the secret that the vectors had before this one."

struct vector {
	const char *name; /* of the file */
	const char *bytes;
	size_t len;
	int expected; /* 0 for "ok", else the fault of that name */
};

/*
 * Calls fn for each file of a folder of tests/vectors whose name holds mark
 * (NULL: each), and fails the test when there are fewer than at_least.
 */
void vectors_each(const char *folder, const char *mark, size_t at_least,
    void (*fn)(const struct vector *vector, void *data), void *data);

/* The content of a file of tests/vectors, NUL-terminated; free() it. */
char *vectors_read(const char *path, size_t *ret_len);

/* What all tokens are checked against: the issuer, the client and the start of
 * the sign-in are those of the generators. */
struct token_policy vectors_policy(void);
/* The key set for those in tokens/; jwk_set_free() it. */
struct jwk_set *vectors_keys(void);
