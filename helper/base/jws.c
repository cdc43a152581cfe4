/*
 * jws.c - a compact JWS from untrusted text to a payload that one of our keys
 * signed.
 *
 * Every step may only refuse; the order is that of jws.h.  The token says
 * which key it wants and nothing more: the key, its kind and the algorithm are
 * checked against the given set and policy before any signature is computed.
 * Knows no claim and no clock.
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

struct header {
	enum jwk_alg alg;
	const char *kid; /* NULL: none */
	bool typ_is_own; /* neither absent nor "JWT" */
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
read_typ(const struct json_node *json, const char *asked, struct header *out)
{
	const struct json_node *node = json_get(json, "typ");
	const char *typ = json_string(node);

	out->typ_is_own = node != NULL;
	if (node == NULL)
		return 0;
	if (typ == NULL)
		return ERR_TOKEN_TYPE;
	out->typ_is_own = strcasecmp(typ, "JWT") != 0;
	if (strcasecmp(short_type(typ), "JWT") == 0)
		return 0;
	if (asked != NULL &&
	    strcasecmp(short_type(typ), short_type(asked)) == 0)
		return 0;
	return ERR_TOKEN_TYPE;
}

static int
read_kid(const struct json_node *json, struct header *out)
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
	out->kid = kid;
	return 0;
}

static int
read_header(const struct json_node *json, const struct jws_policy *policy,
    struct header *out)
{
	if (!json_is_object(json))
		return ERR_TOKEN_HEADER;
	out->alg = jwk_alg_from_name(json_string(json_get(json, "alg")));
	if ((out->alg & policy->algs) == 0)
		return ERR_TOKEN_ALGORITHM;
	if (has_refused_member(json))
		return ERR_TOKEN_HEADER;
	int r = read_typ(json, policy->typ, out);
	if (r < 0)
		return r;
	return read_kid(json, out);
}

/* RFC 7515 5.2: over the very bytes received, not what they decode to. */
static int
check_signature(const char *token, const struct parts *parts,
    const struct header *header, const struct jwk *key)
{
	struct buf input BUF_AUTO = {.limit = JWS_MAX_BYTES};

	buf_put(&input, token, parts->signed_len);
	int r = buf_fault(&input);
	if (r < 0)
		return r;
	return jwk_verify(
	    key, header->alg, &input, &parts->bytes[PART_SIGNATURE]);
}

/* libjwt wants the whole token as a string, and refuses a typ of its own. */
static int
second_opinion(const char *token, size_t len, const struct header *header,
    const struct jwk *key)
{
	if (!jwtsig_knows(header->alg) || header->typ_is_own)
		return 0;
	char *text CLEANUP(secret_string_cleanup) = secret_dup(token, len);
	if (text == NULL)
		return ERR_NO_MEMORY;
	return jwtsig_verify(text, header->alg, jwk_pem(key));
}

static int
read_payload(const struct buf *bytes, struct json **ret_payload)
{
	struct json *payload JSON_AUTO = NULL;

	int r = json_parse(bytes->bytes, bytes->len, JWS_MAX_BYTES, &payload);
	if (r < 0)
		return r;
	if (!json_is_object(json_root(payload)))
		return ERR_JSON_TYPE;
	*ret_payload = TAKE(payload);
	return 0;
}

/* The key that the header asks for, if it is one of ours and fits. */
static int
read_and_choose(const struct buf *bytes, const struct jwk_set *keys,
    const struct jws_policy *policy, struct header *out,
    const struct jwk **ret_key)
{
	struct json *json JSON_AUTO = NULL;

	int r = json_parse(bytes->bytes, bytes->len, JWS_MAX_BYTES, &json);
	if (r < 0)
		return r;
	r = read_header(json_root(json), policy, out);
	if (r < 0)
		return r;
	r = jwk_set_find(keys, out->kid, out->alg, ret_key);
	out->kid = NULL; /* belongs to the document that ends here */
	return r;
}

int
jws_verify(const char *token, size_t len, const struct jwk_set *keys,
    const struct jws_policy *policy, struct json **ret_payload)
{
	struct parts parts CLEANUP(parts_done) = {0};
	struct header header = {0};
	const struct jwk *key = NULL;
	struct json *payload JSON_AUTO = NULL;

	int r = split(token, len, &parts);
	if (r < 0)
		return r;
	r = read_and_choose(
	    &parts.bytes[PART_HEADER], keys, policy, &header, &key);
	if (r < 0)
		return r;
	r = check_signature(token, &parts, &header, key);
	if (r < 0)
		return r;
	r = read_payload(&parts.bytes[PART_PAYLOAD], &payload);
	if (r < 0)
		return r;
	/* Last, because libjwt calls a payload that it cannot read unsigned. */
	r = second_opinion(token, len, &header, key);
	if (r < 0)
		return r;
	*ret_payload = TAKE(payload);
	return 0;
}

static bool
sample_fares(const struct jwk_set *keys, const char *token, int expected)
{
	const struct jws_policy policy = {.algs = JWK_ALG_ALL};
	struct json *payload JSON_AUTO = NULL;

	return jws_verify(token, strlen(token), keys, &policy, &payload) ==
	    expected;
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

int
jws_self_check(void)
{
	struct jwk_set *keys JWK_SET_AUTO = NULL;

	int r =
	    jwk_set_parse(jws_sample_keys, sizeof(jws_sample_keys) - 1, &keys);
	if (r < 0)
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
