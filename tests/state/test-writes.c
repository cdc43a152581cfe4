/*
 * test-writes.c - T89, T93, T119: at every system call of every write of the
 * state the process is killed, or the call fails.
 *
 * Whoever starts again finds what was before or what was to be, and what a
 * caller was told to last.  A fault passes: asked again, the change is made.
 */
#include "tests/state/writes.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/publish/tracecalls.h"

#define CALLS_MIN 5
#define CALLS_MAX 5000
#define DEADLINE_S 60

/* How the child ended. */
enum { LASTS = 0, LASTS_WHEN_ASKED_AGAIN, FAILS_FOR_GOOD };

struct run {
	const struct writes_case *write;
	struct statelab lab;
	struct tracecalls_result result;
};

static void
change_traced(struct run *run, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();
	int r = 0;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		statelab_start(&run->lab);
		tracecalls_begin();
		r = run->write->change(&run->lab);
		tracecalls_end();
		if (r == 0)
			_exit(LASTS);
		_exit(run->write->change(&run->lab) == 0
			? LASTS_WHEN_ASKED_AGAIN
			: FAILS_FOR_GOOD);
	}
	run->result = tracecalls_run(child, nth, fault);
}

/* Nobody asks these whether they failed. */
static bool
cannot_fail(long call)
{
	return call == SYS_geteuid || call == SYS_getuid || call == SYS_getpid;
}

/* A loop without its own calls, and a thread that cannot be, end the process as
 * a kill does; a file that cannot be written never. */
static bool
may_end(const struct run *run, int fault)
{
	static const long files[] = {SYS_openat, SYS_pwrite64, SYS_fsync,
	    SYS_fdatasync, SYS_ftruncate, SYS_rename, SYS_unlink, SYS_pread64,
	    SYS_fstat};

	if (fault == TRACECALLS_KILL)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (run->result.call == files[i])
			return false;
	return run->write->loops;
}

static void
judge(struct run *run, int nth, int fault)
{
	int status = run->result.status;
	enum writes_seen seen = WRITES_BROKEN;

	bool good = WIFSIGNALED(status)
	    ? run->result.hit && may_end(run, fault)
	    : WEXITSTATUS(status) < FAILS_FOR_GOOD || run->write->loops;

	statelab_start(&run->lab);
	seen = run->write->look(&run->lab);
	statelab_stop(&run->lab);
	good = good && seen != WRITES_BROKEN &&
	    (seen == WRITES_NEW || !WIFEXITED(status) ||
		WEXITSTATUS(status) == FAILS_FOR_GOOD);
	if (!good)
		fail_msg("%s: fault %d at call %ld, number %d: status %x, "
			 "seen %d",
		    run->write->name, fault, run->result.call, nth,
		    (unsigned int)status, (int)seen);
}

/* What a killed one may have left, too. */
static void
sweep(struct statelab *lab)
{
	static const char *const beside[] = {"state-journal", "key.new"};
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", lab->folder, beside[i]);
		(void)unlink(path);
	}
	statelab_end(lab);
}

/* One change with one fault; false when there is no such call. */
static bool
try(const struct writes_case *write, int nth, int fault)
{
	struct run run = {.write = write};
	bool hit = false;

	statelab_begin(&run.lab);
	write->before(&run.lab);
	statelab_stop(&run.lab);
	change_traced(&run, nth, fault);
	if (fault == TRACECALLS_KILL || !cannot_fail(run.result.call))
		judge(&run, nth, fault);
	hit = run.result.calls >= nth;
	sweep(&run.lab);
	if (!hit)
		assert_true(run.result.calls >= CALLS_MIN);
	return hit;
}

static void
t89_t119_every_write_survives_every_fault(void **state)
{
	static const int faults[] = {TRACECALLS_KILL, ENOSPC, EIO};

	for (size_t w = 0; w < writes_count; w++)
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
			for (int nth = 1; try(&writes_cases[w], nth, faults[i]);
			     nth++)
				assert_true(nth < CALLS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t89_t119_every_write_survives_every_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
