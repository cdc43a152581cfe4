/*
 * exchange.h - what one connection has under way, and the answers about it.
 *
 * Shared by requests.c (the table) and the files that answer (answer_*.c).
 */
#pragma once

#include "common/attrs.h"
#include "common/proto_admin.h"
#include "common/proto_factors.h"
#include "front/requests.h"
#include "front/session.h"
#include "services/audit.h"

struct exchange;
typedef void exchange_more_fn(struct exchange *x);

struct exchange {
	struct exchange *next;
	struct requests *requests;
	const struct requests_parts *parts;
	struct session *session;
	char process[16]; /* id of who connected; "": not known */
	bool decides; /* the request under way may be answered by an ALLOW */
	/* SIGNIN and WAIT */
	uint64_t signin;                /* 0: none under way */
	char handle[PROTO_HANDLE_SIZE]; /* of the last PROMPT; "": none given */
	bool questioned;                /* it wants an ANSWER, and had none */
	struct proto_prompt *prompt;    /* came while nobody asked; else NULL */
	char user[PROTO_NAME_SIZE];
	char role[AUDIT_TEXT_MAX + 1]; /* asked for; for the record only */
	struct proto_context context;
	bool asked; /* a SIGNIN, WAIT or ANSWER waits for its reply */
	bool decided;
	int reason;
	const char *factor; /* static; NULL: not known */
	struct loop_timer *wait_timer;
	/* SYNC */
	uint64_t sync;
	/* MEMBERS: the next one to send; SIZE_MAX when none is listed */
	size_t member;
	/* IDS_LIST, IDS_CHECK, IDS_EXPORT: NULL when nothing is told */
	exchange_more_fn *more_ids;
	struct idcheck ids; /* where it stands */
	bool ids_fatal;     /* something must be mended */
	uint32_t ids_done;
	bool carries; /* IDS_IMPORT: the one under way is ours */
	/* AUDIT: the numbers of the next record and of the last one to send; 0
	 * when none is told */
	uint64_t record;
	uint64_t record_last;
	/* TOKEN, SWITCH_ORG, INVITE, RESEND */
	uint64_t errand; /* at the wallet; 0: none */
	bool headers;    /* wanted instead of the bare token */
	struct invitation *invitation;
	uint64_t ask; /* at the service; 0: none */
	/* PIN_SET */
	uint64_t pin_work; /* 0: none */
	struct pin_change *pin_change;
};

/* Each answers, or arranges to; a fault ends the connection. */
typedef int exchange_fn(struct exchange *x, const void *message);

exchange_fn answer_signin;
exchange_fn answer_wait;
exchange_fn answer_answer;
exchange_fn answer_account;
exchange_fn answer_session;
exchange_fn answer_status;
exchange_fn answer_explain;
exchange_fn answer_whoami;
exchange_fn answer_members;
exchange_fn answer_sync;
exchange_fn answer_ids_list;
exchange_fn answer_ids_check;
exchange_fn answer_ids_export;
exchange_fn answer_ids_import;
exchange_fn answer_token;
exchange_fn answer_switch_org;
exchange_fn answer_logout;
exchange_fn answer_invite;
exchange_fn answer_resend;
exchange_fn answer_factors;
exchange_fn answer_totp_enroll;
exchange_fn answer_totp_confirm;
exchange_fn answer_totp_remove;
exchange_fn answer_pin_set;
exchange_fn answer_pin_remove;
exchange_fn answer_vault;
exchange_fn answer_audit;
exchange_fn answer_leaver;

/* MEMBERS goes on. */
void answer_more_members(struct exchange *x);
/* So does what is told of the id map. */
void answer_more_ids(struct exchange *x);
void answer_end_ids(struct exchange *x);
/* So do the records. */
void answer_more_audit(struct exchange *x);
void answer_end_token(struct exchange *x);
void answer_end_factors(struct exchange *x);
/* WAIT was held long enough. */
void answer_wait_over(struct exchange *x);
/* Ends what is under way; nothing is called back afterwards. */
void exchange_cancel(struct exchange *x);

/* Writes the record of what was decided or done, with who asked, and who the
 * member is: the one of record's user, or where that is NULL who asked. */
void exchange_audit(struct exchange *x, const struct audit_record *record);
/* One verdict reply, and its record, which says why; reason 0 allows. */
int exchange_verdict(struct exchange *x, const struct audit_record *record);
/* Why what was asked for is not done, in this sentence; no record. */
int exchange_refuse(struct exchange *x, int reason, const char *text);
