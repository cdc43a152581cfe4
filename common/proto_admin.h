/*
 * proto_admin.h - the messages between orgloginctl and the daemon; the rest of
 * the wire is in proto.h.
 */
#pragma once

#include <stdint.h>

#include "common/name.h"
#include "common/proto.h"

#define PROTO_IDS_SIZE 12288   /* whole lines of an id map */
#define PROTO_TOKEN_SIZE 11265 /* a token, or the lines that hold it */
#define PROTO_AUDIT_TEXT_SIZE 256
#define PROTO_ORGANIZATION_SIZE (NAME_ID_MAX + 1)

struct proto_explain {
	char user[NAME_MAIL_MAX +
	    1]; /* name; for root also mail address or id */
	char role[NAME_ROLE_MAX + 1]; /* "": OrganizationAdmin is not assumed */
};

struct proto_sync {
	uint8_t full;
	uint8_t accept_shrink;
};

/* The next lines of a map; each request is answered by DONE. */
struct proto_ids_import {
	uint8_t first; /* begins anew */
	uint8_t last;  /* after these: check it all, and let it stand */
	char lines[PROTO_IDS_SIZE];
};

struct proto_token {
	char organization[PROTO_ORGANIZATION_SIZE]; /* "": the active one */
	uint8_t headers; /* the lines of a call, not the bare token */
};

struct proto_switch_org {
	char organization[PROTO_ORGANIZATION_SIZE];
};

struct proto_logout {
	char user[PROTO_NAME_SIZE];
};

/* Answered by DONE: "ok", or why they must, with the name of whose it was. */
struct proto_leaver {
	uint32_t uid;
};

struct proto_invite {
	char mail[NAME_MAIL_MAX + 1];
	char role[NAME_ROLE_MAX + 1];
};

struct proto_resend {
	char name[NAME_MAIL_MAX + 1]; /* user name, mail address or id */
};

struct proto_vault {
	uint8_t take; /* the keys as they are given now, and seal anew */
};

struct proto_vault_reply {
	char state[PROTO_REASON_SIZE]; /* "ok", or why there is no key */
	char taken[PROTO_REASON_SIZE]; /* "ok", or why the keys stay; "" */
	char fault[PROTO_REASON_SIZE]; /* "ok", or why it does not go on */
	uint8_t credential;            /* the key is one, not the file */
	uint8_t running;               /* some rows were not looked at yet */
	uint64_t resealed;             /* rows, since it began */
	uint64_t lost;                 /* rows that open with no key */
};

struct proto_audit {
	char user[PROTO_NAME_SIZE]; /* about whom; "" for root: about all */
	uint32_t count;             /* at most so many, the last ones */
};

/* A secret: wiped by both ends. */
struct proto_token_reply {
	char organization[PROTO_ORGANIZATION_SIZE];
	int64_t expires_s;           /* wall time; 0: unknown */
	char text[PROTO_TOKEN_SIZE]; /* the token, or whole lines */
};

struct proto_status_reply {
	char version[32];
	char organization[PROTO_LINE_SIZE];
	char provider[PROTO_LINE_SIZE];         /* see the manual */
	char provider_state[PROTO_REASON_SIZE]; /* "ok", "unknown", a reason */
	char service[PROTO_LINE_SIZE];          /* its URL, or "" */
	char service_state[PROTO_REASON_SIZE];
	char directory_state[PROTO_REASON_SIZE]; /* of the last sync */
	char vault_state[PROTO_REASON_SIZE]; /* "ok", or why it has no key */
	char problem[PROTO_LINE_SIZE]; /* what the administrator must mend */
	uint32_t members;              /* known, of any state */
	uint32_t published;            /* in the snapshot */
	uint32_t excluded;             /* left out, each with its reason */
	uint64_t generation;           /* of the snapshot; 0: none */
	int64_t confirmed_s; /* seconds since the last good sync; -1: never */
	int64_t next_sync_s; /* seconds until the next; -1: none planned */
	uint32_t signins;    /* under way now */
	uint64_t started_s;  /* wall time of the daemon's start */
	char audit_state[PROTO_REASON_SIZE]; /* "ok", or why records are lost */
	uint64_t audit_lost; /* records that are not where they belong */
};

struct proto_member {
	char user[PROTO_NAME_SIZE]; /* "" when the name cannot be used */
	char id[NAME_ID_MAX + 1];
	char mail[NAME_MAIL_MAX + 1];
	char state[32];
	char excluded[PROTO_REASON_SIZE]; /* "" or why it is not published */
	char roles[PROTO_LIST_SIZE];
	uint32_t uid; /* 0: none */
};

struct proto_explain_reply {
	struct proto_member member;
	char reason[PROTO_REASON_SIZE]; /* "ok", or why there is none */
	char taken[PROTO_LINE_SIZE];    /* whose the wanted name is, or "" */
	char groups[PROTO_LIST_SIZE];   /* organisation groups: "name(gid)" */
	char local_groups[PROTO_LIST_SIZE];
	char login[PROTO_REASON_SIZE]; /* "ok" or why not, by the same code */
	char login_text[PROTO_LINE_SIZE];
	char role[PROTO_REASON_SIZE]; /* the asked role: "ok", why not, or "" */
	char role_text[PROTO_LINE_SIZE];
	/* What the last ID Token told of roles, where those count. */
	char claimed[PROTO_LIST_SIZE];
	char claimed_reason[PROTO_REASON_SIZE]; /* "ok", why not, or "" */
	int64_t claimed_s;                      /* its age; -1: none */
	int64_t proof_s;     /* age of the last proof on this host; -1: none */
	int64_t confirmed_s; /* age of what is known about the member */
};

struct proto_progress {
	uint32_t done;
	uint32_t total; /* 0: not known */
};

struct proto_ids_row {
	char kind[16];                      /* "user" or "group" */
	char key[NAME_ID_MAX + 1];          /* a member's id, a group's name */
	char organization[PROTO_LINE_SIZE]; /* "": this one */
	uint32_t number;
	char name[PROTO_NAME_SIZE]; /* "" while it has none */
	char home[PROTO_NAME_SIZE]; /* the name in the path of the home */
	uint8_t live;               /* 0: a tombstone */
	int64_t created_s;          /* wall time */
};

struct proto_ids_finding {
	uint8_t fatal;                  /* must be mended */
	char reason[PROTO_REASON_SIZE]; /* a name of err.h */
	uint32_t number;                /* 0: of no number */
	char key[NAME_ID_MAX + 1];      /* whom it is about, or "" */
	char text[PROTO_LINE_SIZE];
	char remedy[PROTO_LINE_SIZE];
};

struct proto_ids_lines {
	char lines[PROTO_IDS_SIZE];
};

/* Texts are as they came from outside. */
struct proto_audit_row {
	uint64_t number; /* since the daemon's start */
	int64_t time_s;  /* wall time */
	char kind[PROTO_REASON_SIZE];
	char reason[PROTO_REASON_SIZE]; /* "ok": allowed, or done */
	uint32_t uid;                   /* of the member; 0: not known */
	uint32_t caller_uid;
	char user[PROTO_AUDIT_TEXT_SIZE]; /* "" where nothing is known */
	char member_id[PROTO_AUDIT_TEXT_SIZE];
	char service[PROTO_SERVICE_SIZE];
	char tty[PROTO_TTY_SIZE];
	char rhost[PROTO_RHOST_SIZE];
	char role[PROTO_AUDIT_TEXT_SIZE];
	char factor[PROTO_AUDIT_TEXT_SIZE];
	char object[PROTO_AUDIT_TEXT_SIZE];
	char request[PROTO_AUDIT_TEXT_SIZE];
};
