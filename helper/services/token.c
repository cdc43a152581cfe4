/*
 * token.c - from the text of a token to claims that may be believed.
 *
 * Joins base/jws (whose signature) and rules/claims (what it says), with the
 * claims read from the very payload that was verified, by the same strict
 * reader.  Knows neither who the member is nor where the token came from.
 */
#include "services/token.h"

#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

struct string_claim {
	const char *name;
	const char **ret;
};

struct time_claim {
	const char *name;
	struct claim_time *ret;
};

static int
read_strings(const struct json_node *payload, struct claims *out)
{
	const struct string_claim known[] = {
	    {"iss", &out->iss},
	    {"sub", &out->sub},
	    {"azp", &out->azp},
	    {"nonce", &out->nonce},
	    {"at_hash", &out->at_hash},
	    {"tid", &out->tid},
	    {"oid", &out->oid},
	    {"hd", &out->hd},
	    {"preferred_username", &out->preferred_username},
	    {"email", &out->email},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct json_node *node = json_get(payload, known[i].name);
		*known[i].ret = json_string(node);
		if (node != NULL && *known[i].ret == NULL)
			return ERR_TOKEN_CLAIM;
	}
	return 0;
}

static int
read_times(const struct json_node *payload, struct claims *out)
{
	const struct time_claim known[] = {
	    {"exp", &out->exp}, {"iat", &out->iat}, {"nbf", &out->nbf}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct json_node *node = json_get(payload, known[i].name);
		known[i].ret->present = node != NULL;
		if (node != NULL && !json_integer(node, &known[i].ret->s))
			return ERR_TOKEN_CLAIM;
	}
	return 0;
}

static int
add_audience(const struct json_node *node, struct claims *out)
{
	const char *audience = json_string(node);

	if (audience == NULL || out->audience_count == CLAIMS_AUDIENCES_MAX)
		return ERR_TOKEN_CLAIM;
	out->audiences[out->audience_count++] = audience;
	return 0;
}

/* RFC 7519 4.1.3: one string, or an array of them. */
static int
read_audiences(const struct json_node *payload, struct claims *out)
{
	const struct json_node *aud = json_get(payload, "aud");

	if (aud == NULL)
		return 0;
	if (!json_is_array(aud))
		return add_audience(aud, out);
	JSON_ARRAY_FOREACH (item, aud) {
		int r = add_audience(item, out);
		if (r < 0)
			return r;
	}
	return 0;
}

bool
token_flag(const struct json_node *node, bool *ret_value)
{
	const char *text = json_string(node);
	int64_t number = 0;

	if (json_bool(node, ret_value))
		return true;
	if (json_integer(node, &number) && (number == 0 || number == 1)) {
		*ret_value = number == 1;
		return true;
	}
	if (text == NULL)
		return false;
	*ret_value = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return *ret_value || strcmp(text, "false") == 0 ||
	    strcmp(text, "0") == 0;
}

static int
read_verified(const struct json_node *payload, struct claims *out)
{
	const struct json_node *node = json_get(payload, "email_verified");

	if (node != NULL && !token_flag(node, &out->email_verified))
		return ERR_TOKEN_CLAIM;
	return 0;
}

int
token_read_claims(const struct json_node *payload, struct claims *ret_claims)
{
	struct claims claims = {0};

	int r = read_strings(payload, &claims);
	if (r < 0)
		return r;
	r = read_times(payload, &claims);
	if (r < 0)
		return r;
	r = read_audiences(payload, &claims);
	if (r < 0)
		return r;
	r = read_verified(payload, &claims);
	if (r < 0)
		return r;
	*ret_claims = claims;
	return 0;
}

/*
 * A token that is good but for its time is no forgery, and whoever mends it
 * needs the difference.
 */
static void
tell_time(const struct token_policy *policy, const struct claims *claims,
    struct wall_time now, int verdict)
{
	int64_t off_s = claims_off_s(&policy->claims, claims, now, verdict);

	if (off_s == 0)
		return;
	log_warning("a token is out of its time, not forged: a clock is "
		    "wrong, here or at its issuer, or it is an old one",
	    LOG_TEXT("reason", err_name(verdict)),
	    LOG_TEXT("issuer", claims->iss == NULL ? "" : claims->iss),
	    LOG_NUMBER("off_s", off_s));
}

int
token_accept(struct json **payload, const struct token_policy *policy,
    struct wall_time now, struct token *ret_token)
{
	struct claims claims = {0};

	int r = token_read_claims(json_root(*payload), &claims);
	if (r < 0)
		return r;
	r = claims_check(&policy->claims, &claims, now);
	tell_time(policy, &claims, now, r);
	if (r < 0)
		return r;
	*ret_token =
	    (struct token){.payload = TAKE(*payload), .claims = claims};
	return 0;
}

int
token_verify(const char *text, const struct jwk_set *keys,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token)
{
	struct json *payload JSON_AUTO = NULL;

	int r = jws_verify(text, strlen(text), keys, &policy->jws, &payload);
	if (r < 0)
		return r;
	return token_accept(&payload, policy, now, ret_token);
}

int
token_verify_secret(const char *text, const struct jws_secret *secret,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token)
{
	struct json *payload JSON_AUTO = NULL;
	enum jws_match match = JWS_MATCH_NONE;

	int r = jws_verify_secret(
	    text, strlen(text), secret, policy->jws.typ, &match, &payload);
	if (r == ERR_TOKEN_SECRET)
		log_warning("a token is signed with another secret than ours: "
			    "usually it was changed in one place only",
		    LOG_TEXT("previous_secret",
			secret->previous == NULL ? "none" : "differs too"));
	if (r < 0)
		return r;
	if (match == JWS_MATCH_PREVIOUS)
		log_notice("a token is signed with the previous secret: the "
			   "service does not use the current one yet");
	return token_accept(&payload, policy, now, ret_token);
}

void
token_done(struct token *token)
{
	json_free(token->payload);
	*token = (struct token){0};
}

/*
 * The left half of a digest as long as the token's own: SHA-256 for RS256,
 * ES256 and PS256, SHA-512 for EdDSA.
 */
int
token_check_at_hash(const struct claims *claims, const char *access_token)
{
	struct buf given BUF_AUTO = {.limit = CRYPTO_SHA512_BYTES / 2};
	uint8_t digest[CRYPTO_SHA512_BYTES];
	size_t len = strlen(access_token);

	if (claims->at_hash == NULL)
		return 0;
	if (crypto_base64url_decode(
		claims->at_hash, strlen(claims->at_hash), &given) < 0)
		return ERR_TOKEN_CLAIM;
	if (given.len != CRYPTO_SHA256_BYTES / 2 &&
	    given.len != CRYPTO_SHA512_BYTES / 2)
		return ERR_TOKEN_CLAIM;
	int r = given.len == CRYPTO_SHA256_BYTES / 2
	    ? crypto_sha256(access_token, len, digest)
	    : crypto_sha512(access_token, len, digest);
	if (r < 0)
		return r;
	return secret_equal(given.bytes, digest, given.len) ? 0
							    : ERR_TOKEN_CLAIM;
}
