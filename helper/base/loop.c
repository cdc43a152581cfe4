/*
 * loop.c - timers, descriptors, signals, folders, deferred calls and work in
 * another thread, on libuv.
 *
 * Owns the libuv loop.  uv_close() ends later than it returns, so each handle
 * lives in a wrapper that the close callback frees; the caller's pointer is
 * dead at once and its callback never runs again.  Knows nothing of what the
 * callbacks do, and wakes the process only for what was asked.
 */
#include "base/loop.h"

#include <stdlib.h>

#include <uv.h>

#include "common/err.h"

struct deferred {
	struct deferred *next;
	loop_fn *fn;
	void *arg;
};

/* A thread of its own, not one of libuv's pool: that would stay for good, and
 * libuv ends the process where it cannot be made. */
struct work {
	struct work *next;
	struct loop *loop;
	loop_fn *work;
	loop_fn *done;
	void *arg;
	uv_thread_t thread;
	bool threaded;
	bool ended; /* atomic: set last by the thread */
};

enum lane { LANE_LONG, LANE_SHORT, LANE_COUNT };

struct loop {
	uv_loop_t uv;
	uv_idle_t idle; /* runs only while calls are deferred */
	struct deferred *first;
	struct deferred **last;
	bool firing;     /* a timer's callback runs */
	uv_async_t told; /* by a thread; counts only while works wait */
	struct work *works[LANE_COUNT]; /* the first of each one runs */
};

/* The libuv handle comes first in each wrapper and points back at it. */
struct loop_timer {
	uv_timer_t uv;
	loop_fn *fn;
	void *arg;
};

struct loop_poll {
	uv_poll_t uv;
	loop_poll_fn *fn;
	void *arg;
};

struct loop_signal {
	uv_signal_t uv;
	loop_fn *fn;
	void *arg;
};

struct loop_watch {
	uv_fs_event_t uv;
	loop_watch_fn *fn;
	void *arg;
};

static int
fault_of(int uv_error)
{
	switch (uv_error) {
	case 0:
		return 0;
	case UV_ENOMEM:
		return ERR_NO_MEMORY;
	case UV_ENOENT:
		return ERR_NOT_FOUND;
	case UV_EEXIST:
		return ERR_EXISTS;
	case UV_EINVAL:
	case UV_EBADF:
	case UV_EPERM:
		return ERR_INVALID_ARGUMENT;
	default:
		return ERR_IO;
	}
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
close_handle(uv_handle_t *handle)
{
	uv_close(handle, on_closed);
}

static void
close_left(uv_handle_t *handle, void *arg)
{
	if (!uv_is_closing(handle))
		close_handle(handle);
}

static void
on_idle(uv_idle_t *idle)
{
	struct loop *loop = idle->loop->data;
	struct deferred *batch = TAKE(loop->first);

	loop->last = &loop->first;
	while (batch != NULL) {
		struct deferred call = *batch;

		free(batch);
		batch = call.next;
		call.fn(call.arg);
	}
	if (loop->first == NULL)
		uv_idle_stop(idle);
}

static void
run_work(void *arg)
{
	struct work *work = arg;

	work->work(work->arg);
	__atomic_store_n(&work->ended, true, __ATOMIC_RELEASE);
	(void)uv_async_send(&work->loop->told);
}

static int
start_work(struct work *work)
{
	int r = uv_thread_create(&work->thread, run_work, work);

	work->threaded = r == 0;
	return work->threaded ? 0 : ERR_NO_MEMORY;
}

static bool
works(const struct loop *loop)
{
	return loop->works[LANE_LONG] != NULL ||
	    loop->works[LANE_SHORT] != NULL;
}

/* The first work has ended: the next one begins, in this thread when no other
 * can be had. */
static struct work *
pop_work(struct loop *loop, enum lane lane)
{
	struct work *ended = loop->works[lane];

	if (ended->threaded)
		(void)uv_thread_join(&ended->thread);
	loop->works[lane] = ended->next;
	if (ended->next != NULL && start_work(ended->next) != 0)
		run_work(ended->next);
	if (!works(loop))
		uv_unref((uv_handle_t *)&loop->told);
	return ended;
}

static void
tell_work(struct loop *loop, enum lane lane)
{
	struct work *work = loop->works[lane];

	/* One of the other lane, or one that was cancelled, may have told. */
	if (work == NULL || !__atomic_load_n(&work->ended, __ATOMIC_ACQUIRE))
		return;
	work = pop_work(loop, lane);
	work->done(work->arg);
	free(work);
}

static void
on_told(uv_async_t *handle)
{
	struct loop *loop = handle->loop->data;

	tell_work(loop, LANE_SHORT);
	tell_work(loop, LANE_LONG);
}

static int
init_handles(struct loop *loop)
{
	int r = uv_async_init(&loop->uv, &loop->told, on_told);

	if (r != 0)
		return fault_of(r);
	uv_unref((uv_handle_t *)&loop->told);
	uv_idle_init(&loop->uv, &loop->idle);
	return 0;
}

int
loop_new(struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int r;

	if (loop == NULL)
		return ERR_NO_MEMORY;
	r = uv_loop_init(&loop->uv);
	if (r != 0) {
		free(loop);
		return fault_of(r);
	}
	loop->uv.data = loop;
	loop->last = &loop->first;
	r = init_handles(loop);
	if (r != 0) {
		(void)uv_loop_close(&loop->uv);
		free(loop);
		return r;
	}
	*ret_loop = loop;
	return 0;
}

static void
free_works(struct work *work)
{
	if (work != NULL && work->threaded)
		(void)uv_thread_join(&work->thread);
	while (work != NULL) {
		struct work *next = work->next;

		free(work);
		work = next;
	}
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	free_works(loop->works[LANE_LONG]);
	free_works(loop->works[LANE_SHORT]);
	while (loop->first != NULL) {
		struct deferred *next = loop->first->next;

		free(loop->first);
		loop->first = next;
	}
	uv_walk(&loop->uv, close_left, NULL);
	while (uv_loop_close(&loop->uv) == UV_EBUSY)
		uv_run(&loop->uv, UV_RUN_ONCE);
	free(loop);
}

void
loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void
loop_turn(struct loop *loop, bool wait)
{
	uv_run(&loop->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void
loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

int
loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	struct deferred *call = malloc(sizeof(*call));

	if (call == NULL)
		return ERR_NO_MEMORY;
	*call = (struct deferred){.fn = fn, .arg = arg};
	*loop->last = call;
	loop->last = &call->next;
	uv_idle_start(&loop->idle, on_idle);
	return 0;
}

static int
add_work(struct loop *loop, enum lane lane, const struct work *work)
{
	struct work **last = &loop->works[lane];
	struct work *added = malloc(sizeof(*added));

	if (added == NULL)
		return ERR_NO_MEMORY;
	*added = *work;
	while (*last != NULL)
		last = &(*last)->next;
	if (last == &loop->works[lane]) {
		int err = start_work(added);

		if (err != 0) {
			free(added);
			return err;
		}
		uv_ref((uv_handle_t *)&loop->told);
	}
	*last = added;
	return 0;
}

int
loop_work(struct loop *loop, loop_fn *work, loop_fn *done, void *arg)
{
	return add_work(loop, LANE_LONG,
	    &(struct work){
		.loop = loop, .work = work, .done = done, .arg = arg});
}

int
loop_work_short(struct loop *loop, loop_fn *work, loop_fn *done, void *arg)
{
	return add_work(loop, LANE_SHORT,
	    &(struct work){
		.loop = loop, .work = work, .done = done, .arg = arg});
}

static void
cancel_works(struct loop *loop, enum lane lane, const void *arg)
{
	struct work **at = &loop->works[lane];

	while (*at != NULL && (*at)->next != NULL) {
		struct work *waiting = (*at)->next;

		if (waiting->arg == arg) {
			(*at)->next = waiting->next;
			free(waiting);
		} else {
			at = &(*at)->next;
		}
	}
	if (loop->works[lane] != NULL && loop->works[lane]->arg == arg)
		free(pop_work(loop, lane));
}

void
loop_work_cancel(struct loop *loop, const void *arg)
{
	cancel_works(loop, LANE_LONG, arg);
	cancel_works(loop, LANE_SHORT, arg);
}

static void
on_timer(uv_timer_t *handle)
{
	struct loop_timer *timer = handle->data;
	struct loop *loop = handle->loop->data;

	loop->firing = true;
	timer->fn(timer->arg);
	loop->firing = false;
}

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return ERR_NO_MEMORY;
	timer->fn = fn;
	timer->arg = arg;
	uv_timer_init(&loop->uv, &timer->uv);
	timer->uv.data = timer;
	*ret_timer = timer;
	return 0;
}

/* libuv counts from the turn's start, which is long ago when a callback took
 * its time. */
static uint64_t
lag_ms(uv_loop_t *uv)
{
	uint64_t now_ms = uv_hrtime() / 1000000;
	uint64_t turn_ms = uv_now(uv);

	return now_ms > turn_ms ? now_ms - turn_ms : 0;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	const struct loop *loop = timer->uv.loop->data;
	uint64_t delay = 0;

	/* A timer that restarts itself with 0 would never let libuv go on. */
	if (delay_ms < 1 && loop->firing)
		delay_ms = 1;
	if (delay_ms > 0)
		delay = (uint64_t)delay_ms + lag_ms(timer->uv.loop);
	uv_timer_start(&timer->uv, on_timer, delay, 0);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	uv_timer_stop(&timer->uv);
}

bool
loop_timer_active(const struct loop_timer *timer)
{
	return uv_is_active((const uv_handle_t *)&timer->uv) != 0;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer != NULL)
		close_handle((uv_handle_t *)&timer->uv);
}

static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct loop_poll *poll = handle->data;
	int told = 0;

	/* The owner meets an error where it reads or writes. */
	if (status < 0 || (events & UV_READABLE) != 0)
		told |= LOOP_READ;
	if (status < 0 || (events & UV_WRITABLE) != 0)
		told |= LOOP_WRITE;
	poll->fn(poll->arg, told);
}

int
loop_poll_new(struct loop *loop, int fd, loop_poll_fn *fn, void *arg,
    struct loop_poll **ret_poll)
{
	struct loop_poll *poll = calloc(1, sizeof(*poll));
	int r;

	if (poll == NULL)
		return ERR_NO_MEMORY;
	poll->fn = fn;
	poll->arg = arg;
	r = uv_poll_init(&loop->uv, &poll->uv, fd);
	if (r != 0) {
		free(poll);
		return fault_of(r);
	}
	poll->uv.data = poll;
	*ret_poll = poll;
	return 0;
}

void
loop_poll_set(struct loop_poll *poll, int events)
{
	int wanted = 0;

	if ((events & LOOP_READ) != 0)
		wanted |= UV_READABLE;
	if ((events & LOOP_WRITE) != 0)
		wanted |= UV_WRITABLE;
	if (wanted != 0)
		uv_poll_start(&poll->uv, wanted, on_poll);
	else
		uv_poll_stop(&poll->uv);
}

void
loop_poll_free(struct loop_poll *poll)
{
	if (poll != NULL)
		close_handle((uv_handle_t *)&poll->uv);
}

static void
on_signal(uv_signal_t *handle, int signum)
{
	struct loop_signal *sig = handle->data;

	sig->fn(sig->arg);
}

int
loop_signal_new(struct loop *loop, int signum, loop_fn *fn, void *arg,
    struct loop_signal **ret_signal)
{
	struct loop_signal *sig = calloc(1, sizeof(*sig));
	int r;

	if (sig == NULL)
		return ERR_NO_MEMORY;
	sig->fn = fn;
	sig->arg = arg;
	r = uv_signal_init(&loop->uv, &sig->uv);
	if (r != 0) {
		free(sig);
		return fault_of(r);
	}
	sig->uv.data = sig;
	r = uv_signal_start(&sig->uv, on_signal, signum);
	if (r != 0) {
		loop_signal_free(sig);
		return fault_of(r);
	}
	*ret_signal = sig;
	return 0;
}

void
loop_signal_free(struct loop_signal *sig)
{
	if (sig != NULL)
		close_handle((uv_handle_t *)&sig->uv);
}

static void
on_watch(uv_fs_event_t *handle, const char *file_name, int events, int status)
{
	struct loop_watch *watch = handle->data;

	watch->fn(watch->arg, status < 0 ? NULL : file_name);
}

int
loop_watch_new(struct loop *loop, const char *folder, loop_watch_fn *fn,
    void *arg, struct loop_watch **ret_watch)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (watch == NULL)
		return ERR_NO_MEMORY;
	watch->fn = fn;
	watch->arg = arg;
	uv_fs_event_init(&loop->uv, &watch->uv);
	watch->uv.data = watch;
	r = uv_fs_event_start(&watch->uv, on_watch, folder, 0);
	if (r != 0) {
		loop_watch_free(watch);
		return fault_of(r);
	}
	*ret_watch = watch;
	return 0;
}

void
loop_watch_free(struct loop_watch *watch)
{
	if (watch != NULL)
		close_handle((uv_handle_t *)&watch->uv);
}
