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
#include "common/name.h"
#include "services/fill.h"

/* The profile's issuer is a template over the service's URL, taken as it is. */
static int
issuer_of(const struct idsvc_options *options, char **ret_issuer)
{
	struct buf text BUF_AUTO = {0};
	const char *cursor = options->profile->claims.issuer;
	struct profile_piece piece = {0};

	buf_init(&text, 2048);
	while (profile_next_piece(&cursor, &piece)) {
		if (piece.is_placeholder)
			buf_put_text(&text, options->url);
		else
			buf_put(&text, piece.text, piece.len);
	}
	if (options->jwt_issuer != NULL) {
		buf_reset(&text);
		buf_put_text(&text, options->jwt_issuer);
	}
	if (buf_fault(&text) != 0)
		return buf_fault(&text);
	if (text.len == 0)
		return ERR_OK;
	*ret_issuer = strdup(buf_text(&text));
	return *ret_issuer == NULL ? ERR_NO_MEMORY : ERR_OK;
}

int
orgtoken_rules_init(
    struct orgtoken_rules *rules, const struct idsvc_options *options)
{
	const char *audience = options->jwt_audience != NULL
	    ? options->jwt_audience
	    : options->profile->claims.audience;
	int r = ERR_OK;

	*rules = (struct orgtoken_rules){0};
	r = issuer_of(options, &rules->issuer);
	if (r == 0 && audience[0] != '\0') {
		rules->audience = strdup(audience);
		r = rules->audience == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
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
orgtoken_read(const struct profile_claims *at, const struct json_node *payload,
    struct orgtoken *ret_org)
{
	struct orgtoken *org = ret_org;
	int r = ERR_OK;

	org->subject = json_string(json_at(payload, at->subject));
	org->organization = json_string(json_at(payload, at->organization));
	/* Somebody who is in no organisation has no organisation claim. */
	if (org->organization == NULL)
		return json_is_null(json_at(payload, at->organization))
		    ? ERR_TOKEN_ORGANIZATION
		    : ERR_TOKEN_CLAIM;
	if (org->subject == NULL || !name_id_valid(org->subject))
		return ERR_TOKEN_CLAIM;
	r = readout_list(
	    json_at(payload, at->roles), at->roles_form, &org->roles);
	if (r == 0)
		r = readout_list(
		    at->scopes[0] == '\0' ? NULL : json_at(payload, at->scopes),
		    at->scopes_form, &org->scopes);
	return r == 0 ? ERR_OK : ERR_TOKEN_CLAIM;
}
