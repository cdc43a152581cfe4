/*
 * test-full.c - T119: a change of the state on a full disk fails cleanly, the
 * daemon starts on it, and once there is room the change is made.
 *
 * In a mount namespace of its own, on a small tmpfs.
 */
#include "tests/state/writes.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SMALL "/dev/shm" /* where statelab makes its folder */
#define FILLER SMALL "/filler"

static void
fill_up(void)
{
	static const char block[4096];
	int fd = open(FILLER, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR);

	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(close(fd), 0);
}

/* True if the full disk was in the way at all. */
static bool
try(const struct writes_case *write)
{
	struct statelab lab = {0};
	int r = 0;

	statelab_begin(&lab);
	write->before(&lab);
	/* The journal's room goes with the process. */
	statelab_stop(&lab);
	statelab_start(&lab);
	fill_up();
	r = write->change(&lab);
	statelab_stop(&lab);
	statelab_start(&lab);
	assert_int_equal(unlink(FILLER), 0);
	if (r != 0 && write->change(&lab) != 0)
		fail_msg("%s: does not recover", write->name);
	statelab_stop(&lab);
	statelab_start(&lab);
	if (write->look(&lab) != WRITES_NEW)
		fail_msg("%s: is not what it was to be", write->name);
	statelab_end(&lab);
	return r != 0;
}

static void
t119_a_full_disk_takes_no_change_and_loses_none(void **state)
{
	size_t refused = 0;

	for (size_t i = 0; i < writes_count; i++)
		refused += try(&writes_cases[i]);
	assert_int_equal(refused, writes_count);
}

static void
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/* Whoever is not root is root there, or could own no file. */
static bool
be_root(void)
{
	char users[32];
	char groups[32];

	if (geteuid() == 0)
		return true;
	(void)snprintf(users, sizeof(users), "0 %u 1", geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER) != 0)
		return false;
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", users);
	write_text("/proc/self/gid_map", groups);
	return true;
}

static int
enter_namespace(void **state)
{
	return be_root() && unshare(CLONE_NEWNS) == 0 &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("none", SMALL, "tmpfs", 0, "size=1m,mode=1777") == 0
	    ? 0
	    : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t119_a_full_disk_takes_no_change_and_loses_none),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
