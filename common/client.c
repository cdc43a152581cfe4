/*
 * client.c - asking the daemon: who is at the other end, and how long to wait.
 *
 * Promises that no call outlasts its timeout whatever the other end does, and
 * that a connection on which anything went wrong is closed at once, so that a
 * late reply is never taken for the answer to another request.  The clock is
 * CLOCK_MONOTONIC: setting the time neither cuts nor stretches a wait.  Must
 * not know what the messages mean.
 */
#include "common/client.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"

/* How long to wait before knocking again at a full backlog. */
#define BACKLOG_PAUSE_MS 20

static int64_t
now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - now_ms();

	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* Waits for events; with fd -1 it only lets time pass. */
static int
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd ready = {.fd = fd, .events = events};

	for (;;) {
		int left = left_ms(deadline_ms);
		int count = poll(&ready, 1, left);

		if (count > 0)
			return 0;
		if (count < 0 && errno != EINTR)
			return ERR_DAEMON_UNREACHABLE;
		if (left == 0)
			return ERR_DAEMON_TIMEOUT;
	}
}

static int
check_folder(const struct sockaddr_un *address, uid_t daemon_uid)
{
	char folder[sizeof(address->sun_path)];
	struct stat status;
	char *slash;

	memcpy(folder, address->sun_path, sizeof(folder));
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return ERR_DAEMON_UNTRUSTED;
	*slash = '\0';
	if (lstat(folder, &status) != 0)
		return ERR_DAEMON_UNREACHABLE;
	if (!S_ISDIR(status.st_mode) ||
	    (status.st_uid != 0 && status.st_uid != daemon_uid) ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return ERR_DAEMON_UNTRUSTED;
	return 0;
}

static int
check_peer(int fd, uid_t daemon_uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    len != sizeof(peer))
		return ERR_DAEMON_UNTRUSTED;
	return peer.uid == 0 || peer.uid == daemon_uid ? 0
						       : ERR_DAEMON_UNTRUSTED;
}

/*
 * A local socket connects at once or not at all; a full backlog answers EAGAIN
 * and poll() says nothing about it, so it is tried again after a pause.
 */
static int
connect_by(int fd, const struct sockaddr_un *address, int64_t deadline_ms)
{
	while (connect(fd, (const struct sockaddr *)address,
		   sizeof(*address)) != 0) {
		int64_t pause_ms = now_ms() + BACKLOG_PAUSE_MS;
		int fault;

		if (errno == EISCONN)
			break;
		if (errno != EAGAIN && errno != EINTR)
			return ERR_DAEMON_UNREACHABLE;
		if (left_ms(deadline_ms) == 0)
			return ERR_DAEMON_TIMEOUT;
		if (pause_ms > deadline_ms)
			pause_ms = deadline_ms;
		fault = wait_for(-1, 0, pause_ms);
		if (fault != ERR_DAEMON_TIMEOUT)
			return fault;
	}
	return 0;
}

int
client_open(struct client *client, const char *socket_path, uid_t daemon_uid,
    int timeout_ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int64_t deadline_ms = now_ms() + timeout_ms;
	CLIENT_AUTO struct client opened = CLIENT_NULL;
	size_t len = strlen(socket_path);
	int fault;

	if (len >= sizeof(address.sun_path))
		return ERR_DAEMON_UNREACHABLE;
	memcpy(address.sun_path, socket_path, len + 1);
	fault = check_folder(&address, daemon_uid);
	if (fault != 0)
		return fault;
	opened.fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (opened.fd < 0)
		return ERR_DAEMON_UNREACHABLE;
	fault = connect_by(opened.fd, &address, deadline_ms);
	if (fault == 0)
		fault = check_peer(opened.fd, daemon_uid);
	if (fault != 0)
		return fault;
	client->fd = opened.fd;
	opened.fd = -1;
	return 0;
}

void
client_close(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
}

/* Closes after a fault, so that nothing is asked on a broken connection. */
static int
settle(struct client *client, int fault)
{
	if (fault != 0)
		client_close(client);
	return fault;
}

static int
send_all(int fd, const uint8_t *bytes, size_t len, int64_t deadline_ms)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		int fault = 0;

		if (sent > 0) {
			bytes += sent;
			len -= (size_t)sent;
		} else if (sent < 0 && errno == EAGAIN) {
			fault = wait_for(fd, POLLOUT, deadline_ms);
		} else if (sent < 0 && errno != EINTR) {
			fault = ERR_DAEMON_UNREACHABLE;
		}
		if (fault != 0)
			return fault;
	}
	return 0;
}

int
client_send(struct client *client, enum proto_type type, const void *message,
    int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	int fault;

	if (client->fd < 0)
		return ERR_DAEMON_UNREACHABLE;
	fault = proto_encode(&frame, type, message);
	if (fault == 0)
		fault =
		    send_all(client->fd, frame.bytes, frame.len, deadline_ms);
	return settle(client, fault);
}

static int
receive_all(int fd, uint8_t *bytes, size_t len, int64_t deadline_ms)
{
	while (len > 0) {
		ssize_t got;
		int fault = wait_for(fd, POLLIN, deadline_ms);

		if (fault != 0)
			return fault;
		got = recv(fd, bytes, len, 0);
		if (got == 0)
			return ERR_DAEMON_UNREACHABLE;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_DAEMON_UNREACHABLE;
		if (got > 0) {
			bytes += got;
			len -= (size_t)got;
		}
	}
	return 0;
}

static int
decode_reply(enum proto_type type, const uint8_t *body, size_t len,
    struct client_reply *ret_reply)
{
	size_t size = proto_size(type);

	if (type < PROTO_PROMPT || size > sizeof(ret_reply->u) ||
	    proto_decode(type, body, len, &ret_reply->u, size) != 0)
		return ERR_DAEMON_MALFORMED;
	ret_reply->type = type;
	return 0;
}

static int
receive_reply(int fd, struct client_reply *ret_reply, int64_t deadline_ms)
{
	uint8_t start[PROTO_HEADER_BYTES];
	uint8_t body[PROTO_FRAME_MAX];
	struct proto_header header;
	int fault = receive_all(fd, start, sizeof(start), deadline_ms);

	if (fault != 0)
		return fault;
	if (proto_decode_header(start, &header) != 0)
		return ERR_DAEMON_MALFORMED;
	fault = receive_all(fd, body, header.body_len, deadline_ms);
	if (fault == 0)
		fault =
		    decode_reply(header.type, body, header.body_len, ret_reply);
	secret_wipe(body, header.body_len);
	return fault;
}

int
client_receive(
    struct client *client, struct client_reply *ret_reply, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	if (client->fd < 0)
		return ERR_DAEMON_UNREACHABLE;
	return settle(
	    client, receive_reply(client->fd, ret_reply, deadline_ms));
}
