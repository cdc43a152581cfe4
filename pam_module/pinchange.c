/*
 * pinchange.c - passwd(1) for members: the PIN of this host.
 *
 * Asks for the PIN until now where the member has not signed in lately, then
 * twice for the new one.  What is typed goes to the daemon, which decides, and
 * is wiped here.  Promises to leave local users and strangers alone in both
 * passes, before anything else is looked at.
 */
#include "pam_module/pinchange.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"
#include "pam_module/ask.h"
#include "pam_module/converse.h"

static void
wipe_set(struct proto_pin_set *set)
{
	secret_wipe(set, sizeof(*set));
}

static int
refuse(const struct request *request, int reason, const char *text)
{
	converse_log(request->call->pamh, LOG_NOTICE, "PIN not set",
	    request->user, err_name(reason));
	converse_refuse(request->call->pamh, text);
	return PAM_AUTHTOK_ERR;
}

/* One request; 0, or the reason why the wanted reply did not come. */
static int
exchange(const struct request *request, enum proto_type type,
    const void *message, enum proto_type wanted, struct client_reply *reply)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	int reason = ask_open(&client, request->call->places, &ASK_PIN);

	if (reason == 0)
		reason = ask_exchange(&client, type, message, &ASK_PIN, reply);
	if (reason != 0 || reply->type == wanted)
		return reason;
	reason = outcome_reason(reply);
	return reason == 0 ? ERR_DAEMON_MALFORMED : reason;
}

/* The daemon's own sentence where it has one. */
static const char *
sentence(int reason, const struct client_reply *reply)
{
	return reply->type == PROTO_VERDICT && reply->u.verdict.text[0] != '\0'
	    ? reply->u.verdict.text
	    : err_text(reason);
}

/* Whether a PIN can be set, and the one until now must be typed. */
static int
look(const struct request *request, bool *ret_asks_old)
{
	ASK_REPLY_AUTO struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_factors factors = {.user = ""};
	bool there;
	int reason;

	memcpy(factors.user, request->user,
	    strnlen(request->user, sizeof(factors.user) - 1));
	reason = exchange(
	    request, PROTO_FACTORS, &factors, PROTO_FACTORS_REPLY, &reply);
	if (reason != 0)
		return refuse(request, reason, sentence(reason, &reply));
	there = strcmp(reply.u.factors.pin, err_name(ERR_OK)) == 0;
	if (reply.u.factors.recent != 1 && !there)
		return refuse(
		    request, ERR_PROOF_NEEDED, err_text(ERR_PROOF_NEEDED));
	*ret_asks_old = reply.u.factors.recent != 1;
	return PAM_SUCCESS;
}

static int
ask_new(const struct request *request, char pin[PROTO_ANSWER_SIZE])
{
	pam_handle_t *pamh = request->call->pamh;
	char again[PROTO_ANSWER_SIZE] = "";
	int code = converse_ask(
	    pamh, "New login PIN: ", false, pin, PROTO_ANSWER_SIZE);

	if (code == PAM_SUCCESS)
		code = converse_ask(
		    pamh, "New login PIN again: ", false, again, sizeof(again));
	if (code == PAM_SUCCESS && strcmp(pin, again) != 0)
		code = refuse(
		    request, ERR_MALFORMED, "The two were not the same.");
	secret_wipe(again, sizeof(again));
	return code;
}

static int
set(const struct request *request, bool asks_old)
{
	CLEANUP(wipe_set) struct proto_pin_set message = {.user = ""};
	ASK_REPLY_AUTO struct client_reply reply = {.type = PROTO_PENDING};
	int code = PAM_SUCCESS;
	int reason;

	memcpy(message.user, request->user,
	    strnlen(request->user, sizeof(message.user) - 1));
	ask_context(request->call->pamh, &message.context);
	if (asks_old)
		code = converse_ask(request->call->pamh,
		    "Current login PIN: ", false, message.old,
		    sizeof(message.old));
	if (code == PAM_SUCCESS)
		code = ask_new(request, message.pin);
	if (code != PAM_SUCCESS)
		return code;
	reason = exchange(request, PROTO_PIN_SET, &message, PROTO_DONE, &reply);
	if (reason != 0)
		return refuse(request, reason, sentence(reason, &reply));
	converse_log(request->call->pamh, LOG_INFO, "PIN set", request->user,
	    err_name(0));
	return PAM_SUCCESS;
}

int
pinchange(const struct request_call *call)
{
	struct request request;
	bool asks_old = true;
	int code = request_init_ours(&request, call);

	if (code != PAM_SUCCESS)
		return code;
	if (request.who == WHO_UNKNOWN)
		return refuse(
		    &request, request.reason, err_text(request.reason));
	if (getuid() == 0)
		return refuse(&request, ERR_PEER_REFUSED,
		    "Only the member sets a PIN. orgloginctl pin remove takes "
		    "one away.");
	code = look(&request, &asks_old);
	if (code != PAM_SUCCESS || (call->flags & PAM_PRELIM_CHECK) != 0)
		return code;
	return set(&request, asks_old);
}
