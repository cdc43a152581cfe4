/*
 * err.h - every fault and every reason, once.
 *
 * A fault is an int: 0 or a negative enum err, returned, checked, and passed
 * up unchanged.  The same names are used on the wire, in the log, in the audit
 * record and in the manual pages; err_text() is the one line that a person is
 * shown.  A verdict (see proto.h) carries one of these as its reason.
 */
#pragma once

#include "common/attrs.h"

/*
 * X(symbol, name, text).  The name is lower case, digits and dashes; the text
 * is ASCII, at most 200 bytes, says what to do, and names nothing secret.
 * New entries go to the end of their block: the number is not on the wire,
 * the name is.
 */
#define ERR_LIST(X)                                                            \
	/* the machine */                                                      \
	X(NO_MEMORY, "no-memory",                                              \
	    "This host is out of memory. Try again later.")                    \
	X(IO, "io",                                                            \
	    "This host could not read or write its own data. Tell your "       \
	    "administrator.")                                                  \
	X(NO_SPACE, "no-space",                                                \
	    "A buffer or the disk of this host is full. Tell your "            \
	    "administrator.")                                                  \
	X(NOT_FOUND, "not-found", "There is no such thing on this host.")      \
	X(EXISTS, "exists", "That exists already.")                            \
	X(INVALID_ARGUMENT, "invalid-argument",                                \
	    "The request was not understood.")                                 \
	X(MALFORMED, "malformed",                                              \
	    "An answer was not in the agreed form. Tell your administrator.")  \
	X(TOO_LARGE, "too-large",                                              \
	    "An answer was larger than allowed. Tell your administrator.")     \
	X(UNSUPPORTED, "unsupported", "This is not supported here.")           \
	X(TIMED_OUT, "timed-out", "It took too long. Try again.")              \
	X(CANCELLED, "cancelled", "It was cancelled.")                         \
	X(INTERNAL, "internal",                                                \
	    "Something went wrong inside orglogin. Tell your administrator.")  \
	X(INSECURE_FILE, "insecure-file",                                      \
	    "A file of orglogin can be changed by others. Tell your "          \
	    "administrator.")                                                  \
	X(CONFIG_INVALID, "config-invalid",                                    \
	    "The configuration of orglogin is wrong. Tell your "               \
	    "administrator.")                                                  \
	X(NOT_CONFIGURED, "not-configured",                                    \
	    "Nobody may log in here yet: the administrator has set no "        \
	    "allow_roles.")                                                    \
	X(STATE_DAMAGED, "state-damaged",                                      \
	    "The stored state of orglogin is damaged. Tell your "              \
	    "administrator.")                                                  \
	/* what comes from outside: JSON */                                    \
	X(JSON_SYNTAX, "json-syntax",                                          \
	    "An answer was not valid JSON. Tell your administrator.")          \
	X(JSON_DUPLICATE, "json-duplicate",                                    \
	    "An answer held a name twice. Tell your administrator.")           \
	X(JSON_DEPTH, "json-depth",                                            \
	    "An answer was nested too deeply. Tell your administrator.")       \
	X(JSON_TYPE, "json-type",                                              \
	    "An answer held a value of the wrong type. Tell your "             \
	    "administrator.")                                                  \
	/* the provider and the service */                                     \
	X(PROVIDER_UNREACHABLE, "provider-unreachable",                        \
	    "Your organisation's sign-in provider cannot be reached. Try "     \
	    "again later.")                                                    \
	X(PROVIDER_TLS, "provider-tls",                                        \
	    "The sign-in provider's certificate could not be trusted. Tell "   \
	    "your administrator.")                                             \
	X(PROVIDER_ERROR, "provider-error",                                    \
	    "Your organisation's sign-in provider answered with an error. "    \
	    "Try again later.")                                                \
	X(PROVIDER_MALFORMED, "provider-malformed",                            \
	    "The sign-in provider's answer could not be understood. Tell "     \
	    "your administrator.")                                             \
	X(PROVIDER_REFUSED, "provider-refused",                                \
	    "The sign-in provider does not accept this host. Tell your "       \
	    "administrator.")                                                  \
	X(SERVICE_UNREACHABLE, "service-unreachable",                          \
	    "Your organisation's identity service cannot be reached. Try "     \
	    "again later.")                                                    \
	X(SERVICE_TLS, "service-tls",                                          \
	    "The identity service's certificate could not be trusted. Tell "   \
	    "your administrator.")                                             \
	X(SERVICE_ERROR, "service-error",                                      \
	    "Your organisation's identity service answered with an error. "    \
	    "Try again later.")                                                \
	X(SERVICE_MALFORMED, "service-malformed",                              \
	    "The identity service's answer could not be understood. Tell "     \
	    "your administrator.")                                             \
	X(SERVICE_REFUSED, "service-refused",                                  \
	    "Your organisation's identity service refused this sign-in. Ask "  \
	    "your administrator.")                                             \
	X(SERVICE_RATE_LIMITED, "service-rate-limited",                        \
	    "Your organisation's identity service is busy. Try again in a "    \
	    "few minutes.")                                                    \
	X(DIRECTORY_STALE, "directory-stale",                                  \
	    "This host has not heard from your organisation for too long. "    \
	    "Tell your administrator.")                                        \
	X(DIRECTORY_SHRUNK, "directory-shrunk",                                \
	    "Too many members vanished at once; the change is held until it "  \
	    "is confirmed.")                                                   \
	/* tokens */                                                           \
	X(TOKEN_MALFORMED, "token-malformed",                                  \
	    "The sign-in token could not be understood. Tell your "            \
	    "administrator.")                                                  \
	X(TOKEN_HEADER, "token-header",                                        \
	    "The sign-in token has a header that is not accepted. Tell your "  \
	    "administrator.")                                                  \
	X(TOKEN_ALGORITHM, "token-algorithm",                                  \
	    "The sign-in token uses an algorithm that is not accepted. Tell "  \
	    "your administrator.")                                             \
	X(TOKEN_KEY_UNKNOWN, "token-key-unknown",                              \
	    "The sign-in token was signed with an unknown key. Try again; if " \
	    "it stays, tell your administrator.")                              \
	X(TOKEN_KEY_UNFIT, "token-key-unfit",                                  \
	    "The key of the sign-in token is not acceptable. Tell your "       \
	    "administrator.")                                                  \
	X(TOKEN_SIGNATURE, "token-signature",                                  \
	    "The sign-in token's signature is wrong. Tell your "               \
	    "administrator.")                                                  \
	X(TOKEN_TYPE, "token-type",                                            \
	    "A token of another kind was given. Tell your administrator.")     \
	X(TOKEN_ISSUER, "token-issuer",                                        \
	    "The sign-in token comes from another issuer. Tell your "          \
	    "administrator.")                                                  \
	X(TOKEN_AUDIENCE, "token-audience",                                    \
	    "The sign-in token was made for another application. Tell your "   \
	    "administrator.")                                                  \
	X(TOKEN_EXPIRED, "token-expired",                                      \
	    "The sign-in token has expired. Connect again; if it stays, this " \
	    "host's clock may be wrong.")                                      \
	X(TOKEN_NOT_YET_VALID, "token-not-yet-valid",                          \
	    "The sign-in token is not valid yet: this host's clock may be "    \
	    "wrong. Tell your administrator.")                                 \
	X(TOKEN_STALE, "token-stale",                                          \
	    "The sign-in token is older than this sign-in. Connect again.")    \
	X(TOKEN_CLAIM, "token-claim",                                          \
	    "The sign-in token lacks something that is needed. Tell your "     \
	    "administrator.")                                                  \
	X(TOKEN_SUBJECT, "token-subject",                                      \
	    "Two answers named two different people. Tell your "               \
	    "administrator.")                                                  \
	X(TOKEN_ORGANIZATION, "token-organization",                            \
	    "You signed in to another organisation. Switch to this host's "    \
	    "organisation and connect again.")                                 \
	/* the device grant (RFC 8628) */                                      \
	X(GRANT_DECLINED, "grant-declined",                                    \
	    "The sign-in was declined in the browser. Connect again if that "  \
	    "was a mistake.")                                                  \
	X(GRANT_EXPIRED, "grant-expired",                                      \
	    "The code was not approved in time. Connect again to get a new "   \
	    "one.")                                                            \
	X(GRANT_LOST, "grant-lost",                                            \
	    "The sign-in was interrupted. Connect again.")                     \
	X(BUSY_MEMBER, "busy-member",                                          \
	    "A sign-in for you is already under way on this host. Finish it, " \
	    "or wait two minutes.")                                            \
	X(BUSY_SOURCE, "busy-source",                                          \
	    "Too many sign-ins are under way from your address. Wait two "     \
	    "minutes.")                                                        \
	X(BUSY_HOST, "busy-host",                                              \
	    "Too many sign-ins are under way on this host. Wait two minutes.") \
	/* who it is */                                                        \
	X(WRONG_PERSON, "wrong-person",                                        \
	    "You signed in as somebody else. Connect again and sign in with "  \
	    "your own account.")                                               \
	X(IDENTITY_UNBOUND, "identity-unbound",                                \
	    "Your account at the sign-in provider is not linked to a member. " \
	    "Ask your administrator.")                                         \
	X(MAIL_UNVERIFIED, "mail-unverified",                                  \
	    "Your mail address is not verified at the sign-in provider. "      \
	    "Verify it and connect again.")                                    \
	X(DOMAIN_NOT_ALLOWED, "domain-not-allowed",                            \
	    "Accounts of your mail domain may not log in to this host.")       \
	/* what they may do */                                                 \
	X(NOT_A_MEMBER, "not-a-member",                                        \
	    "You are not a member of this host's organisation.")               \
	X(LOCAL_USER, "local-user", "This is a local account of this host.")   \
	X(MEMBER_EXCLUDED, "member-excluded",                                  \
	    "Your account name cannot be used on this host. Ask your "         \
	    "administrator.")                                                  \
	X(MEMBER_PENDING, "member-pending",                                    \
	    "Your invitation is not accepted yet. Accept it in the "           \
	    "invitation mail, then connect again.")                            \
	X(MEMBER_DEACTIVATED, "member-deactivated",                            \
	    "Your account in the organisation is deactivated. Ask your "       \
	    "administrator.")                                                  \
	X(MEMBER_SUSPENDED, "member-suspended",                                \
	    "Your account in the organisation is suspended. Ask your "         \
	    "administrator.")                                                  \
	X(MEMBER_STATE_UNKNOWN, "member-state-unknown",                        \
	    "Your account is in a state that this host does not know. Ask "    \
	    "your administrator.")                                             \
	X(ROLE_NOT_ALLOWED, "role-not-allowed",                                \
	    "None of your roles may log in to this host. Ask your "            \
	    "administrator.")                                                  \
	X(ROLE_NOT_HELD, "role-not-held",                                      \
	    "This needs a role that you do not hold now. Ask your "            \
	    "administrator.")                                                  \
	X(ROLE_STALE, "role-stale",                                            \
	    "Your role could not be confirmed lately. Try again when the "     \
	    "organisation's service can be reached.")                          \
	X(SERVICE_NOT_LISTED, "service-not-listed",                            \
	    "Signing in with the browser is not offered by this program on "   \
	    "this host.")                                                      \
	/* the daemon and its socket */                                        \
	X(DAEMON_UNREACHABLE, "daemon-unreachable",                            \
	    "The sign-in service of this host is not running. Tell your "      \
	    "administrator.")                                                  \
	X(DAEMON_TIMEOUT, "daemon-timeout",                                    \
	    "The sign-in service of this host does not answer. Tell your "     \
	    "administrator.")                                                  \
	X(DAEMON_UNTRUSTED, "daemon-untrusted",                                \
	    "The sign-in service of this host is not the real one. Tell your " \
	    "administrator.")                                                  \
	X(DAEMON_MALFORMED, "daemon-malformed",                                \
	    "The sign-in service of this host gave a wrong answer. Tell your " \
	    "administrator.")                                                  \
	X(PEER_REFUSED, "peer-refused", "You may not ask that.")               \
	/* the snapshot */                                                     \
	X(SNAPSHOT_MISSING, "snapshot-missing",                                \
	    "This host has no list of members yet. Try again in a minute, or " \
	    "tell your administrator.")                                        \
	X(SNAPSHOT_INVALID, "snapshot-invalid",                                \
	    "This host's list of members is damaged. Tell your "               \
	    "administrator.")                                                  \
	X(SNAPSHOT_VERSION, "snapshot-version",                                \
	    "This host's list of members has an unknown version. Tell your "   \
	    "administrator.")                                                  \
	/* ids */                                                              \
	X(ID_OUT_OF_RANGE, "id-out-of-range",                                  \
	    "A member's number lies outside the range of this host. Tell "     \
	    "your administrator.")                                             \
	X(ID_TAKEN, "id-taken",                                                \
	    "A member's number is taken on this host. Tell your "              \
	    "administrator.")                                                  \
	X(ID_EXHAUSTED, "id-exhausted",                                        \
	    "This host has no free number for a member. Tell your "            \
	    "administrator.")                                                  \
	X(NAME_INVALID, "name-invalid",                                        \
	    "A name cannot be used on this host. Ask your administrator.")     \
	X(NAME_TAKEN, "name-taken",                                            \
	    "A name is already used on this host. Ask your administrator.")

#define ERR_ENUM(symbol, name, text) ERR_INDEX_##symbol,
enum err_index { ERR_INDEX_OK, ERR_LIST(ERR_ENUM) ERR_INDEX_COUNT };
#undef ERR_ENUM

#define ERR_VALUE(symbol, name, text) ERR_##symbol = -(int)ERR_INDEX_##symbol,
enum err { ERR_OK = 0, ERR_LIST(ERR_VALUE) ERR_LAST_ };
#undef ERR_VALUE

/* The stable name ("token-expired"); "ok" for 0, "internal" for a stranger. */
const char *err_name(int err);

/* The one line for a person; never NULL. */
const char *err_text(int err);

/*
 * The code of a name as read from the wire.  ERR_MALFORMED for an unknown
 * name: a stranger never turns into success.
 */
MUST_CHECK int err_from_name(const char *name, enum err *ret_err);
