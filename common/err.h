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
 * X(symbol, name).  The name is lower case, digits and dashes, and is what
 * stands on the wire: the number never does.  The text of each is in err.c.
 */
#define ERR_LIST(X)                                     \
	/* the machine */                               \
	X(NO_MEMORY, "no-memory")                       \
	X(IO, "io")                                     \
	X(NO_SPACE, "no-space")                         \
	X(NOT_FOUND, "not-found")                       \
	X(EXISTS, "exists")                             \
	X(INVALID_ARGUMENT, "invalid-argument")         \
	X(MALFORMED, "malformed")                       \
	X(TOO_LARGE, "too-large")                       \
	X(UNSUPPORTED, "unsupported")                   \
	X(TIMED_OUT, "timed-out")                       \
	X(CANCELLED, "cancelled")                       \
	X(INTERNAL, "internal")                         \
	X(INSECURE_FILE, "insecure-file")               \
	X(CONFIG_INVALID, "config-invalid")             \
	X(NOT_CONFIGURED, "not-configured")             \
	X(STATE_DAMAGED, "state-damaged")               \
	/* what comes from outside: JSON */             \
	X(JSON_SYNTAX, "json-syntax")                   \
	X(JSON_DUPLICATE, "json-duplicate")             \
	X(JSON_DEPTH, "json-depth")                     \
	X(JSON_TYPE, "json-type")                       \
	/* the provider and the service */              \
	X(PROVIDER_UNREACHABLE, "provider-unreachable") \
	X(PROVIDER_TLS, "provider-tls")                 \
	X(PROVIDER_ERROR, "provider-error")             \
	X(PROVIDER_MALFORMED, "provider-malformed")     \
	X(PROVIDER_REFUSED, "provider-refused")         \
	X(PROVIDER_POLICY, "provider-policy")           \
	X(SERVICE_UNREACHABLE, "service-unreachable")   \
	X(SERVICE_TLS, "service-tls")                   \
	X(SERVICE_ERROR, "service-error")               \
	X(SERVICE_MALFORMED, "service-malformed")       \
	X(SERVICE_REFUSED, "service-refused")           \
	X(SERVICE_RATE_LIMITED, "service-rate-limited") \
	X(SERVICE_MFA, "service-mfa-required")          \
	X(MFA_WRONG, "mfa-code-wrong")                  \
	X(PIN_WRONG, "pin-wrong")                       \
	X(PIN_WEAK, "pin-weak")                         \
	X(PIN_MISSING, "pin-not-set")                   \
	X(TOTP_MISSING, "totp-not-enrolled")            \
	X(TRY_LATER, "try-later")                       \
	X(FACTOR_LOCKED, "factor-locked")               \
	X(ATTEMPTS_FULL, "attempts-full")               \
	X(OFFLINE_TOO_LONG, "offline-too-long")         \
	X(CLOCK_SET_BACK, "clock-set-back")             \
	X(PASSWORD_WRONG, "password-wrong")             \
	X(PASSWORD_FORBIDDEN, "password-forbidden")     \
	X(DIRECTORY_STALE, "directory-stale")           \
	X(DIRECTORY_SHRUNK, "directory-shrunk")         \
	/* tokens */                                    \
	X(TOKEN_MALFORMED, "token-malformed")           \
	X(TOKEN_HEADER, "token-header")                 \
	X(TOKEN_ALGORITHM, "token-algorithm")           \
	X(TOKEN_KEY_UNKNOWN, "token-key-unknown")       \
	X(TOKEN_KEY_UNFIT, "token-key-unfit")           \
	X(TOKEN_SIGNATURE, "token-signature")           \
	X(TOKEN_SECRET, "token-secret")                 \
	X(TOKEN_TYPE, "token-type")                     \
	X(TOKEN_ISSUER, "token-issuer")                 \
	X(TOKEN_AUDIENCE, "token-audience")             \
	X(TOKEN_EXPIRED, "token-expired")               \
	X(TOKEN_NOT_YET_VALID, "token-not-yet-valid")   \
	X(TOKEN_STALE, "token-stale")                   \
	X(TOKEN_CLAIM, "token-claim")                   \
	X(TOKEN_SUBJECT, "token-subject")               \
	X(TOKEN_ORGANIZATION, "token-organization")     \
	/* the device grant (RFC 8628) */               \
	X(GRANT_DECLINED, "grant-declined")             \
	X(GRANT_EXPIRED, "grant-expired")               \
	X(GRANT_LOST, "grant-lost")                     \
	X(PASTE_WRONG, "paste-wrong")                   \
	X(ANSWER_UNKNOWN, "answer-unknown")             \
	X(NO_TOKEN, "no-token")                         \
	X(BUSY_MEMBER, "busy-member")                   \
	X(BUSY_SOURCE, "busy-source")                   \
	X(BUSY_HOST, "busy-host")                       \
	/* who it is */                                 \
	X(WRONG_PERSON, "wrong-person")                 \
	X(IDENTITY_UNBOUND, "identity-unbound")         \
	X(MAIL_UNVERIFIED, "mail-unverified")           \
	X(DOMAIN_NOT_ALLOWED, "domain-not-allowed")     \
	X(ACCOUNT_FOREIGN, "account-foreign")           \
	X(ACCOUNT_DISABLED, "account-disabled")         \
	X(GROUPS_OVERAGE, "groups-overage")             \
	/* what they may do */                          \
	X(NOT_A_MEMBER, "not-a-member")                 \
	X(LOCAL_USER, "local-user")                     \
	X(MEMBER_EXCLUDED, "member-excluded")           \
	X(MEMBER_PENDING, "member-pending")             \
	X(MEMBER_DEACTIVATED, "member-deactivated")     \
	X(MEMBER_SUSPENDED, "member-suspended")         \
	X(MEMBER_STATE_UNKNOWN, "member-state-unknown") \
	X(ROLE_NOT_ALLOWED, "role-not-allowed")         \
	X(ROLE_NOT_HELD, "role-not-held")               \
	X(ROLE_STALE, "role-stale")                     \
	X(SERVICE_NOT_LISTED, "service-not-listed")     \
	X(GROUP_DENIED, "group-denied")                 \
	/* the daemon and its socket */                 \
	X(DAEMON_UNREACHABLE, "daemon-unreachable")     \
	X(DAEMON_TIMEOUT, "daemon-timeout")             \
	X(DAEMON_UNTRUSTED, "daemon-untrusted")         \
	X(DAEMON_MALFORMED, "daemon-malformed")         \
	X(PEER_REFUSED, "peer-refused")                 \
	X(PROOF_NEEDED, "proof-needed")                 \
	X(VAULT_KEY, "vault-key")                       \
	/* the snapshot */                              \
	X(SNAPSHOT_MISSING, "snapshot-missing")         \
	X(SNAPSHOT_INVALID, "snapshot-invalid")         \
	X(SNAPSHOT_VERSION, "snapshot-version")         \
	/* ids */                                       \
	X(ID_OUT_OF_RANGE, "id-out-of-range")           \
	X(ID_TAKEN, "id-taken")                         \
	X(ID_EXHAUSTED, "id-exhausted")                 \
	X(NAME_INVALID, "name-invalid")                 \
	X(NAME_TAKEN, "name-taken")                     \
	X(NAME_PRIVILEGED, "name-privileged")

#define ERR_ENUM(symbol, name) ERR_INDEX_##symbol,
enum err_index { ERR_INDEX_OK, ERR_LIST(ERR_ENUM) ERR_INDEX_COUNT };
#undef ERR_ENUM

#define ERR_VALUE(symbol, name) ERR_##symbol = -(int)ERR_INDEX_##symbol,
enum err { ERR_OK = 0, ERR_LIST(ERR_VALUE) ERR_LAST_ };
#undef ERR_VALUE

/* The stable name ("token-expired"); "ok" for 0, "internal" for a stranger. */
const char *err_name(int err);

/* The one line for a person: ASCII, at most 200 bytes; never NULL. */
const char *err_text(int err);

/*
 * The code of a name as read from the wire.  ERR_MALFORMED for an unknown
 * name: a stranger never turns into success.
 */
MUST_CHECK int err_from_name(const char *name, enum err *ret_err);
