/*
 * refusal.c - what a provider's error answer means.
 *
 * Owns both tables.  A word decides whether to go on; Entra's codes only tell
 * more about why not, so that a stranger among them never prolongs a sign-in.
 */
#include "rules/refusal.h"

#include <stddef.h>
#include <string.h>

#include "common/attrs.h"
#include "common/err.h"

#define NO_DEVICE_CODES                                                      \
	"Conditional Access blocks this sign-in: where it blocks device "    \
	"codes, set grant = paste in [provider]; else let this application " \
	"through"

/* RFC 8628 3.5, RFC 6749 5.2 and 4.1.2.1, and what Google and Entra have beside
 * them. */
static const struct {
	const char *word;
	enum grant_event event;
	int reason;
	const char *remedy;
} words[] = {
    {"authorization_pending", GRANT_PENDING, ERR_OK, NULL},
    {"slow_down", GRANT_SLOW_DOWN, ERR_OK, NULL},
    {"access_denied", GRANT_DENIED, ERR_GRANT_DECLINED, NULL},
    {"authorization_declined", GRANT_DENIED, ERR_GRANT_DECLINED, NULL},
    {"expired_token", GRANT_CODE_EXPIRED, ERR_GRANT_EXPIRED, NULL},
    {"bad_verification_code", GRANT_FAILED, ERR_GRANT_LOST, NULL},
    {"invalid_grant", GRANT_FAILED, ERR_GRANT_LOST, NULL},
    {"interaction_required", GRANT_FAILED, ERR_PROVIDER_POLICY,
	"the provider's rules ask for more than this grant can give"},
    {"login_required", GRANT_FAILED, ERR_GRANT_LOST, NULL},
    {"consent_required", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"an administrator of the provider must consent to this application"},
    {"invalid_client", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"see client_id and client_secret_file in [provider]"},
    {"unauthorized_client", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"allow this grant for the client at the provider"},
    {"unsupported_grant_type", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"allow this grant for the client at the provider"},
    {"invalid_scope", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"allow openid, email and profile for the client at the provider"},
    {"invalid_request", GRANT_FAILED, ERR_PROVIDER_REFUSED, NULL},
    {"org_internal", GRANT_FAILED, ERR_PROVIDER_POLICY,
	"the application is for the people of its own organisation only"},
    {"admin_policy_enforced", GRANT_FAILED, ERR_PROVIDER_POLICY,
	"trust this application in the organisation's admin console"},
    {"disabled_client", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"the client is switched off at the provider"},
    {"deleted_client", GRANT_FAILED, ERR_PROVIDER_REFUSED,
	"the client was deleted at the provider"},
    {"rate_limit_exceeded", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR, NULL},
    {"temporarily_unavailable", GRANT_NO_ANSWER, ERR_PROVIDER_UNREACHABLE,
	NULL},
    {"server_error", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR, NULL},
};

/* Microsoft's reference of AADSTS error codes. */
static const struct {
	int64_t code;
	int reason;
	const char *remedy;
} codes_known[] = {
    {53003, ERR_PROVIDER_POLICY, NO_DEVICE_CODES},
    {53000, ERR_PROVIDER_POLICY,
	"Conditional Access wants a compliant device, which a device code "
	"cannot show: set grant = paste in [provider]"},
    {53001, ERR_PROVIDER_POLICY,
	"Conditional Access wants a joined device, which a device code cannot "
	"show: set grant = paste in [provider]"},
    {53002, ERR_PROVIDER_POLICY,
	"Conditional Access wants an approved application"},
    {53004, ERR_PROVIDER_POLICY,
	"the person must register for multi-factor authentication first"},
    {53011, ERR_PROVIDER_POLICY, "the person is blocked for risk"},
    {530032, ERR_PROVIDER_POLICY, "the tenant's security policy blocks this"},
    {530034, ERR_PROVIDER_POLICY, "the tenant's policy blocks this person"},
    {530035, ERR_PROVIDER_POLICY,
	"the tenant's security defaults block device codes: set grant = paste "
	"in [provider]"},
    {50105, ERR_PROVIDER_POLICY,
	"assign the person, or a group of theirs, to the application"},
    {50158, ERR_PROVIDER_POLICY, "another security challenge is asked for"},
    {50053, ERR_PROVIDER_POLICY,
	"the account is locked for a while after wrong passwords, or the "
	"address is blocked: see the person's sign-in log"},
    {50057, ERR_ACCOUNT_DISABLED, NULL},
    {50020, ERR_ACCOUNT_FOREIGN, NULL},
    {50072, ERR_GRANT_LOST, NULL},
    {50074, ERR_GRANT_LOST, NULL},
    {50076, ERR_GRANT_LOST, NULL},
    {50079, ERR_GRANT_LOST, NULL},
    {50173, ERR_GRANT_LOST, NULL},
    {54005, ERR_GRANT_LOST, NULL},
    {70008, ERR_GRANT_EXPIRED, NULL},
    {70019, ERR_GRANT_EXPIRED, NULL},
    {70043, ERR_GRANT_LOST, NULL},
    {700082, ERR_GRANT_LOST, NULL},
    {65001, ERR_PROVIDER_REFUSED,
	"an administrator of the tenant must consent to this application"},
    {50011, ERR_PROVIDER_REFUSED,
	"register redirect_uri for the application, as one of a mobile or "
	"desktop application"},
    {50194, ERR_PROVIDER_REFUSED, "see tenant in [provider]"},
    {90002, ERR_PROVIDER_REFUSED, "see tenant in [provider]"},
    {700016, ERR_PROVIDER_REFUSED,
	"the tenant has no such application: see client_id in [provider]"},
    {700025, ERR_PROVIDER_REFUSED,
	"the application is a public client: remove client_secret_file"},
    {7000215, ERR_PROVIDER_REFUSED, "the client's secret is wrong"},
    {7000218, ERR_PROVIDER_REFUSED,
	"allow public client flows for the application, or set "
	"client_secret_file in [provider]"},
    {7000222, ERR_PROVIDER_REFUSED, "the client's secret has expired"},
    {9002327, ERR_PROVIDER_REFUSED,
	"register redirect_uri as one of a mobile or desktop application, not "
	"of a single-page one"},
};

/* The first code that is known tells more of a refusal. */
static void
refine(struct refusal *refusal, const int64_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(codes_known); k++) {
			if (codes_known[k].code != codes[i])
				continue;
			refusal->event = GRANT_FAILED;
			refusal->reason = codes_known[k].reason;
			refusal->remedy = codes_known[k].remedy;
			return;
		}
	}
}

struct refusal
refusal_meaning(
    int status, const char *word, const int64_t *codes, size_t count)
{
	struct refusal refusal = {
	    .event = GRANT_FAILED,
	    .reason =
		word == NULL ? ERR_PROVIDER_MALFORMED : ERR_PROVIDER_ERROR,
	};

	/* An overloaded or broken server, or a gateway before it. */
	if (status >= 500 || status == 429)
		refusal = (struct refusal){
		    .event = GRANT_NO_ANSWER, .reason = ERR_PROVIDER_ERROR};
	for (size_t i = 0; word != NULL && i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, word) == 0)
			refusal = (struct refusal){
			    .event = words[i].event,
			    .reason = words[i].reason,
			    .remedy = words[i].remedy,
			};
	}
	if (word != NULL &&
	    (refusal.event == GRANT_FAILED || refusal.event == GRANT_DENIED))
		refine(&refusal, codes, count);
	return refusal;
}

int
refusal_of_renewal(const struct refusal *refusal)
{
	switch (refusal->event) {
	case GRANT_SLOW_DOWN:
	case GRANT_NO_ANSWER:
		return ERR_PROVIDER_UNREACHABLE;
	case GRANT_CODE_EXPIRED:
		return ERR_NO_TOKEN;
	case GRANT_PENDING:
	case GRANT_APPROVED:
		return ERR_PROVIDER_REFUSED;
	case GRANT_DENIED:
	case GRANT_FAILED:
		break;
	}
	if (refusal->reason == ERR_GRANT_DECLINED ||
	    refusal->reason == ERR_GRANT_LOST ||
	    refusal->reason == ERR_GRANT_EXPIRED)
		return ERR_NO_TOKEN;
	return refusal->reason != 0 ? refusal->reason : ERR_PROVIDER_REFUSED;
}
