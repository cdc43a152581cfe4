/*
 * ask.h - asking the daemon on behalf of a PAM handle, within fixed times.
 */
#pragma once

#include <stdbool.h>

#include <security/pam_modules.h>

#include "common/attrs.h"
#include "common/client.h"
#include "pam_module/who.h"

/* How long an exchange may take in each of its parts. */
struct ask_times {
	int open_ms;
	int send_ms;
	int reply_ms;
};

/* The sums are what a person waits for a daemon that hangs: 3 s at a sign-in
 * and at each Enter, 2 s in the account phase, 0.5 s around a session. */
#define ASK_SIGNIN ((struct ask_times){250, 250, 2400})
#define ASK_WAIT ((struct ask_times){0, 200, 2750})
#define ASK_ACCOUNT ((struct ask_times){200, 200, 1500})
#define ASK_SESSION ((struct ask_times){100, 100, 300})
/* Two PINs are worked out, behind those of others. */
#define ASK_PIN ((struct ask_times){250, 250, 15000})
#define ASK_WAIT_MS 2400 /* asked of the daemon, less than ASK_WAIT */

/* Who asks and from where, from the handle's items; too long ones are cut. */
void ask_context(pam_handle_t *pamh, struct proto_context *ret_context);

/* Whether sshd has seen the user's key in this very sign-in, as
 * "AuthenticationMethods publickey,keyboard-interactive" has it do first. */
MUST_CHECK bool ask_by_key(
    pam_handle_t *pamh, const struct proto_context *context);

/* 0, ERR_NO_MEMORY, or a fault of client_open(). */
MUST_CHECK int ask_open(struct client *client, const struct places *places,
    const struct ask_times *times);

/* One request and its reply, which the caller wipes; the faults of client.h. */
MUST_CHECK int ask_exchange(struct client *client, enum proto_type type,
    const void *message, const struct ask_times *times,
    struct client_reply *ret_reply);

void ask_wipe(struct client_reply *reply);
#define ASK_REPLY_AUTO CLEANUP(ask_wipe)
