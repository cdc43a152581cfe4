/*
 * nsstime.c - times name lookups of a module against the floor.
 *
 *	nsstime [-f FLOOR.so] [-l MODULE.so] [-k KEYS] [-r ROUNDS] [-T THREADS]
 *	    [-w WARM] [-K MOST] [-c] [-R] LABEL SIZE MODULE|glibc [OPERATION...]
 *
 * In each round the floor and the module run back to back, so that their ratio
 * is free of the machine's drift; what is printed is the median of the rounds,
 * one line an operation, parted by tabs: label, size, operation, ns, least and
 * most ns, the floor's ns, ratio, throughput of all threads over one, the same
 * of the floor, hits, misses, errors, wrong answers, items.  -c counts the
 * processor time of the asking threads, for modules that ask nobody, so that
 * what else runs on the machine takes no turns in it.  -R prints memory.
 */
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/nss/nssworker.h"
#include "common/num.h"

#define ROUNDS_MAX 101
#define THREADS_MAX 16
#define ROUND_S 0.05
#define COUNT_MAX ((size_t)1 << 26)
#define WARM_MAX_S 120

struct plan {
	const char *label;
	const char *size;
	struct nssmodule module;
	struct nssmodule floor;
	bool has_floor;
	const char *folder; /* of the keys */
	size_t keys_max;
	size_t warm; /* keys to ask for once ahead */
	size_t rounds;
	size_t threads;
	clockid_t clock;
};

static double
read_s(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
now_s(void)
{
	return read_s(CLOCK_MONOTONIC);
}

static double
run_s(struct nssworker *worker, clockid_t clock)
{
	double start = read_s(clock);

	nssworker_run(worker);
	return read_s(clock) - start;
}

struct start_line {
	atomic_size_t waiting;
	atomic_bool go;
};

struct runner {
	_Alignas(NSSWORKER_ALIGN) struct nssworker *worker;
	struct start_line *line;
	clockid_t clock;
	double seconds;
};

static void *
run_thread(void *arg)
{
	struct runner *runner = arg;

	atomic_fetch_add(&runner->line->waiting, 1);
	while (!atomic_load(&runner->line->go))
		;
	runner->seconds = run_s(runner->worker, runner->clock);
	return NULL;
}

/* Lookups a second of all threads together. */
static double
threads_speed(struct nssworker *workers, size_t count, clockid_t clock)
{
	pthread_t ids[THREADS_MAX];
	struct runner runners[THREADS_MAX];
	struct start_line line = {0};
	double speed = 0;

	for (size_t i = 0; i < count; i++) {
		runners[i] = (struct runner){
		    .worker = &workers[i], .line = &line, .clock = clock};
		if (pthread_create(&ids[i], NULL, run_thread, &runners[i]) != 0)
			errx(1, "pthread_create");
	}
	while (atomic_load(&line.waiting) < count)
		;
	atomic_store(&line.go, true);
	for (size_t i = 0; i < count; i++) {
		(void)pthread_join(ids[i], NULL);
		speed += (double)workers[i].count / runners[i].seconds;
	}
	return speed;
}

static size_t
clamp(double count)
{
	if (count < 1)
		return 1;
	return count > (double)COUNT_MAX ? COUNT_MAX : (size_t)count;
}

/* How many lookups fill one round. */
static size_t
calibrate(struct nssworker *worker, clockid_t clock)
{
	double give_up = now_s() + 1;

	for (worker->count = 1;; worker->count *= 2) {
		double took = run_s(worker, clock);

		if (took >= ROUND_S / 4 || now_s() > give_up ||
		    worker->count >= COUNT_MAX)
			return clamp((double)worker->count * ROUND_S / took);
	}
}

/* Not in the order of the timed rounds: a cache that is filled by asking would
 * lay its answers out for us. */
static void
warm(struct nssworker *worker, size_t count, double seconds)
{
	double give_up = now_s() + seconds;
	size_t step = worker->keys->count * 618 / 1000 | 1;

	worker->step = step < worker->keys->count ? step : 1;
	worker->count = 16;
	for (size_t done = 0; done < count && now_s() < give_up; done += 16)
		nssworker_run(worker);
	worker->step = 1;
	worker->cursor = 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

/* One operation under way. */
struct trial {
	const struct plan *plan;
	const struct nssop *op;
	struct nsskeys keys;
	struct nssworker workers[THREADS_MAX];
	struct nssworker floors[THREADS_MAX];
	struct nssworker check;
	bool has_floor;
	bool has_threads;
	double ns[ROUNDS_MAX];
	double floor_ns[ROUNDS_MAX];
	double ratio[ROUNDS_MAX];
	double scaling[ROUNDS_MAX];
	double floor_scaling[ROUNDS_MAX];
};

static void
trial_init(struct trial *t, const struct plan *plan, const struct nssop *op)
{
	*t = (struct trial){.plan = plan, .op = op};
	if (op->keys != NULL)
		t->keys = nsskeys_load(plan->folder, op->keys, plan->keys_max);
	t->has_floor = plan->has_floor && nssop_has(&plan->floor, op->kind);
	t->has_threads = plan->threads > 1 && op->keys != NULL;
	for (size_t i = 0; i < plan->threads; i++) {
		nssworker_init(&t->workers[i], &plan->module, op, &t->keys);
		nssworker_init(&t->floors[i], &plan->floor, op, &t->keys);
		t->workers[i].cursor = t->keys.count * i / plan->threads;
		t->floors[i].cursor = t->workers[i].cursor;
	}
	nssworker_init(&t->check, &plan->module, op, &t->keys);
}

static void
trial_done(struct trial *t)
{
	for (size_t i = 0; i < t->plan->threads; i++) {
		nssworker_done(&t->workers[i]);
		nssworker_done(&t->floors[i]);
	}
	nssworker_done(&t->check);
	nsskeys_done(&t->keys);
}

/* The answers are held against the keys before any time is trusted; then page
 * tables and processor caches get a second, for module and floor alike. */
static void
prepare(struct trial *t)
{
	struct nssworker *first = &t->workers[0];
	size_t count = 0;
	size_t floor_count = 0;

	t->check.verify = true;
	t->check.count = t->keys.count >= 5 ? 5 : 1;
	nssworker_run(&t->check);
	if (t->keys.count > 0 && t->plan->warm > 0)
		warm(first, t->plan->warm, WARM_MAX_S);
	else if (t->keys.count > 0)
		warm(first, t->keys.count, 1);
	if (t->keys.count > 0 && t->has_floor)
		warm(&t->floors[0], t->keys.count, 1);
	count = calibrate(first, t->plan->clock);
	if (t->has_floor)
		floor_count = calibrate(&t->floors[0], t->plan->clock);
	for (size_t i = 0; i < t->plan->threads; i++) {
		t->floors[i].count = floor_count;
		t->workers[i].count = count;
		t->workers[i].hits = 0;
		t->workers[i].misses = 0;
		t->workers[i].errors = 0;
	}
}

/* Nanoseconds a lookup, by one thread. */
static double
measure_ns(const struct trial *t, struct nssworker *worker)
{
	return run_s(worker, t->plan->clock) * 1e9 / (double)worker->count;
}

/* What all threads do together, over what one did in ns. */
static double
measure_scaling(const struct trial *t, struct nssworker *workers, double ns)
{
	return threads_speed(workers, t->plan->threads, t->plan->clock) * ns *
	    1e-9;
}

static void
measure(struct trial *t, size_t round)
{
	if (t->has_floor)
		t->floor_ns[round] = measure_ns(t, &t->floors[0]);
	t->ns[round] = measure_ns(t, &t->workers[0]);
	if (t->has_floor)
		t->ratio[round] = t->ns[round] / t->floor_ns[round];
	if (t->has_threads && t->has_floor)
		t->floor_scaling[round] =
		    measure_scaling(t, t->floors, t->floor_ns[round]);
	if (t->has_threads)
		t->scaling[round] =
		    measure_scaling(t, t->workers, t->ns[round]);
}

static void
print(struct trial *t)
{
	size_t rounds = t->plan->rounds;
	double ns = median(t->ns, rounds);
	uint64_t hits = 0;
	uint64_t misses = 0;
	uint64_t errors = 0;

	for (size_t i = 0; i < t->plan->threads; i++) {
		hits += t->workers[i].hits;
		misses += t->workers[i].misses;
		errors += t->workers[i].errors;
	}
	printf("%s\t%s\t%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%.2f\t",
	    t->plan->label, t->plan->size, t->op->name, ns, t->ns[0],
	    t->ns[rounds - 1], median(t->floor_ns, rounds),
	    median(t->ratio, rounds), median(t->scaling, rounds),
	    median(t->floor_scaling, rounds));
	printf("%llu\t%llu\t%llu\t%llu\t%.0f\n", (unsigned long long)hits,
	    (unsigned long long)misses, (unsigned long long)errors,
	    (unsigned long long)t->check.wrong,
	    (double)t->check.items / (double)t->check.count);
	(void)fflush(stdout);
}

static void
time_op(const struct plan *plan, const struct nssop *op)
{
	static struct trial trial;

	if (!nssop_has(&plan->module, op->kind))
		return;
	trial_init(&trial, plan, op);
	prepare(&trial);
	for (size_t round = 0; round < plan->rounds; round++)
		measure(&trial, round);
	print(&trial);
	trial_done(&trial);
}

/* KiB of the process that nobody else has. */
static long
private_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/smaps_rollup", "re");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Anonymous: %ld", &kib) == 1)
			break;
	if (file != NULL)
		(void)fclose(file);
	return kib;
}

/* What one process pays for using the module. */
static void
tell_memory(const struct plan *plan)
{
	struct nsskeys keys =
	    nsskeys_load(plan->folder, "user", plan->keys_max);
	struct nssworker worker;
	long before = 0;
	long once = 0;

	nssworker_init(&worker, &plan->module, nssop_at(0), &keys);
	memset(worker.buffer, 0, worker.size);
	before = private_kib();
	worker.count = 1;
	nssworker_run(&worker);
	once = private_kib();
	worker.count = keys.count;
	nssworker_run(&worker);
	printf("%s\t%s\tmemory\tprivate_kib_once=%ld\tprivate_kib_all=%ld\n",
	    plan->label, plan->size, once - before, private_kib() - before);
	nssworker_done(&worker);
	nsskeys_done(&keys);
}

static size_t
number(const char *text, uint64_t most)
{
	uint64_t value = 0;

	if (num_parse(text, most, &value) != 0 || value == 0)
		errx(2, "%s is not in 1..%llu", text, (unsigned long long)most);
	return (size_t)value;
}

struct arguments {
	const char *module_path;
	const char *floor_path;
	bool memory;
};

static void
set_option(int option, struct plan *plan, struct arguments *args)
{
	switch (option) {
	case 'f':
		args->floor_path = optarg;
		return;
	case 'l':
		args->module_path = optarg;
		return;
	case 'k':
		plan->folder = optarg;
		return;
	case 'r':
		plan->rounds = number(optarg, ROUNDS_MAX);
		return;
	case 'T':
		plan->threads = number(optarg, THREADS_MAX);
		return;
	case 'w':
		plan->warm = number(optarg, UINT32_MAX);
		return;
	case 'K':
		plan->keys_max = number(optarg, UINT32_MAX);
		return;
	case 'c':
		plan->clock = CLOCK_THREAD_CPUTIME_ID;
		return;
	case 'R':
		args->memory = true;
		return;
	default:
		errx(2, "see the head of nsstime.c");
	}
}

static bool
is_wanted(const struct nssop *op, char **wanted)
{
	bool found = *wanted == NULL;

	for (; *wanted != NULL; wanted++)
		found = found || strcmp(*wanted, op->name) == 0;
	return found;
}

int
main(int argc, char **argv)
{
	struct plan plan = {.folder = ".",
	    .keys_max = SIZE_MAX,
	    .rounds = 7,
	    .threads = 1,
	    .clock = CLOCK_MONOTONIC};
	struct arguments args = {0};
	int option;

	while ((option = getopt(argc, argv, "f:l:k:r:T:w:K:cR")) != -1)
		set_option(option, &plan, &args);
	if (argc - optind < 3)
		errx(2, "see the head of nsstime.c");
	plan.label = argv[optind];
	plan.size = argv[optind + 1];
	nssmodule_load(argv[optind + 2], args.module_path, &plan.module);
	if (args.memory) {
		tell_memory(&plan);
		return 0;
	}
	plan.has_floor = args.floor_path != NULL;
	if (plan.has_floor)
		nssmodule_load("floor", args.floor_path, &plan.floor);
	for (size_t i = 0; i < NSSOP_COUNT; i++)
		if (is_wanted(nssop_at(i), argv + optind + 3))
			time_op(&plan, nssop_at(i));
	return 0;
}
