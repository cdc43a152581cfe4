/*
 * fuzz-jws.c - of all texts, only the tokens that really were signed with the
 * keys of the self-check are taken; anything else that passes is a forgery.
 */
#include "base/jws.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/jws-samples.h"
#include "common/err.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static bool
is_good_sample(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(jws_samples); i++)
		if (jws_samples[i].expected == 0 &&
		    strlen(jws_samples[i].token) == len &&
		    memcmp(jws_samples[i].token, bytes, len) == 0)
			return true;
	return false;
}

/* Under a secret there is one good token, and it is none under keys. */
static void
check_secret(const uint8_t *bytes, size_t len)
{
	const struct jws_secret secret = {
	    .current = jws_sample_secret, .previous = jws_sample_other_secret};
	struct json *payload JSON_AUTO = NULL;
	enum jws_match match = JWS_MATCH_NONE;
	bool good = len == sizeof(jws_sample_mac) - 1 &&
	    memcmp(bytes, jws_sample_mac, len) == 0;

	int r = jws_verify_secret(
	    (const char *)bytes, len, &secret, "at+jwt", &match, &payload);
	require((r == 0) == good && (payload != NULL) == good);
	require(match == (good ? JWS_MATCH_CURRENT : JWS_MATCH_NONE));
	require(r != ERR_NO_MEMORY && r != ERR_INTERNAL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct jws_policy policy = {
	    .algs = JWK_ALG_ALL, .typ = "at+jwt"};
	struct jwk_set *keys JWK_SET_AUTO = NULL;
	struct json *payload JSON_AUTO = NULL;

	require(jwk_set_parse(
		    jws_sample_keys, sizeof(jws_sample_keys) - 1, &keys) == 0);
	int r = jws_verify((const char *)bytes, len, keys, &policy, &payload);
	require((r == 0) == (payload != NULL));
	require((r == 0) == is_good_sample(bytes, len));
	require(r != ERR_NO_MEMORY && r != ERR_INTERNAL);
	check_secret(bytes, len);
	return 0;
}
