/*
 * backoff.h - how long to wait before the next try.  Pure.
 */
#pragma once

#include <stdbool.h>
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

/*
 * How long after the last of so many wrong tries in a row the next one may be
 * made: at once up to the fourth, then 1 s, doubling to at most an hour.
 */
int64_t backoff_wait_s(uint32_t failures);
/* After so many wrong tries no other is taken (NIST SP 800-63B 5.2.2). */
bool backoff_locked(uint32_t failures);
