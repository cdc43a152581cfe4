/*
 * err.c - the names and texts of all faults and reasons.
 *
 * Owns two tables, one made from ERR_LIST.  Promises that every int has a name
 * and a text, and that an unknown name never becomes success.
 */
#include "common/err.h"

#include <stddef.h>
#include <string.h>

#define ERR_NAME(symbol, name) [ERR_INDEX_##symbol] = name,
static const char *const names[ERR_INDEX_COUNT] = {
    [ERR_INDEX_OK] = "ok", ERR_LIST(ERR_NAME)};

/* Each says what to do, and names nothing secret. */
static const char *const texts[ERR_INDEX_COUNT] = {
    [ERR_INDEX_OK] = "Done.",
    [ERR_INDEX_NO_MEMORY] = "This host is out of memory. Try again later.",
    [ERR_INDEX_IO] = "This host could not read or write its own data. Tell "
		     "your administrator.",
    [ERR_INDEX_NO_SPACE] =
	"A buffer or the disk of this host is full. Tell your administrator.",
    [ERR_INDEX_NOT_FOUND] = "There is no such thing on this host.",
    [ERR_INDEX_EXISTS] = "That exists already.",
    [ERR_INDEX_INVALID_ARGUMENT] = "The request was not understood.",
    [ERR_INDEX_MALFORMED] =
	"An answer was not in the agreed form. Tell your administrator.",
    [ERR_INDEX_TOO_LARGE] =
	"An answer was larger than allowed. Tell your administrator.",
    [ERR_INDEX_UNSUPPORTED] = "This is not supported here.",
    [ERR_INDEX_TIMED_OUT] = "It took too long. Try again.",
    [ERR_INDEX_CANCELLED] = "It was cancelled.",
    [ERR_INDEX_INTERNAL] =
	"Something went wrong inside orglogin. Tell your administrator.",
    [ERR_INDEX_INSECURE_FILE] =
	"A file of orglogin can be changed by others. Tell your administrator.",
    [ERR_INDEX_CONFIG_INVALID] =
	"The configuration of orglogin is wrong. Tell your administrator.",
    [ERR_INDEX_NOT_CONFIGURED] =
	"Nobody may log in here yet: the administrator has set no allow_roles.",
    [ERR_INDEX_STATE_DAMAGED] =
	"This host's record of the members is damaged, and none can sign in "
	"until it is mended. Tell your administrator: orgloginctl status says "
	"how.",
    [ERR_INDEX_JSON_SYNTAX] =
	"An answer was not valid JSON. Tell your administrator.",
    [ERR_INDEX_JSON_DUPLICATE] =
	"An answer held a name twice. Tell your administrator.",
    [ERR_INDEX_JSON_DEPTH] =
	"An answer was nested too deeply. Tell your administrator.",
    [ERR_INDEX_JSON_TYPE] =
	"An answer held a value of the wrong type. Tell your administrator.",
    [ERR_INDEX_PROVIDER_UNREACHABLE] = "Your organisation's sign-in provider "
				       "cannot be reached. Try again later.",
    [ERR_INDEX_PROVIDER_TLS] = "The sign-in provider's certificate could not "
			       "be trusted. Tell your administrator.",
    [ERR_INDEX_PROVIDER_ERROR] = "Your organisation's sign-in provider "
				 "answered with an error. Try again later.",
    [ERR_INDEX_PROVIDER_MALFORMED] = "The sign-in provider's answer could not "
				     "be understood. Tell your administrator.",
    [ERR_INDEX_PROVIDER_REFUSED] = "The sign-in provider does not accept this "
				   "host. Tell your administrator.",
    [ERR_INDEX_PROVIDER_POLICY] =
	"Your organisation's sign-in rules block this. Tell your "
	"administrator; where device codes are blocked, the remedy is grant = "
	"paste.",
    [ERR_INDEX_SERVICE_UNREACHABLE] = "Your organisation's identity service "
				      "cannot be reached. Try again later.",
    [ERR_INDEX_SERVICE_TLS] = "The identity service's certificate could not be "
			      "trusted. Tell your administrator.",
    [ERR_INDEX_SERVICE_ERROR] = "Your organisation's identity service answered "
				"with an error. Try again later.",
    [ERR_INDEX_SERVICE_MALFORMED] = "The identity service's answer could not "
				    "be understood. Tell your administrator.",
    [ERR_INDEX_SERVICE_REFUSED] =
	"Your organisation's identity service refused this sign-in. Ask your "
	"administrator.",
    [ERR_INDEX_SERVICE_RATE_LIMITED] = "Your organisation's identity service "
				       "is busy. Try again in a few minutes.",
    [ERR_INDEX_SERVICE_MFA] = "Your organisation asks for an authenticator "
			      "code. Connect again and give it.",
    [ERR_INDEX_MFA_WRONG] =
	"The authenticator code was wrong. Connect again with a fresh one.",
    [ERR_INDEX_PIN_WRONG] = "The PIN was wrong. Connect again, or leave it "
			    "empty to sign in without it.",
    [ERR_INDEX_PIN_WEAK] = "That PIN is too easy to guess. Take six or more "
			   "characters that follow no pattern.",
    [ERR_INDEX_PIN_MISSING] =
	"You have set no PIN on this host. Set one with orgloginctl pin set.",
    [ERR_INDEX_TOTP_MISSING] = "You have enrolled no authenticator on this "
			       "host. Enrol one with orgloginctl totp enroll.",
    [ERR_INDEX_TRY_LATER] =
	"Too many tries were wrong. Wait a while, then try again.",
    [ERR_INDEX_FACTOR_LOCKED] = "It is locked, as too many tries were wrong. "
				"Ask your administrator to reset it.",
    [ERR_INDEX_ATTEMPTS_FULL] = "Too many addresses tried to sign in on this "
				"host. Try again in a minute.",
    [ERR_INDEX_OFFLINE_TOO_LONG] =
	"Your organisation cannot be reached and has not confirmed you lately. "
	"Try again when it can be reached.",
    [ERR_INDEX_CLOCK_SET_BACK] =
	"Your organisation cannot be reached, and this host's clock was set "
	"back. Tell your administrator.",
    [ERR_INDEX_PASSWORD_WRONG] = "The password was wrong. Connect again.",
    [ERR_INDEX_PASSWORD_FORBIDDEN] =
	"Your organisation does not allow passwords. Connect again and use its "
	"sign-in provider.",
    [ERR_INDEX_DIRECTORY_STALE] =
	"This host has not heard from your organisation for too long. Tell "
	"your administrator.",
    [ERR_INDEX_DIRECTORY_SHRUNK] = "Too many members vanished at once; the "
				   "change is held until it is confirmed.",
    [ERR_INDEX_TOKEN_MALFORMED] =
	"The sign-in token could not be understood. Tell your administrator.",
    [ERR_INDEX_TOKEN_HEADER] = "The sign-in token has a header that is not "
			       "accepted. Tell your administrator.",
    [ERR_INDEX_TOKEN_ALGORITHM] = "The sign-in token uses an algorithm that is "
				  "not accepted. Tell your administrator.",
    [ERR_INDEX_TOKEN_KEY_UNKNOWN] =
	"The sign-in token was signed with an unknown key. Try again; if it "
	"stays, tell your administrator.",
    [ERR_INDEX_TOKEN_KEY_UNFIT] = "The key of the sign-in token is not "
				  "acceptable. Tell your administrator.",
    [ERR_INDEX_TOKEN_SIGNATURE] =
	"The sign-in token's signature is wrong. Tell your administrator.",
    [ERR_INDEX_TOKEN_SECRET] =
	"Your organisation's service signs with another secret than this host "
	"was given. Tell your administrator: usually the secret was changed in "
	"one place only.",
    [ERR_INDEX_TOKEN_TYPE] =
	"A token of another kind was given. Tell your administrator.",
    [ERR_INDEX_TOKEN_ISSUER] =
	"The sign-in token comes from another issuer. Tell your administrator.",
    [ERR_INDEX_TOKEN_AUDIENCE] = "The sign-in token was made for another "
				 "application. Tell your administrator.",
    [ERR_INDEX_TOKEN_EXPIRED] = "The sign-in token has expired. Connect again; "
				"if it stays, this host's clock may be wrong.",
    [ERR_INDEX_TOKEN_NOT_YET_VALID] =
	"The sign-in token is not valid yet: this host's clock may be wrong. "
	"Tell your administrator.",
    [ERR_INDEX_TOKEN_STALE] =
	"The sign-in token is older than this sign-in. Connect again.",
    [ERR_INDEX_TOKEN_CLAIM] = "The sign-in token lacks something that is "
			      "needed. Tell your administrator.",
    [ERR_INDEX_TOKEN_SUBJECT] =
	"Two answers named two different people. Tell your administrator.",
    [ERR_INDEX_TOKEN_ORGANIZATION] =
	"You signed in to another organisation. Switch to this host's "
	"organisation and connect again.",
    [ERR_INDEX_GRANT_DECLINED] = "The sign-in was declined in the browser. "
				 "Connect again if that was a mistake.",
    [ERR_INDEX_GRANT_EXPIRED] =
	"The code was not approved in time. Connect again to get a new one.",
    [ERR_INDEX_GRANT_LOST] = "The sign-in was interrupted. Connect again.",
    [ERR_INDEX_PASTE_WRONG] = "That code does not belong to this sign-in. "
			      "Connect again and copy the whole code.",
    [ERR_INDEX_ANSWER_UNKNOWN] =
	"Your answer was none of those offered. Connect again.",
    [ERR_INDEX_NO_TOKEN] = "This host holds no sign-in of yours. Sign in again "
			   "with orgloginctl login.",
    [ERR_INDEX_BUSY_MEMBER] = "A sign-in for you is already under way on this "
			      "host. Finish it, or wait two minutes.",
    [ERR_INDEX_BUSY_SOURCE] =
	"Too many sign-ins are under way from your address. Wait two minutes.",
    [ERR_INDEX_BUSY_HOST] =
	"Too many sign-ins are under way on this host. Wait two minutes.",
    [ERR_INDEX_WRONG_PERSON] = "You signed in as somebody else. Connect again "
			       "and sign in with your own account.",
    [ERR_INDEX_IDENTITY_UNBOUND] =
	"Your account at the sign-in provider is not linked to a member. Ask "
	"your administrator.",
    [ERR_INDEX_MAIL_UNVERIFIED] =
	"Your mail address is not verified at the sign-in provider. Verify it "
	"and connect again.",
    [ERR_INDEX_DOMAIN_NOT_ALLOWED] =
	"Accounts of your mail domain may not log in to this host.",
    [ERR_INDEX_ACCOUNT_FOREIGN] =
	"This is a guest's, a private or an application's account. Sign in "
	"with your own account of the organisation.",
    [ERR_INDEX_ACCOUNT_DISABLED] =
	"Your account at the sign-in provider is disabled or locked. Ask your "
	"administrator.",
    [ERR_INDEX_GROUPS_OVERAGE] =
	"You are in more groups than a sign-in token holds. Tell your "
	"administrator to map app roles instead.",
    [ERR_INDEX_NOT_A_MEMBER] =
	"You are not a member of this host's organisation.",
    [ERR_INDEX_LOCAL_USER] = "This is a local account of this host.",
    [ERR_INDEX_MEMBER_EXCLUDED] = "Your account name cannot be used on this "
				  "host. Ask your administrator.",
    [ERR_INDEX_MEMBER_PENDING] =
	"Your invitation is not accepted yet. Accept it in the invitation "
	"mail, then connect again.",
    [ERR_INDEX_MEMBER_DEACTIVATED] = "Your account in the organisation is "
				     "deactivated. Ask your administrator.",
    [ERR_INDEX_MEMBER_SUSPENDED] = "Your account in the organisation is "
				   "suspended. Ask your administrator.",
    [ERR_INDEX_MEMBER_STATE_UNKNOWN] =
	"Your account is in a state that this host does not know. Ask your "
	"administrator.",
    [ERR_INDEX_ROLE_NOT_ALLOWED] =
	"None of your roles may log in to this host. Ask your administrator.",
    [ERR_INDEX_ROLE_NOT_HELD] =
	"This needs a role that you do not hold now. Ask your administrator.",
    [ERR_INDEX_ROLE_STALE] =
	"Your role could not be confirmed lately. Try again when the "
	"organisation's service can be reached.",
    [ERR_INDEX_SERVICE_NOT_LISTED] = "Signing in with the browser is not "
				     "offered by this program on this host.",
    [ERR_INDEX_GROUP_DENIED] =
	"No role gives this group of the host. Remove it from local_groups, or "
	"see deny_local_groups.",
    [ERR_INDEX_DAEMON_UNREACHABLE] = "The sign-in service of this host is not "
				     "running. Tell your administrator.",
    [ERR_INDEX_DAEMON_TIMEOUT] = "The sign-in service of this host does not "
				 "answer. Tell your administrator.",
    [ERR_INDEX_DAEMON_UNTRUSTED] = "The sign-in service of this host is not "
				   "the real one. Tell your administrator.",
    [ERR_INDEX_DAEMON_MALFORMED] = "The sign-in service of this host gave a "
				   "wrong answer. Tell your administrator.",
    [ERR_INDEX_PEER_REFUSED] = "You may not ask that.",
    [ERR_INDEX_PROOF_NEEDED] = "This needs a fresh sign-in of yours. Run "
			       "orgloginctl login, then try again.",
    [ERR_INDEX_VAULT_KEY] = "This host has no key to keep sign-ins with. Tell "
			    "your administrator.",
    [ERR_INDEX_SNAPSHOT_MISSING] =
	"This host has no list of members yet. Try again in a minute, or tell "
	"your administrator.",
    [ERR_INDEX_SNAPSHOT_INVALID] =
	"This host's list of members is damaged. Tell your administrator.",
    [ERR_INDEX_SNAPSHOT_VERSION] = "This host's list of members has an unknown "
				   "version. Tell your administrator.",
    [ERR_INDEX_ID_OUT_OF_RANGE] = "A member's number lies outside the range of "
				  "this host. Tell your administrator.",
    [ERR_INDEX_ID_TAKEN] =
	"A member's number is taken on this host. Tell your administrator.",
    [ERR_INDEX_ID_EXHAUSTED] =
	"This host has no free number for a member. Tell your administrator.",
    [ERR_INDEX_NAME_INVALID] =
	"A name cannot be used on this host. Ask your administrator.",
    [ERR_INDEX_NAME_TAKEN] =
	"A name is already used on this host. Ask your administrator.",
    [ERR_INDEX_NAME_PRIVILEGED] = "A name means power on many hosts and is "
				  "given to nobody. Ask your administrator.",
};

static int
index_of(int err)
{
	if (err > 0 || err <= -(int)ERR_INDEX_COUNT)
		return ERR_INDEX_INTERNAL;
	return -err;
}

const char *
err_name(int err)
{
	return names[index_of(err)];
}

const char *
err_text(int err)
{
	const char *text = texts[index_of(err)];

	return text != NULL ? text : texts[ERR_INDEX_INTERNAL];
}

int
err_from_name(const char *name, enum err *ret_err)
{
	for (int i = 0; i < (int)ERR_INDEX_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_err = (enum err) - i;
			return 0;
		}
	}
	return ERR_MALFORMED;
}
