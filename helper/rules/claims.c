/*
 * claims.c - the rules of OpenID Connect Core 3.1.3.7 that come after the
 * signature.
 *
 * Promises that what is not said in the policy is not accepted, and that each
 * rule fails under its own name.  Knows no JSON, no clock and no member.
 */
#include "rules/claims.h"

#include <string.h>

#include "common/err.h"

static bool
is_one_of(const char *value, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(value, list[i]) == 0)
			return true;
	return false;
}

static bool
may_lack(const struct claims_policy *policy, enum claims_lack lack)
{
	return (policy->may_lack & lack) != 0;
}

/* Items 1 and 2: exactly, without folding or normalising anything. */
static int
check_issuer(const struct claims_policy *policy, const struct claims *claims)
{
	if (claims->iss == NULL && may_lack(policy, CLAIMS_LACK_ISS))
		return 0;
	if (claims->iss == NULL ||
	    !is_one_of(claims->iss, policy->issuers, policy->issuer_count))
		return ERR_TOKEN_ISSUER;
	return 0;
}

/* Items 3 to 5. */
static int
check_audience(const struct claims_policy *policy, const struct claims *claims)
{
	bool ours = false;

	if (claims->azp == NULL && claims->audience_count == 0 &&
	    may_lack(policy, CLAIMS_LACK_AUD))
		return 0;
	if (policy->client_id == NULL)
		return ERR_TOKEN_AUDIENCE;
	for (size_t i = 0; i < claims->audience_count; i++) {
		const char *audience = claims->audiences[i];
		if (strcmp(audience, policy->client_id) == 0)
			ours = true;
		else if (!is_one_of(audience, policy->other_audiences,
			     policy->other_audience_count))
			return ERR_TOKEN_AUDIENCE;
	}
	if (!ours || (claims->audience_count > 1 && claims->azp == NULL))
		return ERR_TOKEN_AUDIENCE;
	if (claims->azp != NULL && strcmp(claims->azp, policy->client_id) != 0)
		return ERR_TOKEN_AUDIENCE;
	return 0;
}

static bool
subject_fits(const char *sub)
{
	size_t len = 0;

	if (sub == NULL)
		return false;
	for (; sub[len] != '\0'; len++)
		if (len == CLAIMS_SUB_MAX || sub[len] < 0x20 || sub[len] > 0x7e)
			return false;
	return len > 0;
}

static int
check_presence(const struct claims_policy *policy, const struct claims *claims)
{
	if (!subject_fits(claims->sub) &&
	    !(claims->sub == NULL && may_lack(policy, CLAIMS_LACK_SUB)))
		return ERR_TOKEN_CLAIM;
	if (!claims->exp.present || claims->exp.s <= 0)
		return ERR_TOKEN_CLAIM;
	if (!claims->iat.present && !may_lack(policy, CLAIMS_LACK_IAT))
		return ERR_TOKEN_CLAIM;
	if (claims->iat.present && claims->iat.s <= 0)
		return ERR_TOKEN_CLAIM;
	/* Some issuers write 0 for "at once". */
	if (claims->nbf.present && claims->nbf.s < 0)
		return ERR_TOKEN_CLAIM;
	return 0;
}

/* Items 9 to 11, RFC 7519 4.1.4 to 4.1.6.  What is compared with the clock
 * moves by the skew, never the claim: it may be as large as it likes. */
static int
check_times(const struct claims_policy *policy, const struct claims *claims,
    int64_t now_s)
{
	if (claims->exp.s <= now_s - CLAIMS_SKEW_S)
		return ERR_TOKEN_EXPIRED;
	if (claims->nbf.present && claims->nbf.s > now_s + CLAIMS_SKEW_S)
		return ERR_TOKEN_NOT_YET_VALID;
	if (claims->iat.present && claims->iat.s > now_s + CLAIMS_SKEW_S)
		return ERR_TOKEN_NOT_YET_VALID;
	if (policy->nonce != NULL &&
	    (claims->nonce == NULL ||
		strcmp(claims->nonce, policy->nonce) != 0))
		return ERR_TOKEN_STALE;
	if (policy->started.s == 0)
		return 0;
	if (!claims->iat.present ||
	    claims->iat.s < policy->started.s - CLAIMS_SKEW_S)
		return ERR_TOKEN_STALE;
	return 0;
}

int
claims_check(const struct claims_policy *policy, const struct claims *claims,
    struct wall_time now)
{
	int r = check_issuer(policy, claims);
	if (r < 0)
		return r;
	r = check_audience(policy, claims);
	if (r < 0)
		return r;
	r = check_presence(policy, claims);
	if (r < 0)
		return r;
	return check_times(policy, claims, now.s);
}

/* From when on a token is valid; the later of the two. */
static int64_t
valid_from_s(const struct claims *claims)
{
	int64_t from_s = claims->iat.present ? claims->iat.s : 0;

	if (claims->nbf.present && claims->nbf.s > from_s)
		from_s = claims->nbf.s;
	return from_s;
}

int64_t
claims_off_s(const struct claims_policy *policy, const struct claims *claims,
    struct wall_time now, int verdict)
{
	if (verdict == ERR_TOKEN_EXPIRED)
		return now.s - claims->exp.s;
	if (verdict == ERR_TOKEN_NOT_YET_VALID)
		return valid_from_s(claims) - now.s;
	if (verdict == ERR_TOKEN_STALE && claims->iat.present)
		return policy->started.s - claims->iat.s;
	return 0;
}
