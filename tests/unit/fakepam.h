/*
 * fakepam.h - libpam as a script, for tests of single phases.
 *
 * Programs that link this wrap the functions of libpam listed in
 * FAKEPAM_WRAPS of pam_module/local.mk; no PAM file is read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#define FAKEPAM_SHOWN_MAX 24
#define FAKEPAM_TEXT_MAX 4200

struct fakepam {
	/* what the program gives; NULL: the item is not set */
	const char *user;
	const char *service;
	const char *tty;
	const char *rhost;
	const char *ruser;
	const char *methods; /* SSH_AUTH_INFO_0 */
	/* how calls end; PAM_SUCCESS unless a test says otherwise */
	int get_user_code;
	int set_data_code;
	int prompt_code;
	int prompts_before_failure; /* prompts that work before prompt_code */
	bool answerless;            /* a prompt succeeds without an answer */
	const char *const *answers; /* typed, one after another; then "typed" */
	size_t answer_count;
	/* asked before each call; true makes it fail; may be NULL */
	bool (*fails)(void);
	/* what was seen */
	struct {
		int style;
		char text[FAKEPAM_TEXT_MAX];
	} shown[FAKEPAM_SHOWN_MAX];
	size_t shown_count;
	char log[4096]; /* lines */
	int log_priority;
	/* pam_set_data() */
	char data_name[64];
	void *data;
	void (*data_cleanup)(pam_handle_t *pamh, void *data, int status);
};

void fakepam_init(struct fakepam *pam, const char *user, const char *service);
/* Runs the cleanup of the data, as pam_end() does. */
void fakepam_done(struct fakepam *pam);
pam_handle_t *fakepam_handle(struct fakepam *pam);
