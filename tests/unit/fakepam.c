/*
 * fakepam.c - stands in for libpam: gives the items it was told, and keeps
 * what was shown, logged and stored.
 */
#include "tests/unit/fakepam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_ext.h>

#include <cmocka.h>

int __wrap_pam_get_user(
    pam_handle_t *pamh, const char **user, const char *prompt);
int __wrap_pam_get_item(const pam_handle_t *pamh, int item, const void **value);
const char *__wrap_pam_getenv(pam_handle_t *pamh, const char *name);
int __wrap_pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int));
int __wrap_pam_get_data(
    const pam_handle_t *pamh, const char *name, const void **data);
int __wrap_pam_prompt(pam_handle_t *pamh, int style, char **response,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void __wrap_pam_syslog(const pam_handle_t *pamh, int priority,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static struct fakepam *
fake_of(const pam_handle_t *pamh)
{
	return (struct fakepam *)(uintptr_t)pamh;
}

static bool
fails(const pam_handle_t *pamh)
{
	return fake_of(pamh)->fails != NULL && fake_of(pamh)->fails();
}

pam_handle_t *
fakepam_handle(struct fakepam *pam)
{
	return (pam_handle_t *)pam;
}

void
fakepam_init(struct fakepam *pam, const char *user, const char *service)
{
	*pam = (struct fakepam){.user = user,
	    .service = service,
	    .prompt_code = PAM_CONV_ERR,
	    .prompts_before_failure = FAKEPAM_SHOWN_MAX};
}

void
fakepam_done(struct fakepam *pam)
{
	if (pam->data != NULL && pam->data_cleanup != NULL)
		pam->data_cleanup(fakepam_handle(pam), pam->data, 0);
	pam->data = NULL;
}

int
__wrap_pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	if (fails(pamh))
		return PAM_SYSTEM_ERR;
	*user = fake_of(pamh)->user;
	return fake_of(pamh)->get_user_code;
}

int
__wrap_pam_get_item(const pam_handle_t *pamh, int item, const void **value)
{
	const struct fakepam *pam = fake_of(pamh);

	if (fails(pamh))
		return PAM_SYSTEM_ERR;
	if (item == PAM_USER)
		*value = pam->user;
	else if (item == PAM_SERVICE)
		*value = pam->service;
	else if (item == PAM_TTY)
		*value = pam->tty;
	else if (item == PAM_RHOST)
		*value = pam->rhost;
	else if (item == PAM_RUSER)
		*value = pam->ruser;
	else
		fail_msg("unexpected item %d", item);
	return PAM_SUCCESS;
}

const char *
__wrap_pam_getenv(pam_handle_t *pamh, const char *name)
{
	assert_string_equal(name, "SSH_AUTH_INFO_0");
	return fails(pamh) ? NULL : fake_of(pamh)->methods;
}

int
__wrap_pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int))
{
	struct fakepam *pam = fake_of(pamh);

	if (fails(pamh))
		return PAM_SYSTEM_ERR;
	if (pam->set_data_code != PAM_SUCCESS)
		return pam->set_data_code;
	fakepam_done(pam);
	(void)snprintf(pam->data_name, sizeof(pam->data_name), "%s", name);
	pam->data = data;
	pam->data_cleanup = cleanup;
	return PAM_SUCCESS;
}

int
__wrap_pam_get_data(
    const pam_handle_t *pamh, const char *name, const void **data)
{
	const struct fakepam *pam = fake_of(pamh);

	if (fails(pamh) || strcmp(pam->data_name, name) != 0)
		return PAM_NO_MODULE_DATA;
	*data = pam->data;
	return PAM_SUCCESS;
}

int
__wrap_pam_prompt(
    pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
	struct fakepam *pam = fake_of(pamh);
	size_t at = pam->shown_count < FAKEPAM_SHOWN_MAX
	    ? pam->shown_count
	    : FAKEPAM_SHOWN_MAX - 1;
	va_list args;

	if (fails(pamh))
		return PAM_SYSTEM_ERR;
	pam->shown_count++;
	pam->shown[at].style = style;
	va_start(args, format);
	(void)vsnprintf(pam->shown[at].text, FAKEPAM_TEXT_MAX, format, args);
	va_end(args);
	if (style == PAM_ERROR_MSG)
		return PAM_SUCCESS;
	assert_non_null(response);
	if (pam->prompts_before_failure-- <= 0)
		return pam->prompt_code;
	if (pam->answerless)
		*response = NULL;
	else if (at < pam->answer_count)
		*response = strdup(pam->answers[at]);
	else
		*response = strdup("typed");
	return PAM_SUCCESS;
}

void
__wrap_pam_syslog(
    const pam_handle_t *pamh, int priority, const char *format, ...)
{
	struct fakepam *pam = fake_of(pamh);
	size_t len = strlen(pam->log);
	va_list args;

	pam->log_priority = priority;
	va_start(args, format);
	(void)vsnprintf(pam->log + len, sizeof(pam->log) - len, format, args);
	va_end(args);
	len = strlen(pam->log);
	(void)snprintf(pam->log + len, sizeof(pam->log) - len, "\n");
}
