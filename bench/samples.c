/*
 * samples.c - medians, because one slow round of a busy machine says nothing.
 */
#include "bench/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double
samples_now_us(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

double
samples_cpu_us(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void
samples_add(struct samples *samples, double us)
{
	if (samples->count < SAMPLES_MAX)
		samples->us[samples->count++] = us;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

double
samples_percentile(struct samples *samples, unsigned int percent)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->us, samples->count, sizeof(samples->us[0]), by_value);
	return samples->us[(samples->count - 1) * percent / 100];
}

void
samples_tell(const char *name, struct samples *samples)
{
	printf("%-34s median %8.1f us   95%% %8.1f us   n %zu\n", name,
	    samples_percentile(samples, 50), samples_percentile(samples, 95),
	    samples->count);
}
