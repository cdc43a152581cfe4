/*
 * test-listener.c - the socket is made in a safe folder only, tells the peer's
 * uid, and no uid takes more than its share.
 */
#include "front/listener.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/signin.h"

#define CLIENTS 1800

struct fixture {
	struct loop *loop;
	struct listener *listener;
	char folder[64];
	char path[96];
	int accepted;
	int fds[CLIENTS];
	int clients[CLIENTS];
	int client_count;
};

static uid_t peer_uid;

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int r = __real_getsockopt(fd, level, name, value, len);

	if (r == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)value)->uid = peer_uid;
	return r;
}

static void
on_client(void *arg, int fd, uid_t uid)
{
	struct fixture *f = arg;

	assert_int_equal(uid, peer_uid);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	f->fds[f->accepted++] = fd;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	/* Keeps descriptor 3 free of the loop's own, for systemd's. */
	if (dup2(STDERR_FILENO, 3) != 3)
		return -1;
	if (f == NULL || loop_new(&f->loop) != 0)
		return -1;
	peer_uid = 1000;
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-listener.XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/s", f->folder);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < f->accepted; i++)
		(void)close(f->fds[i]);
	for (int i = 0; i < f->client_count; i++)
		(void)close(f->clients[i]);
	listener_free(f->listener);
	loop_free(f->loop);
	(void)unlink(f->path);
	(void)chmod(f->folder, 0700);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static int
listen_at(struct fixture *f, const char *path)
{
	return listener_new(f->loop, path, on_client, f, &f->listener);
}

/* Connects n clients; returns how many of them were taken. */
static int
connect_clients(struct fixture *f, int n)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int before = f->accepted;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", f->path);
	for (int i = 0; i < n; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_true(fd >= 0);
		assert_int_equal(
		    connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
		f->clients[f->client_count++] = fd;
		loop_turn(f->loop, false);
	}
	for (int i = 0; i < 20; i++)
		loop_turn(f->loop, false);
	return f->accepted - before;
}

static void
everybody_may_connect_and_the_socket_goes_with_us(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(listen_at(f, f->path), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	assert_int_equal(connect_clients(f, 1), 1);
	listener_free(f->listener);
	f->listener = NULL;
	assert_int_not_equal(stat(f->path, &st), 0);
	/* One that a crash left behind is no obstacle. */
	assert_int_equal(mknod(f->path, S_IFREG | 0600, 0), 0);
	assert_int_equal(listen_at(f, f->path), 0);
	assert_int_equal(connect_clients(f, 1), 1);
}

static void
t51_a_folder_that_others_can_change_is_refused(void **state)
{
	static const mode_t modes[] = {0777, 0775, 0757, 01777, 0720, 0702};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(f->folder, modes[i]), 0);
		assert_int_equal(listen_at(f, f->path), ERR_INSECURE_FILE);
	}
	assert_int_equal(chmod(f->folder, 0755), 0);
	assert_int_equal(chown(f->folder, 65534, 65534), 0);
	assert_int_equal(listen_at(f, f->path), ERR_INSECURE_FILE);
	assert_int_equal(chown(f->folder, 0, 0), 0);
	assert_int_equal(listen_at(f, f->path), ERR_OK);
}

static void
t51_a_linked_or_missing_folder_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[128];
	char link[96];

	snprintf(link, sizeof(link), "%s/link", f->folder);
	assert_int_equal(symlink(f->folder, link), 0);
	snprintf(path, sizeof(path), "%s/s", link);
	assert_int_equal(listen_at(f, path), ERR_INSECURE_FILE);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(listen_at(f, path), ERR_IO);
	assert_int_equal(listen_at(f, "s"), ERR_INVALID_ARGUMENT);
	assert_int_equal(listen_at(f, "/s"), ERR_INVALID_ARGUMENT);
	memset(path, 'x', sizeof(path) - 1);
	memcpy(path, f->folder, strlen(f->folder));
	path[strlen(f->folder)] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(listen_at(f, path), ERR_INVALID_ARGUMENT);
}

static void
t58_one_uid_has_a_share_and_gets_it_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(listen_at(f, f->path), 0);
	assert_int_equal(connect_clients(f, 40), LISTENER_PER_UID_MAX);
	peer_uid = 1001;
	assert_int_equal(connect_clients(f, 1), 1);
	listener_gone(f->listener, 1000);
	peer_uid = 1000;
	assert_int_equal(connect_clients(f, 2), 1);
	/* Telling of one who never came gains nothing. */
	listener_gone(f->listener, 4711);
	assert_int_equal(connect_clients(f, 1), 0);
}

static void
t117_many_uids_leave_room_for_root(void **state)
{
	struct fixture *f = *state;
	int taken = 0;

	assert_int_equal(listen_at(f, f->path), 0);
	for (uid_t uid = 1000; uid < 1020; uid++) {
		peer_uid = uid;
		taken += connect_clients(f, LISTENER_PER_UID_MAX);
	}
	assert_int_equal(taken, LISTENER_OTHERS_MAX);
	/* Each of the sign-ins that there may be, and no more than fit. */
	peer_uid = 0;
	taken += connect_clients(f, SIGNIN_MAX);
	assert_int_equal(taken, LISTENER_OTHERS_MAX + SIGNIN_MAX);
	taken += connect_clients(f, 200);
	assert_int_equal(taken, LISTENER_MAX);
	/* And root's do not take theirs. */
	peer_uid = 1000;
	listener_gone(f->listener, 1000);
	assert_int_equal(connect_clients(f, 2), 1);
}

/* Who connects meanwhile waits in the socket's queue; nobody spins. */
static void
t56_clients_are_taken_again_when_descriptors_are_there(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit;
	struct rlimit tight;
	int next = -1;

	assert_int_equal(listen_at(f, f->path), 0);
	assert_int_equal(connect_clients(f, 1), 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	next = dup(STDERR_FILENO);
	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	/* Room for the client's end, none for ours. */
	tight = limit;
	tight.rlim_cur = (rlim_t)next + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	assert_int_equal(connect_clients(f, 1), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (f->accepted < 2)
		loop_turn(f->loop, true);
	assert_int_equal(connect_clients(f, 1), 1);
}

static void
a_socket_from_systemd_is_used_and_left(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct stat st;
	char pid[32];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", f->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	/* Not a listening one: refused, never bound anew. */
	assert_int_equal(dup2(fd, 3), 3);
	assert_int_equal(listen_at(f, "/nonexistent/s"), ERR_INVALID_ARGUMENT);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(dup2(fd, 3), 3);
	assert_int_equal(listen_at(f, "/nonexistent/s"), 0);
	assert_true((fcntl(3, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(connect_clients(f, 1), 1);
	listener_free(f->listener);
	f->listener = NULL;
	assert_int_equal(stat(f->path, &st), 0);
	/* Another process's, or several: not ours. */
	setenv("LISTEN_FDS", "2", 1);
	assert_int_equal(listen_at(f, "/nonexistent/s"), ERR_IO);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(listen_at(f, "/nonexistent/s"), ERR_IO);
	(void)close(fd);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(everybody_may_connect_and_the_socket_goes_with_us),
	    T(t51_a_folder_that_others_can_change_is_refused),
	    T(t51_a_linked_or_missing_folder_is_refused),
	    T(t58_one_uid_has_a_share_and_gets_it_back),
	    T(t117_many_uids_leave_room_for_root),
	    T(t56_clients_are_taken_again_when_descriptors_are_there),
	    T(a_socket_from_systemd_is_used_and_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
