/*
 * test-storm.c - T65: threads, forks and a handler that jumps away, all while
 * one publication follows the other.
 *
 * Each storm lasts some seconds, or $ORGLOGIN_NSS_SECONDS.  Whoever hangs is
 * killed, and whoever gets an answer that contradicts itself says so.
 */
#include "tests/nss/lab.h"

#include <pthread.h>
#include <sched.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/nss/people.h"

#define STORM_S 2
#define FIRST_ONES 4
/* Longer than the module waits for one who was torn away. */
#define LEASE_S 20

#ifdef __SANITIZE_THREAD__
/*
 * The design lets a reader read a map that is being replaced: at the end of
 * the lookup it knows, and begins again.  Only bytes of the file may be
 * read so; of all else a race is an error.
 */
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(
    void);

const char *
__tsan_default_suppressions(void)
{
	return "race:snapshot_\nrace:roster_\nrace:pack_\n";
}
#endif

struct crowd {
	const struct lab_module *nss;
	_Atomic uint64_t looks;
	_Atomic uint64_t jumps;
	atomic_bool stop;
};

/* Nobody sees time go back. */
static void
see(uint64_t *last, uint64_t generation)
{
	LAB_CHECK(generation >= *last);
	*last = generation;
}

static void *
look_for_users(void *context)
{
	struct crowd *crowd = context;
	uint64_t last = 1;

	while (!atomic_load(&crowd->stop)) {
		for (uint32_t i = 0; i < PEOPLE_ALWAYS; i++) {
			see(&last, people_by_name(crowd->nss, i));
			see(&last, people_by_id(crowd->nss, i));
		}
		(void)people_by_name(crowd->nss, PEOPLE_MAX - 1);
		atomic_fetch_add(&crowd->looks, 1);
	}
	return NULL;
}

static void *
look_for_groups(void *context)
{
	struct crowd *crowd = context;

	while (!atomic_load(&crowd->stop)) {
		(void)people_groups(crowd->nss);
		(void)people_list(crowd->nss, 0);
		people_misses(crowd->nss);
		atomic_fetch_add(&crowd->looks, 1);
	}
	return NULL;
}

/* glibc lets one thread at a time walk, so there is one. */
static void *
walk(void *context)
{
	struct crowd *crowd = context;

	while (!atomic_load(&crowd->stop)) {
		people_walk_users(crowd->nss);
		people_walk_groups(crowd->nss);
		atomic_fetch_add(&crowd->looks, 1);
	}
	return NULL;
}

static void
in_threads(const struct lab *lab)
{
	static void *(*const work[])(void *) = {
	    look_for_users, look_for_users, look_for_groups, walk};
	struct crowd crowd = {.nss = &lab->nss};
	struct people_press press;
	pthread_t threads[ARRAY_SIZE(work)];
	uint64_t end_s = lab_now_s() + lab_seconds(STORM_S);
	uint64_t last;

	people_all(&lab->nss, 1);
	people_press_start(&press);
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		LAB_CHECK(
		    pthread_create(&threads[i], NULL, work[i], &crowd) == 0);
	while (lab_now_s() < end_s || atomic_load(&crowd.looks) < 100)
		(void)usleep(10000);
	atomic_store(&crowd.stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		LAB_CHECK(pthread_join(threads[i], NULL) == 0);
	last = people_press_stop(&press);
	LAB_CHECK(last > 10);
	people_all(&lab->nss, last);
}

static void
t65_threads(void **state)
{
	people_publish(1);
	lab_run(*state, in_threads, lab_seconds(STORM_S));
}

static void *
look_first(void *context)
{
	struct crowd *crowd = context;
	uint64_t last = 1;

	atomic_fetch_add(&crowd->looks, 1);
	while (atomic_load(&crowd->looks) < FIRST_ONES)
		(void)sched_yield();
	for (int i = 0; i < 20; i++)
		see(&last, people_by_name(crowd->nss, 0));
	return NULL;
}

/*
 * All threads of a process at once ask for the first time.  Those that have to
 * read a map of their own see no newer list than the one that is then shared.
 */
static void
be_first(const struct lab_module *nss, const struct people_press *press)
{
	uint64_t known;
	struct crowd crowd = {.nss = nss};
	pthread_t threads[FIRST_ONES];

	for (size_t i = 0; i < FIRST_ONES; i++)
		LAB_CHECK(
		    pthread_create(&threads[i], NULL, look_first, &crowd) == 0);
	for (size_t i = 0; i < FIRST_ONES; i++)
		LAB_CHECK(pthread_join(threads[i], NULL) == 0);
	known = people_press_newest(press);
	see(&known, people_by_name(nss, 0));
	_exit(0);
}

static void
first_in_threads(const struct lab *lab)
{
	struct people_press press;
	uint64_t end_s = lab_now_s() + lab_seconds(STORM_S);
	int processes = 0;

	people_press_start(&press);
	for (; lab_now_s() < end_s || processes < 20; processes++) {
		pid_t child = fork();
		int status = -1;

		LAB_CHECK(child >= 0);
		if (child == 0)
			be_first(&lab->nss, &press);
		LAB_CHECK(waitpid(child, &status, 0) == child);
		LAB_CHECK(status == 0);
	}
	(void)people_press_stop(&press);
}

static void
t65_first_lookups_of_threads(void **state)
{
	people_publish(1);
	lab_run(*state, first_in_threads, lab_seconds(STORM_S));
}

/* A child of a process whose other threads may have been anywhere in the
 * module.  What they held nobody returns, so it is given up for lost. */
static void
be_child(const struct lab_module *nss, uint64_t known)
{
	(void)people_by_name(nss, 1);
	(void)people_groups(nss);
	lab_set_clock((int64_t)lab_now_s() + LEASE_S);
	see(&known, people_by_name(nss, 0));
	see(&known, people_by_id(nss, 2));
	(void)people_list(nss, 1);
	people_walk_users(nss);
	_exit(0);
}

static void
fork_some(const struct lab_module *nss, const struct people_press *press)
{
	pid_t children[8];

	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = fork();
		LAB_CHECK(children[i] >= 0);
		if (children[i] == 0)
			be_child(nss, people_press_newest(press));
	}
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		int status = -1;

		LAB_CHECK(waitpid(children[i], &status, 0) == children[i]);
		LAB_CHECK(status == 0);
	}
}

static void
in_forks(const struct lab *lab)
{
	struct crowd crowd = {.nss = &lab->nss};
	struct people_press press;
	pthread_t threads[2];
	uint64_t end_s = lab_now_s() + lab_seconds(STORM_S);

	people_press_start(&press);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		LAB_CHECK(pthread_create(
			      &threads[i], NULL, look_for_users, &crowd) == 0);
	while (lab_now_s() < end_s || atomic_load(&crowd.looks) < 100)
		fork_some(&lab->nss, &press);
	atomic_store(&crowd.stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		LAB_CHECK(pthread_join(threads[i], NULL) == 0);
	people_all(&lab->nss, people_press_stop(&press));
}

static void
t65_forks(void **state)
{
	people_publish(1);
	lab_run(*state, in_forks, lab_seconds(STORM_S));
}

/* Where a thread goes on after the handler, if it is in lookups at all. */
struct landing {
	sigjmp_buf place;
	volatile sig_atomic_t open;
};

static struct landing *
get_landing(void)
{
	static _Thread_local struct landing landing;

	return &landing;
}

static void
jump_away(int number)
{
	struct landing *landing = get_landing();

	if (landing->open)
		siglongjmp(landing->place, number);
}

/* Looks and is torn away; what was torn has no answer, what was not has a
 * right one. */
static void *
be_torn(void *context)
{
	struct crowd *crowd = context;
	struct landing *landing = get_landing();
	volatile uint64_t seen = 1;

	if (sigsetjmp(landing->place, 1))
		atomic_fetch_add(&crowd->jumps, 1);
	landing->open = 1;
	while (!atomic_load(&crowd->stop)) {
		uint64_t last = seen;

		see(&last, people_by_name(crowd->nss, 0));
		see(&last, people_by_id(crowd->nss, 1));
		seen = last;
		(void)people_list(crowd->nss, 0);
		(void)people_groups(crowd->nss);
		atomic_fetch_add(&crowd->looks, 1);
	}
	landing->open = 0;
	return NULL;
}

static void
start_timer(bool on)
{
	const struct itimerval each = {{0, on ? 1000 : 0}, {0, on ? 1000 : 0}};
	const struct sigaction action = {.sa_handler = jump_away};

	LAB_CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	LAB_CHECK(setitimer(ITIMER_REAL, &each, NULL) == 0);
}

/* Maps of the file, replaced ones included. */
static int
count_maps(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[1024];
	int count = 0;

	LAB_CHECK(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, LAB_SNAPSHOT) != NULL;
	LAB_CHECK(fclose(maps) == 0);
	return count;
}

/* The other thread ends it, for the torn one has no time of its own. */
static void *
end_later(void *context)
{
	struct crowd *crowd = context;
	uint64_t end_s = lab_now_s() + lab_seconds(STORM_S);

	while (lab_now_s() < end_s || atomic_load(&crowd->looks) < 100 ||
	    atomic_load(&crowd->jumps) < 100)
		(void)usleep(10000);
	start_timer(false);
	atomic_store(&crowd->stop, true);
	return NULL;
}

static void
torn_by_signals(const struct lab *lab)
{
	struct crowd crowd = {.nss = &lab->nss};
	struct people_press press;
	pthread_t threads[2];

	people_all(&lab->nss, 1);
	people_press_start(&press);
	start_timer(true);
	LAB_CHECK(pthread_create(&threads[0], NULL, end_later, &crowd) == 0);
	LAB_CHECK(pthread_create(&threads[1], NULL, be_torn, &crowd) == 0);
	(void)be_torn(&crowd);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		LAB_CHECK(pthread_join(threads[i], NULL) == 0);
	/* A jump may have taken away whoever was replacing the map. */
	lab_set_clock((int64_t)lab_now_s() + LEASE_S);
	people_all(&lab->nss, people_press_stop(&press));
	LAB_CHECK(count_maps() <= 2);
}

static void
t65_a_handler_that_jumps_out(void **state)
{
	people_publish(1);
	lab_run(*state, torn_by_signals, lab_seconds(STORM_S));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t65_threads),
	    TEST(t65_first_lookups_of_threads),
	    TEST(t65_forks),
	    TEST(t65_a_handler_that_jumps_out),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
