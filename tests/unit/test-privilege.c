/*
 * test-privilege.c - root is given up for good, each time in a child process.
 */
#include "base/privilege.h"

#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

#define UID 64123
#define GID 64124

/* Runs a check in a child; it says by its status what did not hold. */
static int
in_child(int (*check)(const char *passwd), const char *passwd)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(check(passwd));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
set_up(void **state)
{
	static char path[64];
	FILE *file = NULL;
	int fd = -1;

	snprintf(path, sizeof(path), "/tmp/test-privilege.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || (file = fdopen(fd, "w")) == NULL)
		return -1;
	(void)fputs("root:x:0:0:root:/root:/bin/sh\n"
		    "toor:x:0:64124::/:/bin/sh\n"
		    "wheel:x:64123:0::/:/bin/sh\n"
		    "orglogin2:x:1:1::/:/bin/sh\n"
		    "orglogin:x:64123:64124::/:/bin/sh\n",
	    file);
	*state = path;
	return fclose(file);
}

static int
tear_down(void **state)
{
	return unlink(*state);
}

static int
drop(const char *passwd)
{
	gid_t groups[8];
	uid_t r = 0, e = 0, s = 0;

	if (privilege_drop("orglogin", passwd) != 0)
		return 1;
	if (getresuid(&r, &e, &s) != 0 || r != UID || e != UID || s != UID)
		return 2;
	if (getresgid(&r, &e, &s) != 0 || r != GID || e != GID || s != GID)
		return 3;
	if (getgroups(8, groups) != 1 || groups[0] != GID)
		return 4;
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 ||
	    setgroups(0, NULL) == 0)
		return 5;
	if (access("/root", W_OK) == 0)
		return 6;
	/* Once more there is nothing left to give up. */
	return privilege_drop("nosuch", "/nonexistent") == 0 ? 0 : 7;
}

static int
refuse(const char *passwd)
{
	static const char *const accounts[] = {
	    "nosuch", "", "orglogi", "orglogin3", "root", "toor", "wheel"};

	for (size_t i = 0; i < ARRAY_SIZE(accounts); i++)
		if (privilege_drop(accounts[i], passwd) != ERR_NOT_FOUND)
			return (int)i + 1;
	if (privilege_drop("orglogin", "/nonexistent") != ERR_IO)
		return 20;
	return geteuid() == 0 ? 0 : 21;
}

static int
harden(const char *passwd)
{
	struct rlimit core;

	if (privilege_harden() != 0)
		return 1;
	if (prctl(PR_GET_DUMPABLE) != 0)
		return 2;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 3;
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
		return 4;
	if (umask(0) != 077)
		return 5;
	return signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 0 : 6;
}

static void
root_is_given_up_for_good(void **state)
{
	assert_int_equal(in_child(drop, *state), 0);
}

static void
without_a_fitting_account_nothing_is_given_up(void **state)
{
	assert_int_equal(in_child(refuse, *state), 0);
}

static void
t87_no_core_no_tracing_private_files(void **state)
{
	assert_int_equal(in_child(harden, *state), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(root_is_given_up_for_good),
	    T(without_a_fitting_account_nothing_is_given_up),
	    T(t87_no_core_no_tracing_private_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
