/*
 * backoff.c - the waiting times: after what failed, between beats, and after a
 * person's wrong tries.
 */
#include "rules/backoff.h"

#define ASKED_MAX_S 3600

#define TRIES_FREE 5
#define TRIES_MAX 50
#define WAIT_MAX_S ((int64_t)3600)

int64_t
backoff_ms(unsigned int failures, int64_t most_ms, int64_t asked_s)
{
	int64_t wait_ms = BACKOFF_FIRST_MS;

	for (unsigned int i = 1; i < failures && wait_ms < most_ms; i++)
		wait_ms *= 2;
	if (wait_ms > most_ms)
		wait_ms = most_ms;
	if (asked_s > ASKED_MAX_S)
		asked_s = ASKED_MAX_S;
	return asked_s * 1000 > wait_ms ? asked_s * 1000 : wait_ms;
}

int64_t
backoff_jitter_ms(int64_t period_ms, uint32_t random)
{
	int64_t fifth_ms = period_ms / 5;

	return period_ms - (int64_t)(random % (uint64_t)(fifth_ms + 1));
}

int64_t
backoff_wait_s(uint32_t failures)
{
	int64_t wait_s = 1;

	if (failures < TRIES_FREE)
		return 0;
	for (uint32_t i = TRIES_FREE; i < failures && wait_s < WAIT_MAX_S; i++)
		wait_s *= 2;
	return wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S;
}

bool
backoff_locked(uint32_t failures)
{
	return failures >= TRIES_MAX;
}
