/*
 * client.h - one blocking connection to the daemon with deadlines; for the
 * PAM module and the CLI only.
 *
 * Trusts nobody who merely sits at the path: the folder of the socket must
 * belong to root or the daemon and be writable by nobody else, and the listener
 * must be root (systemd made the socket) or the daemon's user, by SO_PEERCRED.
 * Sends with MSG_NOSIGNAL, keeps the descriptor close-on-exec, installs no
 * handler, allocates no more than one frame.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/attrs.h"
#include "common/proto_admin.h"
#include "common/proto_factors.h"

struct client {
	int fd;
};
#define CLIENT_NULL ((struct client){.fd = -1})

/*
 * daemon_uid: the uid of DAEMON_USER as /etc/passwd says.
 * Faults: DAEMON_UNREACHABLE, DAEMON_UNTRUSTED, DAEMON_TIMEOUT.
 */
MUST_CHECK int client_open(struct client *client, const char *socket_path,
    uid_t daemon_uid, int timeout_ms);
void client_close(struct client *client);
#define CLIENT_AUTO CLEANUP(client_close)

/* Sends one request. */
MUST_CHECK int client_send(struct client *client, enum proto_type type,
    const void *message, int timeout_ms);

/* A reply; a union so that one buffer of known size serves all. */
struct client_reply {
	enum proto_type type;
	union {
		struct proto_prompt prompt;
		struct proto_verdict_reply verdict;
		struct proto_done done;
		struct proto_status_reply status;
		struct proto_explain_reply explain;
		struct proto_member member;
		struct proto_progress progress;
		struct proto_ids_row ids_row;
		struct proto_ids_finding ids_finding;
		struct proto_ids_lines ids_lines;
		struct proto_token_reply token;
		struct proto_vault_reply vault;
		struct proto_audit_row audit_row;
		struct proto_factors_reply factors;
		struct proto_totp_offer totp_offer;
	} u;
};

/*
 * Receives one reply within timeout_ms.  Faults: DAEMON_TIMEOUT,
 * DAEMON_UNREACHABLE (closed), DAEMON_MALFORMED (anything not in the grammar,
 * or a type that is no reply).  ret_reply is wiped by the caller.
 */
MUST_CHECK int client_receive(
    struct client *client, struct client_reply *ret_reply, int timeout_ms);
