/*
 * backoff.h - how long to wait before the next try.  Pure.
 */
#pragma once

#include <stdint.h>

#define BACKOFF_FIRST_MS ((int64_t)5000)

/*
 * After failures (>= 1) in a row: doubling from five seconds, never above
 * most_ms, and never below what the other side asked for (asked_s, -1: it
 * asked for nothing; believed up to an hour).
 */
int64_t backoff_ms(unsigned int failures, int64_t most_ms, int64_t asked_s);

/*
 * The regular beat, shortened by up to a fifth so that many hosts do not ask
 * at once: random is any number.
 */
int64_t backoff_jitter_ms(int64_t period_ms, uint32_t random);
