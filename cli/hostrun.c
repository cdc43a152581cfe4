/*
 * hostrun.c - runs a program and listens to it, for a bounded time.
 *
 * Promises that none of its descriptors and variables reach the program, and
 * that the program is gone when it returns.
 */
#include "cli/hostrun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"

#define PIECE_BYTES 4096
#define OPTION_SIZE 64

struct child {
	pid_t pid;
	int fd; /* what it writes is read from here */
};

static void
end_child(struct child *child)
{
	if (child->fd >= 0)
		(void)close(child->fd);
	if (child->pid <= 0)
		return;
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int
start(const char *path, const char *option, struct child *ret_child)
{
	static char variables[][48] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
	char *environment[] = {variables[0], variables[1], NULL};
	char program[HOSTFILE_PATH_SIZE];
	char word[OPTION_SIZE];
	char *words[] = {program, word, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];
	int r = 0;

	(void)snprintf(program, sizeof(program), "%s", path);
	(void)snprintf(word, sizeof(word), "%s", option);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return ERR_IO;
	if (posix_spawn_file_actions_init(&actions) != 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return ERR_NO_MEMORY;
	}
	r = posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	for (int fd = STDOUT_FILENO; r == 0 && fd <= STDERR_FILENO; fd++)
		r = posix_spawn_file_actions_adddup2(&actions, ends[1], fd);
	if (r == 0)
		r = posix_spawn(
		    &ret_child->pid, path, &actions, NULL, words, environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	ret_child->fd = ends[0];
	if (r == 0)
		return ERR_OK;
	ret_child->pid = -1;
	return r == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

/* How much of the time is left; 0: none. */
static int
left_ms(const struct timespec *began)
{
	struct timespec now = *began;
	int64_t gone_ms = 0;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	gone_ms = (int64_t)(now.tv_sec - began->tv_sec) * 1000 +
	    (now.tv_nsec - began->tv_nsec) / 1000000;
	return gone_ms < HOSTRUN_MS ? (int)(HOSTRUN_MS - gone_ms) : 0;
}

static int
wait_for(int fd, const struct timespec *began)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int ready = -1;

	do
		ready = poll(&wait, 1, left_ms(began));
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return ERR_IO;
	return ready == 0 ? ERR_TIMED_OUT : ERR_OK;
}

/* Until the program closes its end. */
static int
listen_to(int fd, struct buf *out)
{
	struct timespec began = {0};
	uint8_t piece[PIECE_BYTES];
	ssize_t len = 1;
	int r = clock_gettime(CLOCK_MONOTONIC, &began) == 0 ? ERR_OK : ERR_IO;

	while (r == 0 && len > 0) {
		r = wait_for(fd, &began);
		if (r == 0)
			len = read(fd, piece, sizeof(piece));
		if (r == 0 && len < 0)
			r = ERR_IO;
		if (r == 0)
			buf_put(out, piece, (size_t)len);
		if (r == 0)
			r = hostfile_settle(out);
	}
	return r;
}

int
hostrun(const struct hostfile_host *host, const char *path, const char *option,
    struct buf *out, int *ret_status)
{
	struct child child CLEANUP(end_child) = {.pid = -1, .fd = -1};
	char full[HOSTFILE_PATH_SIZE];
	int status = 0;
	int r = ERR_TOO_LARGE;

	if (hostfile_path(host, path, full))
		r = start(full, option, &child);
	if (r == 0)
		r = listen_to(child.fd, out);
	if (r != 0)
		return r;
	while (waitpid(child.pid, &status, 0) < 0) {
		if (errno != EINTR)
			return ERR_IO;
	}
	child.pid = -1;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return ERR_OK;
}
