/*
 * signon.c - the authentication phase: ask, show, wait, and believe nothing
 * but an exact yes.
 *
 * Owns the mark on the handle that pam_setcred() asks for.  The daemon polls
 * the provider while the person reads; a failing conversation closes the
 * connection, which ends the sign-in there too.
 */
#include "pam_module/signon.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/err.h"
#include "pam_module/ask.h"
#include "pam_module/converse.h"
#include "pam_module/request.h"

#define MARK "orglogin_signed_in"
/* A daemon that never decides must not hold a program for ever. */
#define ROUNDS_MAX 128
/* WAITs until a code is there: a slow provider gets 24 s. */
#define CODE_ROUNDS 10
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

/* WAITs until the answer is not PENDING, at most rounds times. */
static int
wait_rounds(struct client *client, const struct proto_wait *wait, int rounds,
    struct client_reply *reply)
{
	int fault = 0;

	reply->type = PROTO_PENDING;
	for (int i = 0; i < rounds && fault == 0; i++) {
		fault =
		    ask_exchange(client, PROTO_WAIT, wait, &ASK_WAIT, reply);
		if (reply->type != PROTO_PENDING)
			break;
	}
	return fault;
}

/*
 * Shows the prompt in reply until the daemon has decided; the last reply is
 * left in reply, or a fault in ret_fault.  Returns how the conversation went.
 */
static int
prompt_until_decided(pam_handle_t *pamh, struct client *client,
    struct client_reply *reply, int *ret_fault)
{
	struct proto_wait wait = {.wait_ms = ASK_WAIT_MS};
	int code;

	memcpy(wait.handle, reply->u.prompt.handle, sizeof(wait.handle));
	code = converse_prompt(pamh, reply->u.prompt.text);
	for (int i = 0; i < ROUNDS_MAX && code == PAM_SUCCESS; i++) {
		int fault = wait_rounds(client, &wait, ENTER_ROUNDS, reply);

		if (fault != 0 || reply->type != PROTO_PENDING) {
			*ret_fault = fault;
			return PAM_SUCCESS;
		}
		code = converse_prompt(pamh, AGAIN);
	}
	*ret_fault = ERR_GRANT_EXPIRED;
	return code;
}

/* Brings the daemon's decision into reply, or a fault into ret_fault. */
static int
sign_in(
    const struct request *request, struct client_reply *reply, int *ret_fault)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct proto_signin signin = {.max_age_s = request->options.max_age_s};
	const struct proto_wait unnamed = {.wait_ms = ASK_WAIT_MS};
	int fault;

	/* No longer than its field: it is a member's. */
	memcpy(signin.user, request->user,
	    strnlen(request->user, sizeof(signin.user) - 1));
	memcpy(signin.roles, request->options.roles, sizeof(signin.roles));
	ask_context(request->call->pamh, &signin.context);
	fault = ask_open(&client, request->call->places, &ASK_SIGNIN);
	if (fault == 0)
		fault = ask_exchange(
		    &client, PROTO_SIGNIN, &signin, &ASK_SIGNIN, reply);
	if (fault == 0 && reply->type == PROTO_PENDING)
		fault = wait_rounds(&client, &unnamed, CODE_ROUNDS, reply);
	if (fault == 0 && reply->type == PROTO_PENDING)
		fault = ERR_TIMED_OUT;
	*ret_fault = fault;
	if (fault != 0 || reply->type != PROTO_PROMPT)
		return PAM_SUCCESS;
	return prompt_until_decided(
	    request->call->pamh, &client, reply, ret_fault);
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
