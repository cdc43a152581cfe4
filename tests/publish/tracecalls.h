/*
 * tracecalls.h - another process under ptrace(2), of which one system call is
 * made to fail, to fall short, or to be the last.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define TRACECALLS_NONE (-1)
#define TRACECALLS_SHORT 0 /* a write takes a few bytes only */
#define TRACECALLS_KILL (-2)

/* In the process to be traced: before anything else; before the first call
 * that counts; behind the last one. */
void tracecalls_offer(void);
void tracecalls_begin(void);
void tracecalls_end(void);

/* How it went. */
struct tracecalls_result {
	bool hit;   /* the call came, and the fault fitted it */
	int calls;  /* that counted */
	long call;  /* number of the one that was hit */
	int status; /* as of waitpid(2) */
};

/*
 * Runs the process, which offered itself and leads a process group of its own,
 * to its end.  Of the calls that count, of all its threads, the nth (from 1)
 * gets the fault: an errno, or one of the above.
 */
struct tracecalls_result tracecalls_run(pid_t child, int nth, int fault);
