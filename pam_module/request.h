/*
 * request.h - what every phase knows about the call it serves.
 */
#pragma once

#include <security/pam_modules.h>

#include "common/attrs.h"
#include "common/client.h"
#include "pam_module/options.h"
#include "pam_module/outcome.h"
#include "pam_module/who.h"

/* One call of an entry point. */
struct request_call {
	pam_handle_t *pamh;
	const struct places *places;
	int flags;
	int argc;
	const char **argv;
};

struct request {
	const struct request_call *call;
	const char *user;    /* borrowed from the handle */
	const char *service; /* likewise; "" if there is none */
	enum who who;
	int reason; /* why WHO_UNKNOWN */
	struct options options;
};

/* Borrows both; user is from pam_get_user() or the handle. */
void request_init(
    struct request *request, const struct request_call *call, const char *user);

/* The same for the phases that may not prompt. PAM_SUCCESS or a hard error. */
MUST_CHECK int request_init_quiet(
    struct request *request, const struct request_call *call);

/* The same where strangers are left alone like local users: PAM_IGNORE for
 * both, PAM_SUCCESS for WHO_MEMBER and WHO_UNKNOWN, or a hard error. */
MUST_CHECK int request_init_ours(
    struct request *request, const struct request_call *call);

/* PAM_SUCCESS, or PAM_SERVICE_ERR with the offender in the log. */
MUST_CHECK int request_options(struct request *request);

/* Tells the person and the log why not; returns what PAM is told. reply: the
 * daemon's, whose text is preferred, or NULL. */
MUST_CHECK int request_refuse(const struct request *request,
    enum outcome_phase phase, int reason, const struct client_reply *reply);
