/*
 * tracecalls.c - see tracecalls.h.  Any failure here ends the test program.
 */
#include "tests/publish/tracecalls.h"

#include <elf.h>
#include <err.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/ptrace.h and glibc's sys/ptrace.h exclude each other. */
long ptrace(int request, ...);

#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define SHORT_BYTES 7
/* Nobody else makes this call, so it marks the end. */
#define END_CALL SYS_getpgid
#define THREADS_MAX 16

#if defined(__x86_64__)
struct registers {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx,
	    rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss, fs_base, gs_base, ds,
	    es, fs, gs;
};
#define LENGTH rdx
#define RESULT rax
#elif defined(__aarch64__)
struct registers {
	uint64_t x[31], sp, pc, pstate;
};
#define LENGTH x[2]
#define RESULT x[0]
#else
#error "say where this machine keeps the arguments of a system call"
#endif

struct trace {
	int nth;
	int fault;
	bool counting;
	pid_t failing; /* the thread whose call was taken away */
	struct tracecalls_result result;
};

void
tracecalls_offer(void)
{
	if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
		_exit(99);
}

void
tracecalls_begin(void)
{
	(void)raise(SIGSTOP);
}

void
tracecalls_end(void)
{
	(void)syscall(END_CALL, -1);
}

static void
get_registers(pid_t thread, struct registers *registers)
{
	struct iovec place = {registers, sizeof(*registers)};

	if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &place) != 0)
		err(1, "PTRACE_GETREGSET");
}

static void
set_registers(pid_t thread, struct registers *registers)
{
	struct iovec place = {registers, sizeof(*registers)};

	if (ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &place) != 0)
		err(1, "PTRACE_SETREGSET");
}

/* The kernel is told of a call that there is not. */
static void
take_call_away(pid_t thread)
{
#if defined(__x86_64__)
	struct registers registers;

	get_registers(thread, &registers);
	registers.orig_rax = UINT64_MAX;
	set_registers(thread, &registers);
#else
	int none = -1;
	struct iovec place = {&none, sizeof(none)};

	if (ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &place) != 0)
		err(1, "NT_ARM_SYSTEM_CALL");
#endif
}

static void
fail_call(pid_t thread, int error)
{
	struct registers registers;

	get_registers(thread, &registers);
	registers.RESULT = (uint64_t) - (int64_t)error;
	set_registers(thread, &registers);
}

static bool
shorten_call(pid_t thread, long call)
{
	struct registers registers;

	if (call != SYS_write && call != SYS_pwrite64)
		return false;
	get_registers(thread, &registers);
	if (registers.LENGTH <= SHORT_BYTES)
		return false;
	registers.LENGTH = SHORT_BYTES;
	set_registers(thread, &registers);
	return true;
}

static void
on_entry(struct trace *trace, pid_t thread, long call)
{
	if (call == END_CALL)
		trace->counting = false;
	if (!trace->counting || ++trace->result.calls != trace->nth)
		return;
	trace->result.hit = true;
	trace->result.call = call;
	if (trace->fault == TRACECALLS_KILL) {
		(void)kill(thread, SIGKILL);
	} else if (trace->fault == TRACECALLS_SHORT) {
		trace->result.hit = shorten_call(thread, call);
	} else {
		take_call_away(thread);
		trace->failing = thread;
	}
}

static void
on_call(struct trace *trace, pid_t thread)
{
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) < 0)
		return; /* killed meanwhile */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		on_entry(trace, thread, (long)info.entry.nr);
	} else if (thread == trace->failing) {
		fail_call(thread, trace->fault);
		trace->failing = 0;
	}
}

/* What to hand on of a stop that is no system call; not those of ptrace. */
static int
signal_of(int status)
{
	int sig = WSTOPSIG(status);

	return sig == SIGSTOP || sig == SIGTRAP ? 0 : sig;
}

/* The first stop: from now on its threads are waited for as its group. */
static void
take(pid_t child)
{
	int status = 0;

	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		errx(1, "the process went before it began");
	if (ptrace(PTRACE_SETOPTIONS, child, 0, OPTIONS) != 0 ||
	    ptrace(PTRACE_SYSCALL, child, 0, 0) != 0)
		err(1, "ptrace");
}

struct tracecalls_result
tracecalls_run(pid_t child, int nth, int fault)
{
	struct trace trace = {.nth = nth, .fault = fault, .counting = true};
	int status = 0;

	take(child);
	for (;;) {
		pid_t thread = waitpid(-child, &status, __WALL);
		int sig = 0;

		if (thread < 0)
			err(1, "waitpid");
		if (WIFSTOPPED(status)) {
			if (WSTOPSIG(status) == SYSCALL_STOP)
				on_call(&trace, thread);
			else
				sig = signal_of(status);
			(void)ptrace(PTRACE_SYSCALL, thread, 0, sig);
		} else if (thread == child) {
			trace.result.status = status;
			return trace.result;
		}
	}
}
