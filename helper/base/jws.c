/*
 * jws.c - a compact JWS from untrusted text to a payload that one of our keys
 * signed.
 *
 * Every step may only refuse; the order is that of jws.h.  The token says
 * which key it wants and nothing more: the key, its kind and the algorithm are
 * checked against the given set and policy before any signature is computed.
 * libjwt is asked at the start of the daemon only, by the self-check.  Knows no
 * claim and no clock.
 */
#include "base/jws.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/jws-samples.h"
#include "base/jwtsig.h"
#include "common/err.h"
#include "common/secret.h"

enum { PART_HEADER, PART_PAYLOAD, PART_SIGNATURE, PART_COUNT };

struct parts {
	struct buf bytes[PART_COUNT]; /* decoded */
	size_t signed_len;            /* header and payload, as received */
};

static void
parts_done(struct parts *parts)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		buf_done(&parts->bytes[i]);
}

/* Exactly three parts, each in the one spelling that an encoder gives it. */
static int
split(const char *token, size_t len, struct parts *parts)
{
	const char *at = token;
	size_t left = len;

	if (len > JWS_MAX_BYTES)
		return ERR_TOKEN_MALFORMED;
	for (size_t i = 0; i < PART_COUNT; i++) {
		const char *dot = memchr(at, '.', left);
		bool is_last = i == PART_SIGNATURE;
		if ((dot == NULL) != is_last)
			return ERR_TOKEN_MALFORMED;
		size_t part_len = is_last ? left : (size_t)(dot - at);
		buf_init(&parts->bytes[i], JWS_MAX_BYTES);
		int r = crypto_base64url_decode(at, part_len, &parts->bytes[i]);
		if (r < 0)
			return r == ERR_MALFORMED ? ERR_TOKEN_MALFORMED : r;
		if (is_last)
			break;
		parts->signed_len = (size_t)(dot - token);
		at = dot + 1;
		left -= part_len + 1;
	}
	return 0;
}

/* Headers that bring keys, extensions or encryption along (RFC 7515 4.1,
 * RFC 7797, RFC 7516): refused whatever they say. */
static bool
has_refused_member(const struct json_node *header)
{
	static const char *const names[] = {
	    "crit", "b64", "jku", "jwk", "x5u", "x5c", "enc", "zip"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_get(header, names[i]) != NULL)
			return true;
	return false;
}

/* RFC 7515 4.1.9: a media type, its "application/" left away. */
static const char *
short_type(const char *typ)
{
	static const char prefix[] = "application/";

	if (strncasecmp(typ, prefix, sizeof(prefix) - 1) == 0)
		return typ + sizeof(prefix) - 1;
	return typ;
}

static int
check_typ(const struct json_node *json, const char *asked)
{
	const struct json_node *node = json_get(json, "typ");
	const char *typ = json_string(node);

	if (node == NULL)
		return 0;
	if (typ == NULL)
		return ERR_TOKEN_TYPE;
	if (strcasecmp(short_type(typ), "JWT") == 0)
		return 0;
	if (asked != NULL &&
	    strcasecmp(short_type(typ), short_type(asked)) == 0)
		return 0;
	return ERR_TOKEN_TYPE;
}

static int
read_kid(const struct json_node *json, const char **ret_kid)
{
	const struct json_node *node = json_get(json, "kid");
	const char *kid = json_string(node);

	if (node == NULL)
		return 0;
	if (kid == NULL || kid[0] == '\0' || strlen(kid) > JWK_KID_MAX)
		return ERR_TOKEN_HEADER;
	for (const char *c = kid; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			return ERR_TOKEN_HEADER;
	*ret_kid = kid;
	return 0;
}

/* All of a header but its alg. */
static int
check_header(
    const struct json_node *json, const char *typ, const char **ret_kid)
{
	if (has_refused_member(json))
		return ERR_TOKEN_HEADER;
	int r = check_typ(json, typ);
	if (r < 0)
		return r;
	return read_kid(json, ret_kid);
}

static int
read_json(const struct buf *bytes, struct json **ret_json)
{
	return json_parse(bytes->bytes, bytes->len, JWS_MAX_BYTES, ret_json);
}

/* parts and header are the caller's to end, whatever comes of it. */
static int
open_token(const char *token, size_t len, struct parts *parts,
    struct json **ret_header)
{
	int r = split(token, len, parts);

	if (r < 0)
		return r;
	return read_json(&parts->bytes[PART_HEADER], ret_header);
}

static int
read_payload(const struct buf *bytes, struct json **ret_payload)
{
	struct json *payload JSON_AUTO = NULL;

	int r = read_json(bytes, &payload);
	if (r < 0)
		return r;
	if (!json_is_object(json_root(payload)))
		return ERR_JSON_TYPE;
	*ret_payload = TAKE(payload);
	return 0;
}

/* Whose signature a token says to bear; the key is NULL until it is found. */
struct signer {
	enum jwk_alg alg;
	const struct jwk *key;
};

/* One set may hold keys of several tenants: each signs for its own only. */
static bool
signs_for_us(const struct jwk *key, const struct jws_policy *policy)
{
	const char *issuer = jwk_issuer(key);

	if (issuer == NULL || policy->key_issuer_count == 0)
		return true;
	for (size_t i = 0; i < policy->key_issuer_count; i++) {
		if (strcmp(issuer, policy->key_issuers[i]) == 0)
			return true;
	}
	return false;
}

/* The key that the header asks for, if it is one of ours and fits. */
static int
choose_signer(const struct json_node *header, const struct jwk_set *keys,
    const struct jws_policy *policy, struct signer *signer)
{
	const char *kid = NULL;

	if (!json_is_object(header))
		return ERR_TOKEN_HEADER;
	signer->alg = jwk_alg_from_name(json_string(json_get(header, "alg")));
	if ((signer->alg & policy->algs) == 0)
		return ERR_TOKEN_ALGORITHM;
	int r = check_header(header, policy->typ, &kid);
	if (r < 0)
		return r;
	r = jwk_set_find(keys, kid, signer->alg, &signer->key);
	if (r < 0)
		return r;
	return signs_for_us(signer->key, policy) ? 0 : ERR_TOKEN_KEY_UNFIT;
}

static int
verify(const char *token, size_t len, const struct jwk_set *keys,
    const struct jws_policy *policy, struct signer *signer,
    struct json **ret_payload)
{
	struct parts parts CLEANUP(parts_done) = {0};
	struct json *header JSON_AUTO = NULL;

	int r = open_token(token, len, &parts, &header);
	if (r < 0)
		return r;
	r = choose_signer(json_root(header), keys, policy, signer);
	if (r < 0)
		return r;
	r = jwk_verify(signer->key, signer->alg, token, parts.signed_len,
	    &parts.bytes[PART_SIGNATURE]);
	if (r < 0)
		return r;
	return read_payload(&parts.bytes[PART_PAYLOAD], ret_payload);
}

int
jws_verify(const char *token, size_t len, const struct jwk_set *keys,
    const struct jws_policy *policy, struct json **ret_payload)
{
	struct signer signer = {0};

	return verify(token, len, keys, policy, &signer, ret_payload);
}

static int
check_secret_header(const struct json_node *header, const char *typ)
{
	const char *kid = NULL;

	if (!json_is_object(header))
		return ERR_TOKEN_HEADER;
	const char *alg = json_string(json_get(header, "alg"));
	if (alg == NULL || strcmp(alg, "HS256") != 0)
		return ERR_TOKEN_ALGORITHM;
	return check_header(header, typ, &kid);
}

/* RFC 7515 5.2: over the very bytes received, not what they decode to. */
static int
compare_mac(const char *secret, const char *token, const struct parts *parts,
    bool *ret_equal)
{
	uint8_t mac[CRYPTO_SHA256_BYTES];
	size_t len = strlen(secret);

	if (len < JWS_SECRET_MIN_BYTES)
		return ERR_TOKEN_KEY_UNFIT;
	int r = crypto_hmac_sha256(secret, len, token, parts->signed_len, mac);
	if (r < 0)
		return r;
	*ret_equal =
	    secret_equal(mac, parts->bytes[PART_SIGNATURE].bytes, sizeof(mac));
	/* Who reads it later could sign this very text. */
	secret_wipe(mac, sizeof(mac));
	return 0;
}

static int
match_secret(const struct jws_secret *secret, const char *token,
    const struct parts *parts, enum jws_match *ret_match)
{
	bool is_current = false;
	bool is_previous = false;

	if (parts->bytes[PART_SIGNATURE].len != CRYPTO_SHA256_BYTES)
		return ERR_TOKEN_SIGNATURE;
	int r = compare_mac(secret->current, token, parts, &is_current);
	if (r == 0 && secret->previous != NULL)
		r = compare_mac(secret->previous, token, parts, &is_previous);
	if (r < 0)
		return r;
	if (!is_current && !is_previous)
		return ERR_TOKEN_SECRET;
	*ret_match = is_current ? JWS_MATCH_CURRENT : JWS_MATCH_PREVIOUS;
	return 0;
}

int
jws_verify_secret(const char *token, size_t len,
    const struct jws_secret *secret, const char *typ, enum jws_match *ret_match,
    struct json **ret_payload)
{
	struct parts parts CLEANUP(parts_done) = {0};
	struct json *header JSON_AUTO = NULL;
	enum jws_match match = JWS_MATCH_NONE;

	int r = open_token(token, len, &parts, &header);
	if (r < 0)
		return r;
	r = check_secret_header(json_root(header), typ);
	if (r < 0)
		return r;
	r = match_secret(secret, token, &parts, &match);
	if (r < 0)
		return r;
	r = read_payload(&parts.bytes[PART_PAYLOAD], ret_payload);
	if (r == 0)
		*ret_match = match;
	return r;
}

/* Whether both verifiers say of a token what they should. */
static bool
sample_fares(const struct jwk_set *keys, const char *token, int expected)
{
	const struct jws_policy policy = {.algs = JWK_ALG_ALL};
	struct json *payload JSON_AUTO = NULL;
	struct signer signer = {0};

	int r = verify(token, strlen(token), keys, &policy, &signer, &payload);
	if (r != expected)
		return false;
	return signer.key == NULL || !jwtsig_knows(signer.alg) ||
	    jwtsig_verify(token, signer.alg, jwk_pem(signer.key)) == expected;
}

static bool
mac_sample_fares(const char *secret, const char *token, int expected)
{
	const struct jws_secret secrets = {.current = secret};
	struct json *payload JSON_AUTO = NULL;
	enum jws_match match = JWS_MATCH_NONE;

	int r = jws_verify_secret(
	    token, strlen(token), &secrets, NULL, &match, &payload);
	if (r != expected)
		return false;
	return jwtsig_verify_secret(token, secret) ==
	    (expected == 0 ? 0 : ERR_TOKEN_SIGNATURE);
}

/* A token with another signature, and with none. */
static bool
spoiled_sample_fails(const struct jwk_set *keys, const char *token)
{
	char *spoiled CLEANUP(secret_string_cleanup) =
	    secret_dup(token, strlen(token));

	if (spoiled == NULL)
		return false;
	char *signature = strrchr(spoiled, '.') + 1;
	*signature = *signature == 'A' ? 'B' : 'A';
	if (!sample_fares(keys, spoiled, ERR_TOKEN_SIGNATURE))
		return false;
	*signature = '\0';
	return sample_fares(keys, spoiled, ERR_TOKEN_SIGNATURE);
}

/* Good under its own secret, not under another; and no token is ever good for
 * the other function. */
static bool
mac_samples_fare(const struct jwk_set *keys)
{
	return mac_sample_fares(jws_sample_secret, jws_sample_mac, 0) &&
	    mac_sample_fares(
		jws_sample_other_secret, jws_sample_mac, ERR_TOKEN_SECRET) &&
	    sample_fares(keys, jws_sample_mac, ERR_TOKEN_ALGORITHM) &&
	    mac_sample_fares(
		jws_sample_secret, jws_samples[0].token, ERR_TOKEN_ALGORITHM);
}

int
jws_self_check(void)
{
	struct jwk_set *keys JWK_SET_AUTO = NULL;

	int r =
	    jwk_set_parse(jws_sample_keys, sizeof(jws_sample_keys) - 1, &keys);
	if (r < 0 || !mac_samples_fare(keys))
		return ERR_INTERNAL;
	for (size_t i = 0; i < ARRAY_SIZE(jws_samples); i++) {
		const struct jws_sample *sample = &jws_samples[i];
		if (!sample_fares(keys, sample->token, sample->expected))
			return ERR_INTERNAL;
		if (sample->expected == 0 &&
		    !spoiled_sample_fails(keys, sample->token))
			return ERR_INTERNAL;
	}
	return 0;
}
