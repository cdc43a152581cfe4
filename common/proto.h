/*
 * proto.h - the wire between the modules, the CLI and the daemon; this header
 * and proto_admin.h are the specification, orglogin-protocol(7) is its prose.
 *
 * A stream socket carries frames: u32 length of what follows, u16 version,
 * u16 type, then the fields of that message in the order of its struct, little
 * endian; a string is a u32 length and its bytes without NUL.  A frame is at
 * most PROTO_FRAME_MAX bytes.  One request at a time on a connection; each is
 * answered by exactly one reply, except that SYNC, MEMBERS, IDS_* and AUDIT may
 * be answered by any number of frames before the last one.  The connection is
 * closed at a frame with another version, an unknown type, a missing or an
 * extra byte, a string that is too long or holds a NUL, a flag other than 0 or
 * 1, a number that is no verdict or no kind of question, or a PROMPT, VERDICT
 * or DONE whose strings could disturb a terminal (common/text.h).
 *
 * Nothing a client sends is proof of anything: the daemon knows the peer's uid
 * from the socket and decides by the table in front/requests.c who may ask
 * what.  All strings that go to a person are made by the daemon, hold no
 * control byte but newline, and are valid UTF-8.
 * Encoding and decoding are pure; decoding writes *ret_message only on success.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "common/name.h"

#define PROTO_VERSION 2
#define PROTO_FRAME_MAX 16384
#define PROTO_HEADER_BYTES 8
#define PROTO_HANDLE_SIZE 33 /* 32 hex digits: 128 random bits */
#define PROTO_TEXT_SIZE 4096
#define PROTO_LINE_SIZE 512
#define PROTO_LIST_SIZE 2048 /* entries parted by '\n' */
#define PROTO_SERVICE_SIZE 64
#define PROTO_TTY_SIZE 64
#define PROTO_RHOST_SIZE 256
#define PROTO_REASON_SIZE 48
#define PROTO_ANSWER_SIZE 1024
#define PROTO_QUESTIONS_MAX 16 /* PROMPTs of one sign-in */
#define PROTO_NAME_SIZE (NAME_USER_MAX + 1)

enum proto_type {
	/* requests */
	PROTO_SIGNIN = 1, /* begin a sign-in of a member (auth phase) */
	PROTO_WAIT,       /* for the prompt or the verdict of the sign-in */
	PROTO_ACCOUNT,    /* may this member go on (account phase) */
	PROTO_SESSION,    /* a session was opened or closed */
	PROTO_STATUS,
	PROTO_EXPLAIN,
	PROTO_MEMBERS,
	PROTO_SYNC,
	PROTO_WHOAMI,
	PROTO_IDS_LIST,
	PROTO_IDS_CHECK,
	PROTO_IDS_EXPORT,
	PROTO_IDS_IMPORT, /* some lines of a map, one request after another */
	PROTO_ANSWER,     /* what the person typed at a PROMPT */
	PROTO_TOKEN,      /* a token for the organisation's services */
	PROTO_SWITCH_ORG, /* work in another organisation */
	PROTO_LOGOUT,     /* forget a sign-in */
	PROTO_INVITE,     /* somebody to the organisation */
	PROTO_RESEND,     /* an invitation, once more */
	PROTO_VAULT,      /* how it is kept; takes another key */
	PROTO_AUDIT,      /* the last records */
	PROTO_FACTORS,    /* which local factors a member has */
	PROTO_TOTP_ENROLL,
	PROTO_TOTP_CONFIRM, /* a code of what was offered */
	PROTO_TOTP_REMOVE,
	PROTO_PIN_SET,
	PROTO_PIN_REMOVE,
	PROTO_LEAVER, /* must the sessions of this number end */
	/* replies */
	PROTO_PROMPT = 64, /* to SIGNIN, WAIT, ANSWER: show this */
	PROTO_PENDING,     /* to the same: nothing yet, WAIT */
	PROTO_VERDICT,     /* to the same and ACCOUNT; and any refusal */
	PROTO_DONE,        /* to SESSION, SYNC, MEMBERS, IDS_* */
	PROTO_STATUS_REPLY,
	PROTO_EXPLAIN_REPLY, /* to EXPLAIN and WHOAMI */
	PROTO_MEMBER,        /* one of many, to MEMBERS */
	PROTO_PROGRESS,      /* one of many, to SYNC */
	PROTO_IDS_ROW,       /* one of many, to IDS_LIST */
	PROTO_IDS_FINDING,   /* one of many, to IDS_CHECK */
	PROTO_IDS_LINES,     /* one of many, to IDS_EXPORT */
	PROTO_TOKEN_REPLY,
	PROTO_VAULT_REPLY,
	PROTO_AUDIT_ROW, /* one of many, to AUDIT */
	PROTO_FACTORS_REPLY,
	PROTO_TOTP_OFFER, /* to TOTP_ENROLL */
};

/*
 * A verdict is one of these two exactly; every other number is malformed.
 * They are far apart so that a flipped bit never turns one into the other.
 */
enum proto_verdict {
	PROTO_DENY = 0,
	PROTO_ALLOW = 0x5a3cc3a5,
};

/* How a PROMPT is shown, and what is done with what the person types. */
enum proto_ask {
	PROTO_ASK_APPROVAL = 1, /* with echo; Enter says "I am done": WAIT */
	PROTO_ASK_TEXT,         /* with echo; the text is the ANSWER */
	PROTO_ASK_SECRET,       /* without echo, likewise */
};

/* Who asks, from where; what PAM knows. None of it is proof. */
struct proto_context {
	char service[PROTO_SERVICE_SIZE]; /* PAM_SERVICE */
	char tty[PROTO_TTY_SIZE];         /* PAM_TTY or "" */
	char rhost[PROTO_RHOST_SIZE];     /* PAM_RHOST or "" */
	uint32_t caller_uid; /* the real uid of the asking process */
};

struct proto_signin {
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	char roles[PROTO_LIST_SIZE]; /* require_role, one of these; or "" */
	int64_t max_age_s; /* max_age of the module line; -1: the daemon's */
	uint8_t by_key;    /* 1: sshd has already seen the user's key */
};

struct proto_wait {
	char handle[PROTO_HANDLE_SIZE]; /* of the last PROMPT; "": none came */
	uint32_t wait_ms; /* at most 2500; how long the reply may be held */
};

/* Once for each PROMPT of PROTO_ASK_TEXT or _SECRET.  A secret: wiped by both
 * ends as soon as it was sent or read. */
struct proto_answer {
	char handle[PROTO_HANDLE_SIZE];
	char text[PROTO_ANSWER_SIZE];
};

struct proto_account {
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	char roles[PROTO_LIST_SIZE];
};

struct proto_session {
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	uint8_t opened; /* 1: opened, 0: closed */
};

struct proto_prompt {
	char handle[PROTO_HANDLE_SIZE];
	char text[PROTO_TEXT_SIZE]; /* the whole prompt */
	uint32_t lifetime_s;        /* after this the verdict is a refusal */
	uint32_t kind;              /* enum proto_ask */
};

struct proto_verdict_reply {
	uint32_t verdict;               /* enum proto_verdict */
	char reason[PROTO_REASON_SIZE]; /* a name of err.h; "ok" if allowed */
	char text[PROTO_LINE_SIZE]; /* one line for the person; "" if allowed */
};

struct proto_done {
	char reason[PROTO_REASON_SIZE]; /* "ok" or why not */
	char text[PROTO_LINE_SIZE];     /* one line for the administrator */
};

/* A frame's header, once PROTO_HEADER_BYTES have come. */
struct proto_header {
	uint32_t body_len; /* what follows the header */
	enum proto_type type;
};
/* ERR_MALFORMED: wrong version, unknown type, too long. */
MUST_CHECK int proto_decode_header(
    const uint8_t bytes[PROTO_HEADER_BYTES], struct proto_header *ret_header);

/* sizeof the struct of a type; 0 where it has no fields. */
size_t proto_size(enum proto_type type);
/*
 * message points to the struct of that type (NULL where the type has no
 * fields: STATUS, MEMBERS, WHOAMI, PENDING, IDS_LIST, IDS_CHECK, IDS_EXPORT).
 * Encoding appends one whole frame.
 */
MUST_CHECK int proto_encode(
    struct buf *out, enum proto_type type, const void *message);
/* size: what ret_message has room for; must be proto_size(type). */
MUST_CHECK int proto_decode(enum proto_type type, const uint8_t *body,
    size_t len, void *ret_message, size_t size);
