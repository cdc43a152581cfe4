/*
 * ask.c - one question to the daemon: what it is told, and how long it has.
 *
 * Promises that a daemon that is dead, hung or not the real one costs no more
 * than the given times.  Must not judge the reply.
 */
#include "pam_module/ask.h"

#include <string.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/secret.h"
#include "common/localuser.h"

static void
copy_item(pam_handle_t *pamh, int item, char *out, size_t out_size)
{
	const void *value = NULL;
	size_t len;

	out[0] = '\0';
	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
		return;
	len = strnlen(value, out_size - 1);
	memcpy(out, value, len);
	out[len] = '\0';
}

void
ask_context(pam_handle_t *pamh, struct proto_context *ret_context)
{
	copy_item(pamh, PAM_SERVICE, ret_context->service,
	    sizeof(ret_context->service));
	copy_item(pamh, PAM_TTY, ret_context->tty, sizeof(ret_context->tty));
	copy_item(
	    pamh, PAM_RHOST, ret_context->rhost, sizeof(ret_context->rhost));
	ret_context->caller_uid = getuid();
}

/* One method a line, as sshd writes it: "publickey ssh-ed25519 AAAA...". */
bool
ask_by_key(pam_handle_t *pamh, const struct proto_context *context)
{
	static const char method[] = "publickey ";
	const char *line = pam_getenv(pamh, "SSH_AUTH_INFO_0");

	if (strcmp(context->service, "sshd") != 0)
		return false;
	while (line != NULL && strncmp(line, method, strlen(method)) != 0) {
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return line != NULL;
}

int
ask_open(struct client *client, const struct places *places,
    const struct ask_times *times)
{
	uid_t daemon_uid;

	/* Without that account only root may be the daemon. */
	if (localuser_find(places->passwd, DAEMON_USER, &daemon_uid) != 0)
		daemon_uid = (uid_t)-1;
	return client_open(client, places->socket, daemon_uid, times->open_ms);
}

int
ask_exchange(struct client *client, enum proto_type type, const void *message,
    const struct ask_times *times, struct client_reply *ret_reply)
{
	int fault = client_send(client, type, message, times->send_ms);

	if (fault != 0)
		return fault;
	return client_receive(client, ret_reply, times->reply_ms);
}

void
ask_wipe(struct client_reply *reply)
{
	secret_wipe(reply, sizeof(*reply));
}
