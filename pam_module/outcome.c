/*
 * outcome.c - the one table from reasons to PAM codes.
 *
 * A reason that stands in no row is a failure of the host: AUTHINFO_UNAVAIL.
 * A failed sign-in must not be tried again by itself, because each try shows
 * the person another code: sshd stops at MAXTRIES, sudo at ABORT.
 */
#include "pam_module/outcome.h"

#include <string.h>

#include <security/pam_modules.h>

#include "common/err.h"

enum kind {
	KIND_UNAVAILABLE,
	KIND_FAILED,  /* this sign-in */
	KIND_EXPIRED, /* the member, at the organisation */
	KIND_DENIED,  /* by a rule of this host */
	KIND_NO_MEMORY,
	KIND_MISUSED,
};

enum column { AUTH_SSHD, AUTH_SUDO, AUTH_OTHER, ACCOUNT, COLUMN_COUNT };

static const int codes[][COLUMN_COUNT] = {
    [KIND_UNAVAILABLE] = {PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    [KIND_FAILED] = {PAM_MAXTRIES, PAM_ABORT, PAM_AUTH_ERR, PAM_PERM_DENIED},
    [KIND_EXPIRED] = {PAM_MAXTRIES, PAM_ABORT, PAM_AUTH_ERR, PAM_ACCT_EXPIRED},
    [KIND_DENIED] = {PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED,
	PAM_PERM_DENIED},
    [KIND_NO_MEMORY] = {PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR},
    [KIND_MISUSED] = {PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR,
	PAM_SERVICE_ERR},
};

static const struct row {
	int reason;
	enum kind kind;
} rows[] = {
    {ERR_NO_MEMORY, KIND_NO_MEMORY},
    {ERR_INVALID_ARGUMENT, KIND_MISUSED},
    {ERR_TIMED_OUT, KIND_FAILED},
    {ERR_CANCELLED, KIND_FAILED},
    {ERR_SERVICE_REFUSED, KIND_FAILED},
    {ERR_SERVICE_MFA, KIND_FAILED},
    {ERR_MFA_WRONG, KIND_FAILED},
    {ERR_PIN_WRONG, KIND_FAILED},
    {ERR_PIN_WEAK, KIND_FAILED},
    {ERR_PIN_MISSING, KIND_FAILED},
    {ERR_TOTP_MISSING, KIND_FAILED},
    {ERR_TRY_LATER, KIND_FAILED},
    {ERR_FACTOR_LOCKED, KIND_FAILED},
    {ERR_ATTEMPTS_FULL, KIND_FAILED},
    {ERR_PASSWORD_WRONG, KIND_FAILED},
    {ERR_PASSWORD_FORBIDDEN, KIND_FAILED},
    {ERR_PROVIDER_POLICY, KIND_FAILED},
    {ERR_TOKEN_MALFORMED, KIND_FAILED},
    {ERR_TOKEN_HEADER, KIND_FAILED},
    {ERR_TOKEN_ALGORITHM, KIND_FAILED},
    {ERR_TOKEN_KEY_UNKNOWN, KIND_FAILED},
    {ERR_TOKEN_KEY_UNFIT, KIND_FAILED},
    {ERR_TOKEN_SIGNATURE, KIND_FAILED},
    {ERR_TOKEN_SECRET, KIND_FAILED},
    {ERR_TOKEN_TYPE, KIND_FAILED},
    {ERR_TOKEN_ISSUER, KIND_FAILED},
    {ERR_TOKEN_AUDIENCE, KIND_FAILED},
    {ERR_TOKEN_EXPIRED, KIND_FAILED},
    {ERR_TOKEN_NOT_YET_VALID, KIND_FAILED},
    {ERR_TOKEN_STALE, KIND_FAILED},
    {ERR_TOKEN_CLAIM, KIND_FAILED},
    {ERR_TOKEN_SUBJECT, KIND_FAILED},
    {ERR_TOKEN_ORGANIZATION, KIND_FAILED},
    {ERR_GRANT_DECLINED, KIND_FAILED},
    {ERR_GRANT_EXPIRED, KIND_FAILED},
    {ERR_GRANT_LOST, KIND_FAILED},
    {ERR_PASTE_WRONG, KIND_FAILED},
    {ERR_ANSWER_UNKNOWN, KIND_FAILED},
    {ERR_NO_TOKEN, KIND_FAILED},
    {ERR_BUSY_MEMBER, KIND_FAILED},
    {ERR_BUSY_SOURCE, KIND_FAILED},
    {ERR_BUSY_HOST, KIND_FAILED},
    {ERR_WRONG_PERSON, KIND_FAILED},
    {ERR_IDENTITY_UNBOUND, KIND_FAILED},
    {ERR_MAIL_UNVERIFIED, KIND_FAILED},
    {ERR_DOMAIN_NOT_ALLOWED, KIND_FAILED},
    {ERR_ACCOUNT_FOREIGN, KIND_FAILED},
    {ERR_ACCOUNT_DISABLED, KIND_FAILED},
    {ERR_GROUPS_OVERAGE, KIND_FAILED},
    {ERR_NOT_A_MEMBER, KIND_FAILED},
    {ERR_LOCAL_USER, KIND_FAILED},
    {ERR_MEMBER_EXCLUDED, KIND_FAILED},
    {ERR_MEMBER_PENDING, KIND_FAILED},
    {ERR_MEMBER_STATE_UNKNOWN, KIND_FAILED},
    {ERR_SERVICE_NOT_LISTED, KIND_FAILED},
    {ERR_MEMBER_DEACTIVATED, KIND_EXPIRED},
    {ERR_MEMBER_SUSPENDED, KIND_EXPIRED},
    {ERR_NOT_CONFIGURED, KIND_DENIED},
    {ERR_ROLE_NOT_ALLOWED, KIND_DENIED},
    {ERR_ROLE_NOT_HELD, KIND_DENIED},
    {ERR_ROLE_STALE, KIND_DENIED},
};

static enum kind
kind_of(int reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].reason == reason)
			return rows[i].kind;
	return KIND_UNAVAILABLE;
}

static enum column
column_of(enum outcome_phase phase, const char *service)
{
	if (phase == OUTCOME_ACCOUNT)
		return ACCOUNT;
	if (strcmp(service, "sshd") == 0)
		return AUTH_SSHD;
	if (strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0)
		return AUTH_SUDO;
	return AUTH_OTHER;
}

int
outcome_code(int reason, enum outcome_phase phase, const char *service)
{
	if (reason == 0)
		return PAM_SUCCESS;
	return codes[kind_of(reason)][column_of(phase, service)];
}

int
outcome_reason(const struct client_reply *reply)
{
	const struct proto_verdict_reply *verdict = &reply->u.verdict;
	enum err reason = ERR_DAEMON_MALFORMED;

	if (reply->type != PROTO_VERDICT ||
	    err_from_name(verdict->reason, &reason) != 0)
		return ERR_DAEMON_MALFORMED;
	if (verdict->verdict == PROTO_DENY && reason != ERR_OK)
		return reason;
	if (verdict->verdict == PROTO_ALLOW && reason == ERR_OK)
		return 0;
	return ERR_DAEMON_MALFORMED;
}
