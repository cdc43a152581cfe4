/*
 * request.c - the common beginning and the common refusal of all phases.
 *
 * The order matters: whose name it is comes before the arguments, so that a
 * typing error in a PAM file does not lock local users out.
 */
#include "pam_module/request.h"

#include <stddef.h>
#include <syslog.h>

#include "common/err.h"
#include "pam_module/converse.h"

void
request_init(
    struct request *request, const struct request_call *call, const char *user)
{
	const void *service = NULL;

	*request = (struct request){.call = call, .user = user, .service = ""};
	if (pam_get_item(call->pamh, PAM_SERVICE, &service) == PAM_SUCCESS &&
	    service != NULL)
		request->service = service;
	request->who = who_is(call->places, user, &request->reason);
}

int
request_init_quiet(struct request *request, const struct request_call *call)
{
	const void *user = NULL;

	if (pam_get_item(call->pamh, PAM_USER, &user) != PAM_SUCCESS ||
	    user == NULL)
		return PAM_SERVICE_ERR;
	request_init(request, call, user);
	return PAM_SUCCESS;
}

int
request_init_ours(struct request *request, const struct request_call *call)
{
	int code = request_init_quiet(request, call);

	if (code == PAM_SUCCESS &&
	    (request->who == WHO_LOCAL || request->who == WHO_STRANGER))
		return PAM_IGNORE;
	return code;
}

int
request_options(struct request *request)
{
	const struct request_call *call = request->call;
	const char *offender = "";

	if (options_parse(
		call->argc, call->argv, &request->options, &offender) == 0)
		return PAM_SUCCESS;
	converse_log_argument(call->pamh, offender);
	return PAM_SERVICE_ERR;
}

int
request_refuse(const struct request *request, enum outcome_phase phase,
    int reason, const struct client_reply *reply)
{
	const char *text = err_text(reason);
	int code = outcome_code(reason, phase, request->service);

	if (reply != NULL && reply->type == PROTO_VERDICT &&
	    outcome_reason(reply) == reason && reply->u.verdict.text[0] != '\0')
		text = reply->u.verdict.text;
	converse_log(request->call->pamh,
	    code == PAM_AUTHINFO_UNAVAIL ? LOG_ERR : LOG_NOTICE,
	    phase == OUTCOME_AUTH ? "sign-in refused" : "account refused",
	    request->user, err_name(reason));
	converse_refuse(request->call->pamh, text);
	return code;
}
