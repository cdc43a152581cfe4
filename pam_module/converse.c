/*
 * converse.c - the only place that speaks to the person or to the log.
 *
 * Promises that a text reaches the program as data, never as a format, that
 * what the person types is wiped, and that no byte from outside reaches the
 * log as it came.
 */
#include "pam_module/converse.h"

#include <syslog.h>

#include <security/pam_ext.h>

#include "common/secret.h"
#include "common/text.h"

/* One prompt; *ret_answer is the caller's to wipe and free. */
static int
prompt(pam_handle_t *pamh, int style, const char *text, char **ret_answer)
{
	int code = pam_prompt(pamh, style, ret_answer, "%s", text);

	if (code == PAM_BUF_ERR)
		return PAM_BUF_ERR;
	if (code != PAM_SUCCESS || *ret_answer == NULL)
		return PAM_CONV_ERR;
	return PAM_SUCCESS;
}

int
converse_prompt(pam_handle_t *pamh, const char *text)
{
	CLEANUP(secret_string_cleanup) char *answer = NULL;

	return prompt(pamh, PAM_PROMPT_ECHO_ON, text, &answer);
}

int
converse_ask(
    pam_handle_t *pamh, const char *text, bool echo, char *out, size_t out_size)
{
	CLEANUP(secret_string_cleanup) char *answer = NULL;
	int code = prompt(pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF,
	    text, &answer);

	out[0] = '\0';
	if (code == PAM_SUCCESS)
		(void)!text_copy(out, out_size, answer);
	return code;
}

void
converse_refuse(pam_handle_t *pamh, const char *text)
{
	(void)pam_prompt(pamh, PAM_ERROR_MSG, NULL, "%s", text);
}

/* An item of the handle, escaped; "" where there is none. */
static const char *
escaped_item(pam_handle_t *pamh, int item, char *out, size_t out_size)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
		value = "";
	return text_escape(value, out, out_size);
}

void
converse_log(pam_handle_t *pamh, int priority, const char *what,
    const char *user, const char *reason)
{
	char name[128];
	char service[128];
	char rhost[256];

	pam_syslog(pamh, priority, "%s: user=%s service=%s rhost=%s reason=%s",
	    what, text_escape(user, name, sizeof(name)),
	    escaped_item(pamh, PAM_SERVICE, service, sizeof(service)),
	    escaped_item(pamh, PAM_RHOST, rhost, sizeof(rhost)), reason);
}

void
converse_log_argument(pam_handle_t *pamh, const char *argument)
{
	char escaped[128];

	pam_syslog(pamh, LOG_ERR,
	    "refusing everyone but local users: argument=%s is not understood",
	    text_escape(argument, escaped, sizeof(escaped)));
}
