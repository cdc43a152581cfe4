/*
 * signon.c - the authentication phase: ask, show, answer, wait, and believe
 * nothing but an exact yes.
 *
 * Owns the mark on the handle that pam_setcred() asks for.  The daemon polls
 * the provider while the person reads; a failing conversation closes the
 * connection, which ends the sign-in there too.  What the person types goes to
 * the daemon and nowhere else.
 */
#include "pam_module/signon.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/err.h"
#include "common/secret.h"
#include "pam_module/ask.h"
#include "pam_module/converse.h"
#include "pam_module/request.h"

#define MARK "orglogin_signed_in"
/* A daemon that never decides must not hold a program for ever. */
#define ROUNDS_MAX 128
/* WAITs for the next step: a slow provider or service gets 24 s. */
#define SILENT_ROUNDS 10
/* WAITs after each Enter: longer than the usual pace of polling, so that who
 * approved first and pressed Enter then is not asked again. */
#define ENTER_ROUNDS 3
#define AGAIN "Not approved yet. Press Enter when you have signed in: "

static void
free_mark(pam_handle_t *pamh, void *data, int status)
{
	free(data);
}

static int
set_mark(pam_handle_t *pamh, const char *user)
{
	char *mark = strdup(user);

	if (mark == NULL)
		return PAM_BUF_ERR;
	if (pam_set_data(pamh, MARK, mark, free_mark) != PAM_SUCCESS) {
		free(mark);
		return PAM_BUF_ERR;
	}
	return PAM_SUCCESS;
}

static int
drop_mark(pam_handle_t *pamh)
{
	return pam_set_data(pamh, MARK, NULL, NULL) == PAM_SUCCESS
	    ? PAM_SUCCESS
	    : PAM_BUF_ERR;
}

static bool
has_mark(pam_handle_t *pamh, const char *user)
{
	const void *mark = NULL;

	return pam_get_data(pamh, MARK, &mark) == PAM_SUCCESS && mark != NULL &&
	    strcmp(mark, user) == 0;
}

/* A sign-in as it is spoken about: with the person, and with the daemon. */
struct talk {
	pam_handle_t *pamh;
	struct client client;
	struct client_reply *reply; /* the daemon's last */
};

/* WAITs until the answer is not PENDING, at most rounds times. */
static int
wait_rounds(struct talk *talk, const struct proto_wait *wait, int rounds)
{
	int fault = 0;

	talk->reply->type = PROTO_PENDING;
	for (int i = 0; i < rounds && fault == 0; i++) {
		fault = ask_exchange(
		    &talk->client, PROTO_WAIT, wait, &ASK_WAIT, talk->reply);
		if (talk->reply->type != PROTO_PENDING)
			break;
	}
	return fault;
}

/* After a PENDING: until something came, or nothing for too long. */
static int
wait_while_pending(struct talk *talk, const struct proto_wait *wait)
{
	int fault = 0;

	if (talk->reply->type == PROTO_PENDING)
		fault = wait_rounds(talk, wait, SILENT_ROUNDS);
	if (fault == 0 && talk->reply->type == PROTO_PENDING)
		fault = ERR_TIMED_OUT;
	return fault;
}

/* Shows the prompt in talk until something else than PENDING came.  Returns how
 * the conversation went, and writes a fault of the wire. */
static int
await_approval(struct talk *talk, int *ret_fault)
{
	struct proto_wait wait = {.wait_ms = ASK_WAIT_MS};
	int code;

	memcpy(wait.handle, talk->reply->u.prompt.handle, sizeof(wait.handle));
	code = converse_prompt(talk->pamh, talk->reply->u.prompt.text);
	for (int i = 0; i < ROUNDS_MAX && code == PAM_SUCCESS; i++) {
		int fault = wait_rounds(talk, &wait, ENTER_ROUNDS);

		if (fault != 0 || talk->reply->type != PROTO_PENDING) {
			*ret_fault = fault;
			return PAM_SUCCESS;
		}
		code = converse_prompt(talk->pamh, AGAIN);
	}
	*ret_fault = ERR_GRANT_EXPIRED;
	return code;
}

static void
wipe_answer(struct proto_answer *answer)
{
	secret_wipe(answer, sizeof(*answer));
}

/* Asks the question in talk and brings the answer to the daemon; otherwise as
 * await_approval(). */
static int
answer_question(struct talk *talk, bool echo, int *ret_fault)
{
	CLEANUP(wipe_answer) struct proto_answer answer = {.text = ""};
	struct proto_wait wait = {.wait_ms = ASK_WAIT_MS};
	int fault;
	int code = converse_ask(talk->pamh, talk->reply->u.prompt.text, echo,
	    answer.text, sizeof(answer.text));

	if (code != PAM_SUCCESS)
		return code;
	memcpy(
	    answer.handle, talk->reply->u.prompt.handle, sizeof(answer.handle));
	memcpy(wait.handle, answer.handle, sizeof(wait.handle));
	fault = ask_exchange(
	    &talk->client, PROTO_ANSWER, &answer, &ASK_WAIT, talk->reply);
	if (fault == 0)
		fault = wait_while_pending(talk, &wait);
	*ret_fault = fault;
	return PAM_SUCCESS;
}

static int
show_question(struct talk *talk, int *ret_fault)
{
	switch ((enum proto_ask)talk->reply->u.prompt.kind) {
	case PROTO_ASK_APPROVAL:
		return await_approval(talk, ret_fault);
	case PROTO_ASK_TEXT:
		return answer_question(talk, true, ret_fault);
	case PROTO_ASK_SECRET:
		return answer_question(talk, false, ret_fault);
	}
	*ret_fault = ERR_DAEMON_MALFORMED;
	return PAM_SUCCESS;
}

/*
 * Shows the prompts in talk, one after another, until the daemon has decided;
 * returns how the conversation went, and writes a fault of the wire.
 */
static int
converse_until_decided(struct talk *talk, int *ret_fault)
{
	char last[PROTO_HANDLE_SIZE] = "";
	int code = PAM_SUCCESS;
	int fault = 0;

	for (int i = 0; talk->reply->type == PROTO_PROMPT; i++) {
		const char *handle = talk->reply->u.prompt.handle;

		/* Each question has a handle of its own, and has an end. */
		if (i >= PROTO_QUESTIONS_MAX || strcmp(handle, last) == 0)
			fault = ERR_DAEMON_MALFORMED;
		memcpy(last, handle, sizeof(last));
		if (fault == 0)
			code = show_question(talk, &fault);
		if (fault != 0 || code != PAM_SUCCESS)
			break;
	}
	*ret_fault = fault;
	return code;
}

static void
close_talk(struct talk *talk)
{
	client_close(&talk->client);
}

/* Brings the daemon's decision into reply, or a fault into ret_fault. */
static int
sign_in(
    const struct request *request, struct client_reply *reply, int *ret_fault)
{
	CLEANUP(close_talk)
	struct talk talk = {
	    .pamh = request->call->pamh,
	    .client = CLIENT_NULL,
	    .reply = reply,
	};
	struct proto_signin signin = {.max_age_s = request->options.max_age_s};
	const struct proto_wait unnamed = {.wait_ms = ASK_WAIT_MS};
	int fault;

	/* No longer than its field: it is a member's. */
	memcpy(signin.user, request->user,
	    strnlen(request->user, sizeof(signin.user) - 1));
	memcpy(signin.roles, request->options.roles, sizeof(signin.roles));
	ask_context(talk.pamh, &signin.context);
	signin.by_key = ask_by_key(talk.pamh, &signin.context);
	fault = ask_open(&talk.client, request->call->places, &ASK_SIGNIN);
	if (fault == 0)
		fault = ask_exchange(
		    &talk.client, PROTO_SIGNIN, &signin, &ASK_SIGNIN, reply);
	if (fault == 0)
		fault = wait_while_pending(&talk, &unnamed);
	*ret_fault = fault;
	return fault == 0 ? converse_until_decided(&talk, ret_fault)
			  : PAM_SUCCESS;
}

static int
authenticate_member(const struct request *request)
{
	ASK_REPLY_AUTO struct client_reply reply = {.type = PROTO_PENDING};
	int reason = ERR_INTERNAL;
	int code = drop_mark(request->call->pamh);

	if (code == PAM_SUCCESS)
		code = sign_in(request, &reply, &reason);
	if (code != PAM_SUCCESS) {
		converse_log(request->call->pamh, LOG_NOTICE,
		    "sign-in abandoned", request->user,
		    err_name(ERR_CANCELLED));
		return code;
	}
	if (reason == 0)
		reason = outcome_reason(&reply);
	if (reason != 0)
		return request_refuse(request, OUTCOME_AUTH, reason, &reply);
	code = set_mark(request->call->pamh, request->user);
	if (code == PAM_SUCCESS)
		converse_log(request->call->pamh, LOG_INFO, "sign-in allowed",
		    request->user, err_name(0));
	return code;
}

/* What a failed pam_get_user() means; never a code that others may ignore. */
static int
nameless(int code)
{
	if (code == PAM_BUF_ERR || code == PAM_CONV_ERR)
		return code;
	return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : PAM_SERVICE_ERR;
}

int
signon_authenticate(const struct request_call *call)
{
	struct request request;
	const char *user = NULL;
	int code = pam_get_user(call->pamh, &user, NULL);

	if (code != PAM_SUCCESS || user == NULL)
		return nameless(code);
	request_init(&request, call, user);
	if (request.who == WHO_LOCAL)
		return PAM_USER_UNKNOWN;
	code = request_options(&request);
	if (code != PAM_SUCCESS)
		return code;
	switch (request.who) {
	case WHO_LOCAL:
	case WHO_STRANGER:
		return PAM_USER_UNKNOWN;
	case WHO_MEMBER:
		return authenticate_member(&request);
	case WHO_UNKNOWN:
		break;
	}
	return request_refuse(&request, OUTCOME_AUTH, request.reason, NULL);
}

int
signon_setcred(const struct request_call *call)
{
	struct request request;
	int code = request_init_ours(&request, call);

	if (code == PAM_SUCCESS)
		code = request_options(&request);
	if (code != PAM_SUCCESS)
		return code;
	if (!has_mark(call->pamh, request.user))
		return PAM_CRED_UNAVAIL;
	return (call->flags & PAM_DELETE_CRED) != 0 ? drop_mark(call->pamh)
						    : PAM_SUCCESS;
}
