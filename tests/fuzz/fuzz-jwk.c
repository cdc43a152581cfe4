/*
 * fuzz-jwk.c - any bytes give a set whose keys verify nothing by accident, or
 * a named fault.
 */
#include "base/jwk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* The signature of a key that accepts everything: R is the identity, S is 0,
 * and for RSA a padded digest that nobody signed. */
static void
check_key(const struct jwk *key, enum jwk_alg alg)
{
	static const uint8_t one_and_zeros[64] = {1};
	static const char input[] = "signed by nobody";
	struct buf signature BUF_AUTO = {.limit = 64};

	require(jwk_pem(key) != NULL);
	buf_put(&signature, one_and_zeros, sizeof(one_and_zeros));
	require(jwk_verify(key, alg, input, sizeof(input), &signature) ==
	    ERR_TOKEN_SIGNATURE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const kids[] = {NULL, "rsa-1", "ec-1", "ed-1"};
	struct jwk_set *set JWK_SET_AUTO = NULL;

	int r = jwk_set_parse(bytes, len, &set);
	require((r == 0) == (set != NULL));
	require(r != ERR_NO_MEMORY && r != ERR_INTERNAL);
	if (set == NULL)
		return 0;
	require(
	    jwk_set_count(set) > 0 && jwk_set_count(set) <= JWK_SET_MAX_KEYS);
	for (size_t i = 0; i < ARRAY_SIZE(kids); i++)
		for (unsigned int alg = 1; alg <= JWK_ALG_ALL; alg <<= 1) {
			const struct jwk *key = NULL;
			if (jwk_set_find(set, kids[i], alg, &key) == 0)
				check_key(key, alg);
		}
	return 0;
}
