/*
 * everyfault.c - runs an errand in a traced process, call by call.
 */
#include "tests/wallet/everyfault.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/publish/tracecalls.h"

#define CALLS_MAX 2000
#define DEADLINE_S 30

struct ends {
	int served; /* of those that went wrong: the next one was */
	int asked;  /* needed a full sign-in */
};

static struct tracecalls_result
run_traced(const struct everyfault *e, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();
	int reason = 0;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		e->start(e->arg);
		tracecalls_begin();
		reason = e->errand(e->arg);
		tracecalls_end();
		_exit(reason == 0 || reason == EVERYFAULT_FLAW ? reason : 1);
	}
	return tracecalls_run(child, nth, fault);
}

/* A loop that cannot watch ends the process, as a kill does. */
static bool
ends_process(const struct tracecalls_result *result)
{
	return result->call == SYS_epoll_ctl ||
	    result->call == SYS_epoll_wait || result->call == SYS_epoll_pwait;
}

/* One errand with one fault; false when there is no such call. */
static bool
try(const struct everyfault *e, int nth, int fault, struct ends *ends)
{
	struct tracecalls_result result;
	int reason = 0;

	e->sign_in(e->arg);
	result = run_traced(e, nth, fault);
	if (result.calls >= nth &&
	    (fault == TRACECALLS_KILL || ends_process(&result)))
		assert_true(WIFSIGNALED(result.status));
	else
		assert_true(WIFEXITED(result.status) &&
		    WEXITSTATUS(result.status) != EVERYFAULT_FLAW);
	e->start(e->arg);
	reason = e->errand(e->arg);
	e->stop(e->arg);
	if (reason != 0 && reason != ERR_NO_TOKEN)
		print_error("call %ld, number %d, fault %d: %s\n", result.call,
		    nth, fault, err_name(reason));
	assert_true(reason == 0 || reason == ERR_NO_TOKEN);
	/* Who was served has the newest token on the disk. */
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0)
		assert_int_equal(reason, 0);
	ends->served += reason == 0;
	ends->asked += reason != 0;
	if (result.calls >= nth)
		return true;
	assert_int_equal(reason, 0);
	assert_true(result.calls >= e->calls_min);
	return false;
}

void *
everyfault_share(size_t bytes)
{
	void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(shared, MAP_FAILED);
	return shared;
}

void
everyfault_run(const struct everyfault *errands)
{
	static const int faults[] = {TRACECALLS_KILL, ENOSPC, EIO};
	struct ends ends = {0};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (int nth = 1; try(errands, nth, faults[i], &ends); nth++)
			assert_true(nth < CALLS_MAX);
	assert_true(ends.served > 0);
	assert_true(ends.asked > 0);
}
