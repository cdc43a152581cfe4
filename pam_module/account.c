/*
 * account.c - the account phase: the gate of every kind of login, keys, cron
 * jobs and live sudo tickets included; beside it the phases that only follow.
 *
 * Promises never to prompt.  A refusal is shown even where the program asks
 * for silence: sudo always does, and its user would not learn why.
 */
#include "pam_module/account.h"

#include <string.h>
#include <syslog.h>

#include "common/err.h"
#include "pam_module/ask.h"
#include "pam_module/converse.h"
#include "pam_module/request.h"

static int
judge_member(const struct request *request)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	ASK_REPLY_AUTO struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_account account = {.user = ""};
	int reason;

	memcpy(account.user, request->user,
	    strnlen(request->user, sizeof(account.user) - 1));
	memcpy(account.roles, request->options.roles, sizeof(account.roles));
	ask_context(request->call->pamh, &account.context);
	reason = ask_open(&client, request->call->places, &ASK_ACCOUNT);
	if (reason == 0)
		reason = ask_exchange(
		    &client, PROTO_ACCOUNT, &account, &ASK_ACCOUNT, &reply);
	if (reason == 0)
		reason = outcome_reason(&reply);
	if (reason != 0)
		return request_refuse(request, OUTCOME_ACCOUNT, reason, &reply);
	if (request->options.debug)
		converse_log(request->call->pamh, LOG_DEBUG, "account allowed",
		    request->user, err_name(0));
	return PAM_SUCCESS;
}

/* A removed member with an open session is a stranger who still carries her
 * groups and her sudo ticket: a role gate does not let strangers by. */
static int
judge_stranger(const struct request *request)
{
	if (request->options.roles[0] == '\0')
		return PAM_IGNORE;
	return request_refuse(request, OUTCOME_ACCOUNT, ERR_NOT_A_MEMBER, NULL);
}

/* For everyone but local users. */
static int
judge(const struct request *request)
{
	switch (request->who) {
	case WHO_LOCAL:
		return PAM_IGNORE;
	case WHO_STRANGER:
		return judge_stranger(request);
	case WHO_MEMBER:
		return judge_member(request);
	case WHO_UNKNOWN:
		break;
	}
	return request_refuse(request, OUTCOME_ACCOUNT, request->reason, NULL);
}

/* su asks PAM about the account it switches to. */
static bool
is_switch(const struct request *request)
{
	return strcmp(request->service, "su") == 0 ||
	    strcmp(request->service, "su-l") == 0;
}

/* The role gate of su: the one who calls must hold the role.  A caller whom
 * nobody can name, such as a removed member, is a stranger. */
static int
judge_caller(const struct request_call *call)
{
	struct request caller;
	const void *name = NULL;
	int code;

	if (pam_get_item(call->pamh, PAM_RUSER, &name) != PAM_SUCCESS ||
	    name == NULL)
		name = "";
	request_init(&caller, call, name);
	if (caller.who == WHO_LOCAL)
		return PAM_SUCCESS;
	code = request_options(&caller);
	if (code != PAM_SUCCESS || caller.options.roles[0] == '\0')
		return code;
	return judge(&caller);
}

int
account_check(const struct request_call *call)
{
	struct request request;
	int code = request_init_quiet(&request, call);

	if (code == PAM_SUCCESS && is_switch(&request))
		code = judge_caller(call);
	if (code != PAM_SUCCESS)
		return code;
	if (request.who == WHO_LOCAL)
		return PAM_IGNORE;
	code = request_options(&request);
	if (code != PAM_SUCCESS)
		return code;
	if (is_switch(&request))
		request.options.roles[0] = '\0';
	return judge(&request);
}

int
account_session(const struct request_call *call, bool opened)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	ASK_REPLY_AUTO struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_session session = {.opened = opened};
	struct request request;

	if (request_init_quiet(&request, call) != PAM_SUCCESS ||
	    request.who != WHO_MEMBER)
		return PAM_IGNORE;
	memcpy(session.user, request.user,
	    strnlen(request.user, sizeof(session.user) - 1));
	ask_context(call->pamh, &session.context);
	if (ask_open(&client, call->places, &ASK_SESSION) != 0 ||
	    ask_exchange(
		&client, PROTO_SESSION, &session, &ASK_SESSION, &reply) != 0)
		converse_log(call->pamh, LOG_WARNING, "session not recorded",
		    request.user, err_name(ERR_DAEMON_UNREACHABLE));
	return PAM_SUCCESS;
}
