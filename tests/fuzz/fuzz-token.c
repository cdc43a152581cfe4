/*
 * fuzz-token.c - the claims of any payload: whatever is accepted names our
 * issuer and our client, is in its time, and says so in plain JSON.
 */
#include "services/token.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"

/* The clock and the settings of tests/vectors/generate.mjs. */
#define NOW 1800000000
#define ISSUER "https://id.example.org/acme"
#define CLIENT "orglogin-host"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static bool
node_is(const struct json_node *node, const char *text)
{
	const char *s = json_string(node);

	return s != NULL && strcmp(s, text) == 0;
}

static void
check_accepted(const struct json_node *payload)
{
	const struct json_node *aud = json_get(payload, "aud");
	const char *sub = json_string(json_get(payload, "sub"));
	int64_t exp = 0;
	int64_t iat = 0;

	require(node_is(json_get(payload, "iss"), ISSUER));
	require(json_is_array(aud) || node_is(aud, CLIENT));
	JSON_ARRAY_FOREACH (item, aud)
		require(node_is(item, CLIENT));
	require(
	    sub != NULL && strlen(sub) > 0 && strlen(sub) <= CLAIMS_SUB_MAX);
	require(json_integer(json_get(payload, "exp"), &exp));
	require(json_integer(json_get(payload, "iat"), &iat));
	require(exp > NOW - CLAIMS_SKEW_S);
	require(iat >= NOW - 30 - CLAIMS_SKEW_S && iat <= NOW + CLAIMS_SKEW_S);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const issuers[] = {ISSUER};
	const struct claims_policy policy = {.issuers = issuers,
	    .issuer_count = 1,
	    .client_id = CLIENT,
	    .started = {NOW - 30}};
	struct json *json JSON_AUTO = NULL;
	struct claims claims = {0};

	if (json_parse(bytes, len, JWS_MAX_BYTES, &json) != 0)
		return 0;
	int r = token_read_claims(json_root(json), &claims);
	require(r == 0 || r == ERR_TOKEN_CLAIM);
	require(claims.audience_count <= CLAIMS_AUDIENCES_MAX);
	(void)!token_check_at_hash(&claims, "access");
	if (r == 0 &&
	    claims_check(&policy, &claims, (struct wall_time){NOW}) == 0)
		check_accepted(json_root(json));
	return 0;
}
