/*
 * audit.h - one record for each decision and for each thing done to a
 * member's account, as orglogin-audit(7) describes it.
 *
 * To the journal, or to stderr where that is not the journal; to a file of JSON
 * lines if one is wanted; the last ones stay in memory.  Never waits and never
 * fails towards its caller: what could not be written is counted.  Every text
 * is cut and escaped here, so that callers give what they have; but never give
 * it a secret.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "common/attrs.h"
#include "common/proto.h"

#define AUDIT_KEPT 1000
#define AUDIT_TEXT_MAX 255 /* bytes of any text of a record */

/*
 * X(symbol, name, MESSAGE_ID).  Each kind has its MESSAGE_ID for ever; what is
 * not used any more is not given anew.
 */
#define AUDIT_LIST(X)                                                         \
	/* may this person come in (auth), may this member go on (account) */ \
	X(AUTH, "auth", "20b2698a31223c4127feae6001ce5da8")                   \
	X(ACCOUNT, "account", "dfe797621ccded08feeeb690d96d9581")             \
	X(SESSION_OPENED, "session-opened",                                   \
	    "09e364d5a7c63ba1c6ccabce5db52818")                               \
	X(SESSION_CLOSED, "session-closed",                                   \
	    "e6b4799a64ae95b06712b90a2bb69f22")                               \
	/* what a member, or an administrator for them, did */                \
	X(TOTP_ENROLLED, "totp-enrolled", "1b288d77575930a2c58d4504459a1246") \
	X(TOTP_REMOVED, "totp-removed", "301a2681adac296448a5e802215071d7")   \
	X(PIN_SET, "pin-set", "924d501ba327abd5f3e4492cb1529755")             \
	X(PIN_REMOVED, "pin-removed", "d7897677ada000c0a0ff87e850ae4f19")     \
	X(UNLOCKED, "unlocked", "9c1a65bb83d0d379a428445cdc5c088a")           \
	X(TOKEN_GIVEN, "token-given", "c98f0aef24bdbc7d2284c2e4d217f21a")     \
	X(ORGANIZATION_SWITCHED, "organization-switched",                     \
	    "7c47d3a1efd66b32edf5147325f9619e")                               \
	X(LOGGED_OUT, "logged-out", "cc1807c412164dcd4b68941c1f0af3c9")       \
	X(INVITED, "invited", "97f2edf338ab659a128d61a7bea7a342")             \
	/* what the daemon or the administrator did */                        \
	X(REVOKED, "revoked", "6a474c50145b601d686a3dc173ad97e8")             \
	X(SESSIONS_ENDED, "sessions-ended",                                   \
	    "b4a9371c60b767deda93e2b3a6c2588f")                               \
	X(VAULT_ROTATED, "vault-rotated", "3f4d9533fd01cca6c50977cc563a39e7") \
	X(REQUEST_REFUSED, "request-refused",                                 \
	    "bb5ea794c13491372a12246d812d7526")

#define AUDIT_ENUM(symbol, name, message_id) AUDIT_##symbol,
enum audit_kind { AUDIT_LIST(AUDIT_ENUM) AUDIT_KIND_COUNT };
#undef AUDIT_ENUM

const char *audit_kind_name(enum audit_kind kind);

/* What is not known stays NULL or 0. All borrowed during the call. */
struct audit_record {
	enum audit_kind kind;
	int reason; /* 0: allowed, or done */
	/* whom it is about */
	const char *user;
	const char *member_id;
	uint32_t uid;
	/* who asked: by the socket, or as root's process says */
	uint32_t caller_uid;
	const struct proto_context *context; /* its caller_uid is not read */
	const char *role;                    /* asked for, parted by '\n' */
	const char *factor;  /* what was to prove it: "pin", ... */
	const char *object;  /* an organisation, whom an invitation is for */
	const char *request; /* the process that asked: joins a sign-in's */
};

/* One that is kept: every text is "" where it is not known. */
struct audit_entry {
	uint64_t number; /* from 1, since the daemon's start */
	struct wall_time time;
	enum audit_kind kind;
	int reason;
	uint32_t uid;
	uint32_t caller_uid;
	const char *user;
	const char *member_id;
	const char *service;
	const char *tty;
	const char *rhost;
	const char *role;
	const char *factor;
	const char *object;
	const char *request;
};

struct audit;

struct audit_options {
	const char *journal; /* its socket; NULL: lines on stderr */
	const char *file;    /* NULL: none */
	bool denied_only;    /* of the account phase */
};

/* Copies the options. */
MUST_CHECK int audit_new(const struct clock *clock,
    const struct audit_options *options, struct audit **ret_audit);
/* Accepts NULL. */
void audit_free(struct audit *audit);

/* audit NULL: nobody keeps records, as in a test. */
void audit_write(struct audit *audit, const struct audit_record *record);

/* The kept one of that number; NULL: gone, or not there yet. Borrowed until the
 * next write. */
const struct audit_entry *audit_get(const struct audit *audit, uint64_t number);
/* The number of the last one; 0: none. */
uint64_t audit_last(const struct audit *audit);
/* 0, or why the last record is not in the file. */
int audit_state(const struct audit *audit);
/* How often a record did not reach the journal or the file. */
uint64_t audit_lost(const struct audit *audit);
