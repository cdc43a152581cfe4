/*
 * answer_pam.c - the answers to the PAM module: sign-in, account, session.
 *
 * The only file whose replies allow anything.  An allowing verdict is written
 * in one place, from a reason that is 0, and the decision is recorded there
 * with who asked and why.
 */
#include "front/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

#define WAIT_MAX_MS 2500
/* Whoever takes longer is told as pending, not as a dead daemon. */
#define HOLD_MS 1500

int
exchange_verdict(struct exchange *x, const struct audit_record *record)
{
	struct proto_verdict_reply reply = {.verdict = PROTO_DENY};
	struct audit_record decided = *record;
	int reason = record->reason;

	if (reason == ERR_OK && !x->decides)
		reason = ERR_INTERNAL;
	(void)text_cut(reply.reason, sizeof(reply.reason), err_name(reason));
	if (reason == ERR_OK)
		reply.verdict = PROTO_ALLOW;
	else
		(void)text_cut(
		    reply.text, sizeof(reply.text), err_text(reason));
	decided.reason = reason;
	exchange_audit(x, &decided);
	return session_reply(x->session, PROTO_VERDICT, &reply, true);
}

/* Gives the verdict of the sign-in to whoever waits for it now. */
static void
give_verdict(struct exchange *x)
{
	x->asked = false;
	x->decided = false;
	loop_timer_stop(x->wait_timer);
	(void)exchange_verdict(x,
	    &(struct audit_record){.kind = AUDIT_AUTH,
		.reason = x->reason,
		.user = x->user,
		.context = &x->context,
		.role = x->role,
		.factor = x->factor});
}

/* Gives the prompt; from now on a WAIT or ANSWER must name its handle. */
static void
give_prompt(struct exchange *x, const struct proto_prompt *prompt)
{
	memcpy(x->handle, prompt->handle, sizeof(x->handle));
	x->questioned = prompt->kind != PROTO_ASK_APPROVAL;
	x->asked = false;
	loop_timer_stop(x->wait_timer);
	(void)session_reply(x->session, PROTO_PROMPT, prompt, true);
}

/* Keeps it for the next WAIT; one that nobody fetched is over. */
static void
keep_prompt(struct exchange *x, const struct proto_prompt *prompt)
{
	free(TAKE(x->prompt));
	x->prompt = malloc(sizeof(*x->prompt));
	if (x->prompt != NULL) {
		*x->prompt = *prompt;
		return;
	}
	signins_cancel(x->parts->signins, x->signin);
	x->signin = 0;
	x->decided = true;
	x->reason = ERR_NO_MEMORY;
}

static void
on_signin(void *arg, const struct signin_news *news)
{
	struct exchange *x = arg;

	switch (news->event) {
	case SIGNIN_SHOW:
		if (x->asked)
			give_prompt(x, news->prompt);
		else
			keep_prompt(x, news->prompt);
		return;
	case SIGNIN_DECIDED:
		x->signin = 0;
		x->decided = true;
		x->reason = news->reason;
		x->factor = news->factor;
		if (x->asked)
			give_verdict(x);
		return;
	}
}

int
answer_signin(struct exchange *x, const void *message)
{
	struct proto_signin request = *(const struct proto_signin *)message;

	if (x->signin != 0 || x->decided)
		return ERR_MALFORMED;
	/* Only root speaks for another process than its own, and of keys. */
	if (session_uid(x->session) != 0) {
		request.context.caller_uid = session_uid(x->session);
		request.by_key = 0;
	}
	memcpy(x->user, request.user, sizeof(x->user));
	x->context = request.context;
	(void)text_cut(x->role, sizeof(x->role), request.roles);
	memset(x->handle, 0, sizeof(x->handle));
	x->questioned = false;
	x->factor = NULL;
	x->asked = true;
	loop_timer_start(x->wait_timer, HOLD_MS);
	return signins_begin(
	    x->parts->signins, &request, on_signin, x, &x->signin);
}

int
answer_wait(struct exchange *x, const void *message)
{
	const struct proto_wait *request = message;
	struct proto_prompt *prompt = TAKE(x->prompt);

	if (!secret_equal(x->handle, request->handle, PROTO_HANDLE_SIZE)) {
		free(prompt);
		return ERR_MALFORMED;
	}
	if (prompt != NULL && !x->decided) {
		give_prompt(x, prompt);
		free(prompt);
		return ERR_OK;
	}
	free(prompt);
	if (x->decided) {
		give_verdict(x);
		return ERR_OK;
	}
	if (x->signin == 0)
		return ERR_MALFORMED;
	x->asked = true;
	loop_timer_start(x->wait_timer,
	    request->wait_ms < WAIT_MAX_MS ? request->wait_ms : WAIT_MAX_MS);
	return ERR_OK;
}

int
answer_answer(struct exchange *x, const void *message)
{
	const struct proto_answer *answer = message;
	int r = ERR_OK;

	if (!x->questioned ||
	    !secret_equal(x->handle, answer->handle, PROTO_HANDLE_SIZE))
		return ERR_MALFORMED;
	x->questioned = false;
	/* Its time may be over meanwhile. */
	if (x->decided) {
		give_verdict(x);
		return ERR_OK;
	}
	r = signins_answer(x->parts->signins, x->signin, answer->text);
	if (r != 0)
		return r;
	x->asked = true;
	loop_timer_start(x->wait_timer, HOLD_MS);
	return ERR_OK;
}

void
answer_wait_over(struct exchange *x)
{
	if (!x->asked)
		return;
	x->asked = false;
	(void)session_reply(x->session, PROTO_PENDING, NULL, true);
}

int
answer_account(struct exchange *x, const void *message)
{
	const struct proto_account *request = message;
	int r =
	    standing_account(x->parts->standing, request->user, request->roles);

	return exchange_verdict(x,
	    &(struct audit_record){.kind = AUDIT_ACCOUNT,
		.reason = r,
		.user = request->user,
		.context = &request->context,
		.role = request->roles});
}

int
answer_session(struct exchange *x, const void *message)
{
	const struct proto_session *request = message;

	exchange_audit(x,
	    &(struct audit_record){.kind = request->opened == 1
		    ? AUDIT_SESSION_OPENED
		    : AUDIT_SESSION_CLOSED,
		.user = request->user,
		.context = &request->context});
	return session_reply(
	    x->session, PROTO_DONE, &(struct proto_done){.reason = "ok"}, true);
}
