/*
 * samples.h - times of one thing done many times, and what is told of them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SAMPLES_MAX 10000

struct samples {
	double us[SAMPLES_MAX];
	size_t count;
};

/* A point of time that no change of the clock disturbs, in microseconds. */
double samples_now_us(void);
/* Processor time of this process, all its threads, in microseconds. */
double samples_cpu_us(void);
/* Beyond SAMPLES_MAX nothing is taken. */
void samples_add(struct samples *samples, double us);
/* The value that `percent` of the samples do not exceed; it sorts them. */
double samples_percentile(struct samples *samples, unsigned int percent);
/* One line: the name, the median and the 95th percentile. */
void samples_tell(const char *name, struct samples *samples);
