/*
 * orgtoken.h - the organisation's JWT: which one is accepted.
 * Pure, but for the keys.
 */
#pragma once

#include "base/json.h"
#include "common/attrs.h"
#include "common/times.h"
#include "rules/profile.h"
#include "services/idsvc.h"
#include "services/keys.h"
#include "services/token.h"

/* What a token must hold, from the configuration or else the profile. */
struct orgtoken_rules {
	char *issuer; /* NULL: the service sets none */
	char *audience;
	bool may_lack_iat;
	bool may_lack_sub; /* another claim names the person */
};
MUST_CHECK int orgtoken_rules_init(
    struct orgtoken_rules *rules, const struct idsvc_options *options);
void orgtoken_rules_done(struct orgtoken_rules *rules);

/*
 * What the options say that tokens are checked with: the key set of the
 * configuration's URL, else of the profile's path, or the shared secret, or
 * nothing but the channel they came over (NULL).  CONFIG_INVALID: no set named.
 */
MUST_CHECK int orgtoken_keys(struct loop *loop, struct http *http,
    const struct clock *clock, const struct idsvc_options *options,
    struct keys **ret_keys);

/* Borrows from the rules. started: when the sign-in began. */
struct token_policy orgtoken_policy(
    const struct orgtoken_rules *rules, struct wall_time started);

/*
 * A token that is believed for the channel it came over, the verified TLS
 * connection from the service itself (OIDC Core 3.1.3.7 item 6): its signature
 * is not looked at, its form and claims are held to the same rules.
 */
MUST_CHECK int orgtoken_from_transport(const char *text,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token);

/*
 * What a token says, believed by nobody: for what goes back to the service that
 * made it.
 */
MUST_CHECK int orgtoken_peek(const char *text, struct json **ret_payload);
