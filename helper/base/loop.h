/*
 * loop.h - the event loop; the only user of libuv.
 *
 * One thread, but for loop_work().  Callbacks run from loop_run() only, never
 * from inside the call that started something, so a caller may finish its own
 * work first.  Freeing a handle is always allowed, also from its own callback;
 * after that the callback does not run again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"

struct loop;
struct loop_timer;
struct loop_poll;
struct loop_signal;
struct loop_watch;

typedef void loop_fn(void *arg);
typedef void loop_poll_fn(void *arg, int events);
typedef void loop_watch_fn(void *arg, const char *file_name);

#define LOOP_READ 1
#define LOOP_WRITE 2

MUST_CHECK int loop_new(struct loop **ret_loop);
/* Frees what is left, pending deferred calls included. Accepts NULL. */
void loop_free(struct loop *loop);
/* Runs until loop_stop(), or until nothing is left that could happen. */
void loop_run(struct loop *loop);
/* For tests: one turn, waiting for an event only if wait. */
void loop_turn(struct loop *loop, bool wait);
void loop_stop(struct loop *loop);

/* One call in the next turn, in the order asked. */
MUST_CHECK int loop_defer(struct loop *loop, loop_fn *fn, void *arg);

/*
 * Runs work in another thread, then done from the loop.  Works of one loop run
 * one after the other, as asked, never two at once.  What work touches belongs
 * to it until done runs; loop_free() waits for the one that runs and forgets
 * the others, and no done runs any more.  ERR_NO_MEMORY.
 */
MUST_CHECK int loop_work(
    struct loop *loop, loop_fn *work, loop_fn *done, void *arg);
/* The same beside them, one after the other too: for what is short and somebody
 * waits for, which a long work must not hold up. */
MUST_CHECK int loop_work_short(
    struct loop *loop, loop_fn *work, loop_fn *done, void *arg);
/* Forgets the works that were given this arg, waiting for one that runs: then
 * nothing touches arg any more, and its done does not run. Blocks. */
void loop_work_cancel(struct loop *loop, const void *arg);

/* A one-shot timer; starting it again moves it. With 0 it fires in the next
 * turn; started from the callback of a timer, after 1 ms at the earliest, so
 * that timers which restart each other cannot starve the rest. Caller frees. */
MUST_CHECK int loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer);
void loop_timer_start(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_active(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Watches a descriptor that the caller owns and closes after freeing this; it
 * becomes non-blocking. */
MUST_CHECK int loop_poll_new(struct loop *loop, int fd, loop_poll_fn *fn,
    void *arg, struct loop_poll **ret_poll);
/* events: LOOP_READ | LOOP_WRITE; 0 stops watching. An error of the descriptor
 * is told as both at once, and stops the watching. */
void loop_poll_set(struct loop_poll *poll, int events);
void loop_poll_free(struct loop_poll *poll);

MUST_CHECK int loop_signal_new(struct loop *loop, int signum, loop_fn *fn,
    void *arg, struct loop_signal **ret_signal);
void loop_signal_free(struct loop_signal *sig);

/* Changes in a folder (not below it); file_name is NULL when unknown. */
MUST_CHECK int loop_watch_new(struct loop *loop, const char *folder,
    loop_watch_fn *fn, void *arg, struct loop_watch **ret_watch);
void loop_watch_free(struct loop_watch *watch);
