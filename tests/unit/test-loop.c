/*
 * test-loop.c - callbacks run from the loop only, in order, and never after
 * their handle was freed.
 */
#include "base/loop.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

struct fixture {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_poll *poll;
	struct loop_signal *sig;
	struct loop_watch *watch;
	char order[32];
	char file_name[64];
	int calls;
	int events;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f == NULL ? -1 : loop_new(&f->loop);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	free(f);
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
on_count(void *arg)
{
	struct fixture *f = arg;

	f->calls++;
}

static void
note(struct fixture *f, char letter)
{
	f->order[strlen(f->order)] = letter;
}

static void
on_a(void *arg)
{
	note(arg, 'a');
}

static void
on_b(void *arg)
{
	note(arg, 'b');
}

static void
on_b_then_a(void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(loop_defer(f->loop, on_a, f), 0);
	on_b(f);
}

static void
deferred_calls_run_later_and_in_order(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_defer(f->loop, on_b_then_a, f), 0);
	assert_int_equal(loop_defer(f->loop, on_b, f), 0);
	assert_string_equal(f->order, "");
	loop_turn(f->loop, false);
	assert_string_equal(f->order, "bb");
	loop_turn(f->loop, true);
	assert_string_equal(f->order, "bba");
	loop_run(f->loop);
	assert_string_equal(f->order, "bba");
}

static void
pending_calls_are_dropped_with_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_defer(f->loop, on_count, f), 0);
	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	loop_timer_start(f->timer, 1);
	loop_free(TAKE(f->loop));
	assert_int_equal(f->calls, 0);
	loop_free(NULL);
}

static void
a_timer_fires_once_and_not_early(void **state)
{
	struct fixture *f = *state;
	int64_t start_ms;

	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	start_ms = now_ms();
	loop_timer_start(f->timer, 30);
	assert_true(loop_timer_active(f->timer));
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	assert_true(now_ms() - start_ms >= 29);
	assert_false(loop_timer_active(f->timer));
	loop_timer_free(f->timer);
}

/* The turn began before the wait, so the timer counts from the start call. */
static void
a_timer_counts_from_its_start(void **state)
{
	struct fixture *f = *state;
	const struct timespec wait = {.tv_nsec = 60 * 1000000};
	int64_t start_ms;

	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	loop_turn(f->loop, false);
	nanosleep(&wait, NULL);
	start_ms = now_ms();
	loop_timer_start(f->timer, 40);
	loop_run(f->loop);
	assert_true(now_ms() - start_ms >= 39);
	loop_timer_free(f->timer);
}

static void
a_timer_can_be_moved_and_stopped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	loop_timer_start(f->timer, 3600 * 1000);
	loop_timer_start(f->timer, -5);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	loop_timer_start(f->timer, 1);
	loop_timer_stop(f->timer);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	loop_timer_free(f->timer);
}

static void
a_timer_of_0_fires_in_the_next_turn(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	loop_timer_start(f->timer, 0);
	assert_int_equal(f->calls, 0);
	loop_turn(f->loop, false);
	assert_int_equal(f->calls, 1);
	loop_timer_free(f->timer);
}

static void
on_restart(void *arg)
{
	struct fixture *f = arg;

	if (++f->calls < 5)
		loop_timer_start(f->timer, 0);
}

/* One turn, one call: a busy timer leaves room for the others. */
static void
a_timer_that_restarts_itself_does_not_starve_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_timer_new(f->loop, on_restart, f, &f->timer), 0);
	loop_timer_start(f->timer, 0);
	loop_turn(f->loop, true);
	assert_true(f->calls < 5);
	loop_run(f->loop);
	assert_int_equal(f->calls, 5);
	loop_timer_free(f->timer);
}

static void
on_free_timer(void *arg)
{
	struct fixture *f = arg;

	f->calls++;
	loop_timer_free(TAKE(f->timer));
}

static void
a_timer_may_be_freed_from_its_own_callback(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    loop_timer_new(f->loop, on_free_timer, f, &f->timer), 0);
	loop_timer_start(f->timer, 1);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	assert_null(f->timer);
	loop_timer_free(NULL);
}

static void
a_freed_timer_never_fires(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_timer_new(f->loop, on_count, f, &f->timer), 0);
	loop_timer_start(f->timer, 1);
	loop_timer_free(TAKE(f->timer));
	loop_run(f->loop);
	assert_int_equal(f->calls, 0);
}

static void
on_ready(void *arg, int events)
{
	struct fixture *f = arg;

	f->calls++;
	f->events = events;
	loop_poll_free(TAKE(f->poll));
}

static void
a_descriptor_is_told_and_may_be_freed_inside(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(
	    loop_poll_new(f->loop, fds[0], on_ready, f, &f->poll), 0);
	loop_poll_set(f->poll, LOOP_READ);
	loop_turn(f->loop, false);
	assert_int_equal(f->calls, 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	assert_int_equal(f->events, LOOP_READ);
	assert_int_equal(
	    loop_poll_new(f->loop, fds[1], on_ready, f, &f->poll), 0);
	loop_poll_set(f->poll, LOOP_READ | LOOP_WRITE);
	loop_run(f->loop);
	assert_int_equal(f->events, LOOP_WRITE);
	close(fds[0]);
	close(fds[1]);
}

static void
an_unwatched_descriptor_is_quiet(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(
	    loop_poll_new(f->loop, fds[1], on_ready, f, &f->poll), 0);
	loop_poll_set(f->poll, LOOP_WRITE);
	loop_poll_set(f->poll, 0);
	loop_run(f->loop);
	assert_int_equal(f->calls, 0);
	loop_poll_set(f->poll, LOOP_WRITE);
	loop_poll_free(TAKE(f->poll));
	loop_run(f->loop);
	assert_int_equal(f->calls, 0);
	close(fds[0]);
	close(fds[1]);
}

/* The pipe's writer is gone and so is its reader: the owner must be told. */
static void
a_broken_descriptor_is_told_as_ready(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	assert_int_equal(
	    loop_poll_new(f->loop, fds[1], on_ready, f, &f->poll), 0);
	loop_poll_set(f->poll, LOOP_WRITE);
	loop_run(f->loop);
	assert_true((f->events & LOOP_WRITE) != 0);
	close(fds[1]);
}

static void
a_descriptor_that_cannot_be_watched_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_poll_new(f->loop, -1, on_ready, f, &f->poll),
	    ERR_INVALID_ARGUMENT);
	assert_null(f->poll);
	loop_poll_free(NULL);
}

static void
on_stop(void *arg)
{
	struct fixture *f = arg;

	f->calls++;
	loop_stop(f->loop);
}

static void
a_signal_stops_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    loop_signal_new(f->loop, SIGUSR1, on_stop, f, &f->sig), 0);
	raise(SIGUSR1);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	loop_signal_free(TAKE(f->sig));
	assert_int_equal(loop_signal_new(f->loop, SIGKILL, on_stop, f, &f->sig),
	    ERR_INVALID_ARGUMENT);
	loop_run(f->loop);
}

static void
on_change(void *arg, const char *file_name)
{
	struct fixture *f = arg;

	f->calls++;
	if (file_name != NULL)
		snprintf(f->file_name, sizeof(f->file_name), "%s", file_name);
	loop_watch_free(TAKE(f->watch));
}

static void
a_change_in_a_folder_is_told_by_name(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/test-loop.XXXXXX";
	char path[64];
	int fd;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(
	    loop_watch_new(f->loop, folder, on_change, f, &f->watch), 0);
	snprintf(path, sizeof(path), "%s/passwd", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	loop_run(f->loop);
	assert_int_equal(f->calls, 1);
	assert_string_equal(f->file_name, "passwd");
	unlink(path);
	rmdir(folder);
	assert_int_equal(
	    loop_watch_new(f->loop, folder, on_change, f, &f->watch),
	    ERR_NOT_FOUND);
}

static void
on_note_thread(void *arg)
{
	struct fixture *f = arg;

	note(f, gettid() == getpid() ? 'l' : 'w');
}

static void
work_runs_elsewhere_and_is_told_in_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    loop_work(f->loop, on_note_thread, on_note_thread, f), 0);
	assert_int_equal(
	    loop_work(f->loop, on_note_thread, on_note_thread, f), 0);
	loop_run(f->loop);
	assert_int_equal(strlen(f->order), 4);
	assert_int_equal(f->order[0], 'w');
	assert_int_equal(f->order[3], 'l');
}

static void
on_alone(void *arg)
{
	struct fixture *f = arg;

	if (__atomic_fetch_add(&f->events, 1, __ATOMIC_SEQ_CST) != 0)
		f->order[0] = 'x';
	(void)sched_yield();
	(void)__atomic_sub_fetch(&f->events, 1, __ATOMIC_SEQ_CST);
}

static void
works_never_run_at_once(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++)
		assert_int_equal(loop_work(f->loop, on_alone, on_count, f), 0);
	loop_run(f->loop);
	assert_int_equal(f->calls, 100);
	assert_string_equal(f->order, "");
}

static void
on_slow_b(void *arg)
{
	const struct timespec moment = {.tv_nsec = 20000000};

	(void)nanosleep(&moment, NULL);
	on_b(arg);
}

static void
a_cancelled_work_is_waited_for_and_not_told(void **state)
{
	struct fixture *f = *state;
	struct fixture other = {0};

	assert_int_equal(loop_work(f->loop, on_slow_b, on_count, f), 0);
	assert_int_equal(loop_work(f->loop, on_a, on_count, &other), 0);
	assert_int_equal(loop_work(f->loop, on_a, on_count, f), 0);
	loop_work_cancel(f->loop, f);
	assert_string_equal(f->order, "b");
	loop_run(f->loop);
	assert_int_equal(f->calls, 0);
	assert_string_equal(f->order, "b");
	assert_int_equal(other.calls, 1);
	assert_string_equal(other.order, "a");
}

static void
a_running_work_is_waited_for_by_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_work(f->loop, on_slow_b, on_count, f), 0);
	assert_int_equal(loop_work(f->loop, on_a, on_count, f), 0);
	loop_free(TAKE(f->loop));
	assert_string_equal(f->order, "b");
	assert_int_equal(f->calls, 0);
}

static void
on_wait_for_note(void *arg)
{
	struct fixture *f = arg;

	while (__atomic_load_n(&f->events, __ATOMIC_ACQUIRE) == 0)
		(void)sched_yield();
}

static void
on_note_event(void *arg)
{
	struct fixture *f = arg;

	on_a(f);
	__atomic_store_n(&f->events, 1, __ATOMIC_RELEASE);
}

/* The long one ends only after both short ones are done. */
static void
a_long_work_holds_up_no_short_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_work(f->loop, on_wait_for_note, on_b, f), 0);
	assert_int_equal(loop_work_short(f->loop, on_a, on_count, f), 0);
	assert_int_equal(loop_work_short(f->loop, on_a, on_note_event, f), 0);
	loop_run(f->loop);
	assert_string_equal(f->order, "aaab");
	assert_int_equal(f->calls, 1);
}

static void
a_short_work_is_cancelled_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_work_short(f->loop, on_slow_b, on_count, f), 0);
	loop_work_cancel(f->loop, f);
	assert_string_equal(f->order, "b");
	assert_int_equal(loop_work_short(f->loop, on_slow_b, on_count, f), 0);
	loop_free(TAKE(f->loop));
	assert_string_equal(f->order, "bb");
	assert_int_equal(f->calls, 0);
}

#define LOOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LOOP_TEST(deferred_calls_run_later_and_in_order),
	    LOOP_TEST(pending_calls_are_dropped_with_the_loop),
	    LOOP_TEST(a_timer_fires_once_and_not_early),
	    LOOP_TEST(a_timer_counts_from_its_start),
	    LOOP_TEST(a_timer_can_be_moved_and_stopped),
	    LOOP_TEST(a_timer_of_0_fires_in_the_next_turn),
	    LOOP_TEST(a_timer_that_restarts_itself_does_not_starve_the_loop),
	    LOOP_TEST(a_timer_may_be_freed_from_its_own_callback),
	    LOOP_TEST(a_freed_timer_never_fires),
	    LOOP_TEST(a_descriptor_is_told_and_may_be_freed_inside),
	    LOOP_TEST(an_unwatched_descriptor_is_quiet),
	    LOOP_TEST(a_broken_descriptor_is_told_as_ready),
	    LOOP_TEST(a_descriptor_that_cannot_be_watched_is_refused),
	    LOOP_TEST(a_signal_stops_the_loop),
	    LOOP_TEST(a_change_in_a_folder_is_told_by_name),
	    LOOP_TEST(work_runs_elsewhere_and_is_told_in_the_loop),
	    LOOP_TEST(works_never_run_at_once),
	    LOOP_TEST(a_cancelled_work_is_waited_for_and_not_told),
	    LOOP_TEST(a_running_work_is_waited_for_by_the_loop),
	    LOOP_TEST(a_long_work_holds_up_no_short_one),
	    LOOP_TEST(a_short_work_is_cancelled_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
