/*
 * exchange.h - what one connection has under way, and the answers about it.
 *
 * Shared by requests.c (the table) and the files that answer (answer_*.c).
 */
#pragma once

#include "common/attrs.h"
#include "common/proto.h"
#include "front/requests.h"
#include "front/session.h"

struct exchange {
	struct exchange *next;
	struct requests *requests;
	const struct requests_parts *parts;
	struct session *session;
	bool decides; /* the request under way may be answered by an ALLOW */
	/* SIGNIN and WAIT */
	uint64_t signin;                /* 0: none under way */
	char handle[PROTO_HANDLE_SIZE]; /* "" until the prompt was given */
	struct proto_prompt *prompt;    /* came while nobody asked; else NULL */
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	bool asked; /* a SIGNIN or WAIT waits for its reply */
	bool decided;
	int reason;
	struct loop_timer *wait_timer;
	/* SYNC */
	uint64_t sync;
	/* MEMBERS: the next one to send; SIZE_MAX when none is listed */
	size_t member;
};

/* Each answers, or arranges to; a fault ends the connection. */
typedef int exchange_fn(struct exchange *x, const void *message);

exchange_fn answer_signin;
exchange_fn answer_wait;
exchange_fn answer_account;
exchange_fn answer_session;
exchange_fn answer_status;
exchange_fn answer_explain;
exchange_fn answer_whoami;
exchange_fn answer_members;
exchange_fn answer_sync;

/* MEMBERS goes on. */
void answer_more_members(struct exchange *x);
/* WAIT was held long enough. */
void answer_wait_over(struct exchange *x);
/* Ends what is under way; nothing is called back afterwards. */
void exchange_cancel(struct exchange *x);

/* One verdict reply; reason 0 allows. Logs the decision. */
int exchange_verdict(struct exchange *x, const char *phase, const char *user,
    const struct proto_context *context, int reason);
