/*
 * fakedaemon.c - plays a script to the clients that connect and reports to the
 * test what they did.
 *
 * The child owns the script, the parent the folder; a pipe carries what was
 * seen.  Both end with the test: the child by fakedaemon_stop() or when its
 * parent dies.
 */
#include "tests/unit/fakedaemon.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

uid_t fakedaemon_folder_uid;
uid_t fakedaemon_peer_uid;
bool (*fakedaemon_fails)(void);

int __real_lstat(const char *path, struct stat *status);
int __wrap_lstat(const char *path, struct stat *status);

int
__wrap_lstat(const char *path, struct stat *status)
{
	int result;

	if (fakedaemon_fails != NULL && fakedaemon_fails())
		return -1;
	result = __real_lstat(path, status);
	if (result == 0 && status->st_uid == geteuid())
		status->st_uid = fakedaemon_folder_uid;
	return result;
}

int __real_getsockopt(
    int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(
    int fd, int level, int option, void *value, socklen_t *len);

int
__wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	int result;

	if (fakedaemon_fails != NULL && fakedaemon_fails())
		return -1;
	result = __real_getsockopt(fd, level, option, value, len);
	if (result == 0 && option == SO_PEERCRED)
		((struct ucred *)value)->uid = fakedaemon_peer_uid;
	return result;
}

void
fakedaemon_listen(struct fakedaemon *daemon)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	fakedaemon_folder_uid = 0;
	fakedaemon_peer_uid = 0;
	*daemon = (struct fakedaemon){.pid = -1, .log_fd = -1};
	(void)snprintf(
	    daemon->folder, sizeof(daemon->folder), "/tmp/fakedaemon-XXXXXX");
	assert_non_null(mkdtemp(daemon->folder));
	(void)snprintf(daemon->path, sizeof(daemon->path), "%s/orglogin.sock",
	    daemon->folder);
	memcpy(address.sun_path, daemon->path, sizeof(daemon->path));
	daemon->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(daemon->listen_fd >= 0);
	assert_int_equal(bind(daemon->listen_fd, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(listen(daemon->listen_fd, 8), 0);
}

/* From here to play(): in the child, which leaves by _exit() alone. */

static void
put_all(int fd, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t put = write(fd, at, len);

		if (put < 0)
			return;
		at += put;
		len -= (size_t)put;
	}
}

static bool
get_all(int fd, void *bytes, size_t len)
{
	uint8_t *at = bytes;

	while (len > 0) {
		ssize_t got = read(fd, at, len);

		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

static void
tell(int log_fd, enum fakedaemon_event event)
{
	uint8_t byte = (uint8_t)event;

	put_all(log_fd, &byte, 1);
}

static int
await_client(const struct fakedaemon *daemon)
{
	int fd = accept(daemon->listen_fd, NULL, NULL);

	if (fd < 0)
		_exit(1);
	tell(daemon->log_fd, FAKEDAEMON_CONNECTED);
	return fd;
}

/* False if the client has gone instead. */
static bool
read_request(const struct fakedaemon *daemon, int fd)
{
	uint8_t frame[PROTO_FRAME_MAX];
	struct proto_header header;

	if (!get_all(fd, frame, PROTO_HEADER_BYTES))
		return false;
	if (proto_decode_header(frame, &header) != 0 ||
	    !get_all(fd, frame + PROTO_HEADER_BYTES, header.body_len))
		_exit(1);
	tell(daemon->log_fd, FAKEDAEMON_REQUEST);
	put_all(daemon->log_fd, frame, PROTO_HEADER_BYTES + header.body_len);
	return true;
}

static void
drip(int fd)
{
	/* The beginning of a long, valid frame. */
	static const uint8_t header[] = {0, 8, 0, 0, PROTO_VERSION, 0, 64, 0};

	put_all(fd, header, sizeof(header));
	for (;;) {
		(void)poll(NULL, 0, 20);
		put_all(fd, "", 1);
	}
}

static void
read_to_end(const struct fakedaemon *daemon, int fd)
{
	uint8_t byte;

	while (get_all(fd, &byte, 1))
		;
	tell(daemon->log_fd, FAKEDAEMON_CLOSED);
	(void)close(fd);
}

/* The descriptor to go on with, or -1 when the client has gone. */
static int
play_step(
    const struct fakedaemon *daemon, int fd, const struct fakedaemon_step *step)
{
	struct buf frame = {.limit = PROTO_FRAME_MAX};

	if (step->act == FAKEDAEMON_NEXT) {
		read_to_end(daemon, fd);
		return await_client(daemon);
	}
	if (step->act != FAKEDAEMON_MORE && !read_request(daemon, fd))
		return -1;
	if (step->act == FAKEDAEMON_BYTES)
		put_all(fd, step->bytes, step->len);
	else if (step->act == FAKEDAEMON_DRIP)
		drip(fd);
	else if (step->act != FAKEDAEMON_HANG &&
	    proto_encode(&frame, step->type, step->message) != 0)
		_exit(2);
	put_all(fd, frame.bytes,
	    step->act == FAKEDAEMON_CUT ? frame.len / 2 : frame.len);
	if (step->act == FAKEDAEMON_CUT)
		_exit(0);
	buf_done(&frame);
	return fd;
}

static void
play(const struct fakedaemon *daemon, const struct fakedaemon_step *steps,
    size_t count)
{
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(120);
	fd = await_client(daemon);
	for (size_t i = 0; i < count; i++) {
		int next = play_step(daemon, fd, &steps[i]);

		/* What was meant for a client who has gone is left out. */
		while (next < 0 && i + 1 < count &&
		    steps[i + 1].act != FAKEDAEMON_NEXT)
			i++;
		fd = next < 0 ? fd : next;
	}
	read_to_end(daemon, fd);
	_exit(0);
}

void
fakedaemon_start(struct fakedaemon *daemon, const struct fakedaemon_step *steps,
    size_t count)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	daemon->pid = fork();
	assert_true(daemon->pid >= 0);
	if (daemon->pid == 0) {
		(void)close(ends[0]);
		daemon->log_fd = ends[1];
		play(daemon, steps, count);
	}
	(void)close(ends[1]);
	daemon->log_fd = ends[0];
}

void
fakedaemon_stop(struct fakedaemon *daemon)
{
	if (daemon->pid > 0) {
		(void)kill(daemon->pid, SIGKILL);
		assert_int_equal(waitpid(daemon->pid, NULL, 0), daemon->pid);
		(void)close(daemon->log_fd);
	}
	(void)close(daemon->listen_fd);
	(void)unlink(daemon->path);
	assert_int_equal(rmdir(daemon->folder), 0);
}

enum fakedaemon_event
fakedaemon_saw(struct fakedaemon *daemon, enum proto_type *ret_type,
    void *message, size_t size)
{
	uint8_t frame[PROTO_FRAME_MAX];
	struct proto_header header;
	uint8_t event;

	if (!get_all(daemon->log_fd, &event, 1))
		return FAKEDAEMON_END;
	if (event != FAKEDAEMON_REQUEST)
		return event;
	assert_true(get_all(daemon->log_fd, frame, PROTO_HEADER_BYTES));
	assert_int_equal(proto_decode_header(frame, &header), 0);
	assert_true(get_all(daemon->log_fd, frame, header.body_len));
	if (ret_type != NULL)
		*ret_type = header.type;
	if (message != NULL)
		assert_int_equal(proto_decode(header.type, frame,
				     header.body_len, message, size),
		    0);
	return FAKEDAEMON_REQUEST;
}

bool
fakedaemon_was_called(const struct fakedaemon *daemon)
{
	struct pollfd waiting = {.fd = daemon->listen_fd, .events = POLLIN};

	return poll(&waiting, 1, 0) != 0;
}
