/*
 * pam_orglogin.c - the six functions that libpam calls.
 *
 * Owns the fixed places and nothing else; each phase is a function elsewhere.
 */
#include <security/pam_modules.h>

#include "common/attrs.h"
#include "common/paths.h"
#include "pam_module/account.h"
#include "pam_module/pinchange.h"
#include "pam_module/signon.h"

static const struct places places = {
    .passwd = PATH_PASSWD,
    .snapshot = PATH_SNAPSHOT,
    .socket = PATH_SOCKET,
};

static struct request_call
make_call(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return (struct request_call){.pamh = pamh,
	    .places = &places,
	    .flags = flags,
	    .argc = argc,
	    .argv = argv};
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return signon_authenticate(&call);
}

EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return signon_setcred(&call);
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return account_check(&call);
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return account_session(&call, true);
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return account_session(&call, false);
}

EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct request_call call = make_call(pamh, flags, argc, argv);

	return pinchange(&call);
}
