/*
 * listener.c - accepts clients and counts them.
 *
 * Owns the listening descriptor and the count of each uid.  A socket that we
 * bound ourselves is removed when we end; one from systemd stays.
 */
#include "front/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "common/err.h"
#include "common/text.h"

#define SYSTEMD_FIRST_FD 3
#define PAUSE_MS 200

struct listener {
	int fd;
	char *path; /* bound by us, to be removed; else NULL */
	struct loop_poll *poll;
	struct loop_timer *pause;
	listener_fn *fn;
	void *arg;
	struct {
		uid_t uid;
		unsigned int count;
	} peers[LISTENER_OTHERS_MAX + 1]; /* root is one */
	unsigned int total;
	unsigned int others; /* of total */
};

/* The slot of a uid, or a free one; NULL: no room. */
static unsigned int *
peer_count(struct listener *l, uid_t uid)
{
	unsigned int *free_slot = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(l->peers); i++) {
		if (l->peers[i].count > 0 && l->peers[i].uid == uid)
			return &l->peers[i].count;
		if (l->peers[i].count == 0 && free_slot == NULL) {
			l->peers[i].uid = uid;
			free_slot = &l->peers[i].count;
		}
	}
	return free_slot;
}

static bool
admit(struct listener *l, uid_t uid)
{
	unsigned int *count = NULL;

	/* The other places are root's: sshd and sudo must get in. */
	if (l->total >= LISTENER_MAX ||
	    (uid != 0 && l->others >= LISTENER_OTHERS_MAX))
		return false;
	count = peer_count(l, uid);
	if (count == NULL || (uid != 0 && *count >= LISTENER_PER_UID_MAX))
		return false;
	(*count)++;
	l->total++;
	l->others += uid != 0;
	return true;
}

void
listener_gone(struct listener *listener, uid_t uid)
{
	unsigned int *count = peer_count(listener, uid);

	if (count != NULL && *count > 0) {
		(*count)--;
		listener->total--;
		listener->others -= uid != 0;
	}
}

static void
take_client(struct listener *l, int fd)
{
	struct ucred cred = {0};
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 ||
	    !admit(l, cred.uid)) {
		(void)close(fd);
		return;
	}
	l->fn(l->arg, fd, cred.uid);
}

static void
on_pause_over(void *arg)
{
	struct listener *l = arg;

	loop_poll_set(l->poll, LOOP_READ);
}

static void
on_ready(void *arg, int events)
{
	struct listener *l = arg;

	for (int i = 0; i < 64; i++) {
		int fd =
		    accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			take_client(l, fd);
			continue;
		}
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		log_error(
		    "accepting clients is paused", LOG_NUMBER("errno", errno));
		loop_poll_set(l->poll, 0);
		loop_timer_start(l->pause, PAUSE_MS);
		return;
	}
}

/* sd_listen_fds(3), without the library: exactly one socket, and ours. */
static int
from_systemd(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	char own[32];
	int n = snprintf(own, sizeof(own), "%ld", (long)getpid());

	if (pid == NULL || fds == NULL || n < 0 || strcmp(pid, own) != 0 ||
	    strcmp(fds, "1") != 0)
		return -1;
	return SYSTEMD_FIRST_FD;
}

static int
check_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');
	struct stat st = {0};

	if (slash == NULL || slash == path ||
	    (size_t)(slash - path) >= sizeof(folder))
		return ERR_INVALID_ARGUMENT;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	if (lstat(folder, &st) != 0)
		return ERR_IO;
	if (!S_ISDIR(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return ERR_INSECURE_FILE;
	return ERR_OK;
}

static int
bind_path(struct listener *l, const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int r = check_folder(path);

	if (r != 0)
		return r;
	if (!text_copy(addr.sun_path, sizeof(addr.sun_path), path))
		return ERR_INVALID_ARGUMENT;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return ERR_IO;
	(void)unlink(path);
	if (bind(l->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    chmod(path, 0666) != 0 || listen(l->fd, SOMAXCONN) != 0)
		return ERR_IO;
	l->path = strdup(path);
	return l->path == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static int
adopt(struct listener *l, int fd)
{
	int accepting = 0;
	socklen_t len = sizeof(accepting);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &len) != 0 ||
	    accepting == 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return ERR_INVALID_ARGUMENT;
	l->fd = fd;
	return ERR_OK;
}

void
listener_free(struct listener *listener)
{
	if (listener == NULL)
		return;
	loop_poll_free(listener->poll);
	loop_timer_free(listener->pause);
	if (listener->fd >= 0)
		(void)close(listener->fd);
	if (listener->path != NULL)
		(void)unlink(listener->path);
	free(listener->path);
	free(listener);
}
DEFINE_CLEANUP(struct listener, listener, listener_free)

int
listener_new(struct loop *loop, const char *path, listener_fn *fn, void *arg,
    struct listener **ret_listener)
{
	struct listener *l CLEANUP(listener_cleanup) = calloc(1, sizeof(*l));
	int passed = from_systemd();
	int r = ERR_OK;

	if (l == NULL)
		return ERR_NO_MEMORY;
	l->fd = -1;
	l->fn = fn;
	l->arg = arg;
	r = passed >= 0 ? adopt(l, passed) : bind_path(l, path);
	if (r == 0)
		r = loop_timer_new(loop, on_pause_over, l, &l->pause);
	if (r == 0)
		r = loop_poll_new(loop, l->fd, on_ready, l, &l->poll);
	if (r != 0)
		return r;
	loop_poll_set(l->poll, LOOP_READ);
	*ret_listener = TAKE(l);
	return ERR_OK;
}
