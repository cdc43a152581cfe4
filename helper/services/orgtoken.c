/*
 * orgtoken.c - the rules for the organisation's own token.
 *
 * Owns where keys, issuer and audience come from and how roles are read; who
 * signed was settled before, by services/keys or by the TLS channel.
 */
#include "services/orgtoken.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/jws.h"
#include "common/err.h"
#include "rules/template.h"

/*
 * What the configuration says, else the profile's template over the service's
 * URL, which is taken as it is; NULL where neither says anything.
 */
static int
expected(const char *configured, const char *template, const char *url,
    char **ret_text)
{
	struct buf text BUF_AUTO = {0};
	struct template_piece piece = {0};

	buf_init(&text, 2048);
	if (configured != NULL)
		buf_put_text(&text, configured);
	while (configured == NULL && template_next(&template, &piece)) {
		if (piece.is_placeholder)
			buf_put_text(&text, url);
		else
			buf_put(&text, piece.text, piece.len);
	}
	if (buf_fault(&text) != 0)
		return buf_fault(&text);
	if (text.len == 0)
		return ERR_OK;
	*ret_text = strdup(buf_text(&text));
	return *ret_text == NULL ? ERR_NO_MEMORY : ERR_OK;
}

int
orgtoken_rules_init(
    struct orgtoken_rules *rules, const struct idsvc_options *options)
{
	const struct profile_claims *claims = &options->profile->claims;
	int r = ERR_OK;

	*rules = (struct orgtoken_rules){
	    .may_lack_iat = claims->may_lack_iat,
	    .may_lack_sub = strcmp(claims->facts.subject, "/sub") != 0,
	};
	r = expected(
	    options->jwt_issuer, claims->issuer, options->url, &rules->issuer);
	if (r == 0)
		r = expected(options->jwt_audience, claims->audience,
		    options->url, &rules->audience);
	return r;
}

void
orgtoken_rules_done(struct orgtoken_rules *rules)
{
	free(rules->issuer);
	free(rules->audience);
	*rules = (struct orgtoken_rules){0};
}

DEFINE_CLEANUP(struct keys, keys, keys_free)

static int
set_keys_url(struct keys *keys, const struct idsvc_options *options)
{
	const char *path = options->profile->claims.jwks;
	struct buf url BUF_AUTO = {0};

	if (options->jwks_url != NULL)
		return keys_set_url(keys, options->jwks_url);
	if (path[0] == '\0')
		return ERR_CONFIG_INVALID;
	buf_init(&url, 2048);
	buf_put_text(&url, options->url);
	buf_put_text(&url, path);
	return buf_text(&url) == NULL ? ERR_TOO_LARGE
				      : keys_set_url(keys, buf_text(&url));
}

int
orgtoken_keys(struct loop *loop, struct http *http, const struct clock *clock,
    const struct idsvc_options *options, struct keys **ret_keys)
{
	static const struct keys_reasons reasons = {
	    .unreachable = ERR_SERVICE_UNREACHABLE,
	    .tls = ERR_SERVICE_TLS,
	    .malformed = ERR_SERVICE_MALFORMED,
	};
	struct keys *keys CLEANUP(keys_cleanup) = NULL;

	*ret_keys = NULL;
	if (options->jwt_transport)
		return ERR_OK;
	int r = keys_new(loop, http, clock, &reasons, &keys);
	if (r == 0 && options->jwt_secret != NULL)
		r = keys_set_secret(
		    keys, options->jwt_secret, options->jwt_secret_previous);
	else if (r == 0)
		r = set_keys_url(keys, options);
	if (r == 0)
		*ret_keys = TAKE(keys);
	return r;
}

struct token_policy
orgtoken_policy(const struct orgtoken_rules *rules, struct wall_time started)
{
	struct token_policy policy = {
	    .jws = {.algs = JWK_ALG_ALL},
	    .claims =
		{
		    .issuers = (const char *const *)&rules->issuer,
		    .issuer_count = rules->issuer != NULL,
		    .client_id = rules->audience,
		    .started = started,
		},
	};

	if (rules->issuer == NULL)
		policy.claims.may_lack |= CLAIMS_LACK_ISS;
	if (rules->audience == NULL)
		policy.claims.may_lack |= CLAIMS_LACK_AUD;
	if (rules->may_lack_sub)
		policy.claims.may_lack |= CLAIMS_LACK_SUB;
	/* Without an iat no token is older than the sign-in. */
	if (rules->may_lack_iat) {
		policy.claims.may_lack |= CLAIMS_LACK_IAT;
		policy.claims.started = (struct wall_time){0};
	}
	return policy;
}

/* The middle of three parts, decoded and read. */
static int
read_payload(const char *text, struct json **ret_payload)
{
	struct buf bytes BUF_AUTO = {0};
	const char *payload = strchr(text, '.');
	const char *end = payload == NULL ? NULL : strchr(payload + 1, '.');
	int r = ERR_OK;

	if (end == NULL || strchr(end + 1, '.') != NULL ||
	    strlen(text) > JWS_MAX_BYTES)
		return ERR_TOKEN_MALFORMED;
	buf_init(&bytes, JWS_MAX_BYTES);
	r = crypto_base64url_decode(
	    payload + 1, (size_t)(end - payload - 1), &bytes);
	if (r != 0)
		return ERR_TOKEN_MALFORMED;
	return json_parse(bytes.bytes, bytes.len, JWS_MAX_BYTES, ret_payload);
}

int
orgtoken_from_transport(const char *text, const struct token_policy *policy,
    struct wall_time now, struct token *ret_token)
{
	struct json *payload JSON_AUTO = NULL;
	int r = read_payload(text, &payload);

	return r == 0 ? token_accept(&payload, policy, now, ret_token) : r;
}

int
orgtoken_peek(const char *text, struct json **ret_payload)
{
	return read_payload(text, ret_payload);
}
